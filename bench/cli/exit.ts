/** Exit codes of the commands. */
export const EXIT = {
  done: 0,
  wrongUse: 1,
  /** A lane lost or repeated events, a cell failed, or what was measured could not be saved. */
  invalidData: 2,
  /** A threshold was missed. */
  missed: 3,
  interrupted: 130,
} as const;
