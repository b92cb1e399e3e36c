/** Who is compared with whom. */

export interface Lineup {
  readonly reference: string;
  readonly lanes: readonly {
    readonly id: string;
    /** The lane that it repeats, to show the noise. */
    readonly repeats?: string | undefined;
    /** The lane that it is but for one option. */
    readonly variantOf?: string | undefined;
  }[];
}

/**
 * A variant is compared with what it varies, where that was measured, any other lane with the run's reference, and a lane that
 * repeats another with that one too. Each once, and none with itself; the reference is a variant of nothing.
 */
export function referencesOf(
  lane: string,
  { reference, lanes }: Lineup,
  isMeasured: (lane: string) => boolean,
): string[] {
  const { repeats, variantOf = reference } = lanes.find(({ id }) => id === lane) ?? {};
  const main = lane !== reference && isMeasured(variantOf) ? variantOf : reference;
  return [...new Set([main, repeats ?? main])].filter((other) => other !== lane);
}

/** Whether the lane is the other but for one option: what the two differ by is what the option changes. */
export function isVariant(lanes: Lineup['lanes'], lane: string, other: string): boolean {
  return lanes.some(({ id, variantOf }) => id === lane && variantOf === other);
}

/** Whether the lane repeats the other: what the two differ by is noise. */
export function isRepeat(lanes: Lineup['lanes'], lane: string, other: string): boolean {
  return lanes.some(({ id, repeats }) => id === lane && repeats === other);
}
