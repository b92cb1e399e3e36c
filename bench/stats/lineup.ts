/** Who is compared with whom. */

export interface Lineup {
  /** The lane that all others are compared with. */
  readonly reference: string;
  readonly lanes: readonly {
    readonly id: string;
    /** The lane that it is a second helping of. */
    readonly repeats?: string | undefined;
  }[];
}

/** The run's reference, and for a lane that repeats another, that one; each once, and none with itself. */
export function referencesOf(lane: string, { reference, lanes }: Lineup): string[] {
  const repeated = lanes.find(({ id }) => id === lane)?.repeats ?? reference;
  return [...new Set([reference, repeated])].filter((other) => other !== lane);
}

/** Whether the lane is a second helping of the other: what the two differ by is noise. */
export function isRepeat(lanes: Lineup['lanes'], lane: string, other: string): boolean {
  return lanes.some(({ id, repeats }) => id === lane && repeats === other);
}
