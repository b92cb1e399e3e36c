export const EXIT = {
  done: 0,
  wrongUse: 1,
  /** A lane lost or repeated events, a cell failed, or what was measured could not be saved. */
  invalidData: 2,
  missedThreshold: 3,
  interrupted: 130,
} as const;
