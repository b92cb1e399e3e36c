/** One thing that was looked at: what was seen, whether it will do, what to do. */

export interface Check {
  readonly id: string;
  /** `bad`: the result will not be citable, or the run will fail. `warn`: figures suffer, or something will be missing. */
  readonly state: 'ok' | 'warn' | 'bad';
  readonly seen: string;
  /** What to do about it. */
  readonly hint?: string;
}

export const NOT_TOLD = 'this system does not tell';

export function ok(id: string, seen: string): Check {
  return { id, state: 'ok', seen };
}

export function warn(id: string, seen: string, hint: string): Check {
  return { id, state: 'warn', seen, hint };
}

export function bad(id: string, seen: string, hint: string): Check {
  return { id, state: 'bad', seen, hint };
}

/** The worst state among them. */
export function worstOf(checks: readonly Check[]): Check['state'] {
  const states = new Set(checks.map(({ state }) => state));
  return (['bad', 'warn'] as const).find((state) => states.has(state)) ?? 'ok';
}
