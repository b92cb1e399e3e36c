export const EXIT = {
  done: 0,
  wrongUse: 1,
  /** A lane lost or repeated events, a cell failed, or what was measured could not be saved. */
  invalidData: 2,
  /** A threshold was missed, or a kind of figures that `--strict` asks for is not citable. */
  missedThreshold: 3,
  interrupted: 130,
} as const;
