/** One thing that was looked at: what was seen, whether it will do, what to do. */

export interface Check {
  readonly id: string;
  /** `bad`: the result will not be citable, or the run will fail. `warn`: figures suffer, or something will be missing. */
  readonly state: 'ok' | 'warn' | 'bad';
  readonly seen: string;
  readonly hint?: string;
}

/** @param worse its state where it is not fine, which gives it the hint */
export function check(id: string, seen: string, isFine: boolean, worse: 'warn' | 'bad', hint: string): Check {
  return isFine ? { id, state: 'ok', seen } : { id, state: worse, seen, hint };
}

export function notTold(id: string): Check {
  return { id, state: 'ok', seen: 'this system does not tell' };
}

export function worstOf(checks: readonly Check[]): Check['state'] {
  return (['bad', 'warn'] as const).find((state) => checks.some((one) => one.state === state)) ?? 'ok';
}
