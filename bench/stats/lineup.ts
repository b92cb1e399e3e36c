/** Which lane is compared with which. */

export interface Lineup {
  readonly reference: string;
  readonly lanes: readonly {
    readonly id: string;
    /** The lane that it measures once more. */
    readonly duplicateOf?: string | undefined;
    /** The lane that it is but for one option. */
    readonly variantOf?: string | undefined;
  }[];
}

/**
 * Lanes that this one is compared with, each once: a variant with the lane it is a variant of, where that was measured, any
 * other with the run's reference, and a duplicate with its original too. The reference is a variant of nothing.
 */
export function referencesOf(
  lane: string,
  { reference, lanes }: Lineup,
  isMeasured: (lane: string) => boolean,
): string[] {
  const { duplicateOf, variantOf = reference } = lanes.find(({ id }) => id === lane) ?? {};
  const main = lane !== reference && isMeasured(variantOf) ? variantOf : reference;
  return [...new Set([main, duplicateOf ?? main])].filter((other) => other !== lane);
}

/** Whether the lane is the other but for one option: what the two differ by is what the option changes. */
export function isVariant(lanes: Lineup['lanes'], lane: string, other: string): boolean {
  return lanes.some(({ id, variantOf }) => id === lane && variantOf === other);
}

/** Whether the lane measures the other once more: what the two differ by is noise. */
export function isDuplicate(lanes: Lineup['lanes'], lane: string, other: string): boolean {
  return lanes.some(({ id, duplicateOf }) => id === lane && duplicateOf === other);
}
