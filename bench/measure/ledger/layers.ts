/** Arithmetic of ledger counts: of several connections together, and of the time between two readings. */

import { LAYERS, type Layer, type LedgerCount } from '../../contract/ledger.ts';

export function noLayerBytes(): Record<Layer, number> {
  return { payload: 0, framing: 0, chunking: 0, requestHead: 0, responseHead: 0, handshake: 0, control: 0 };
}

/** The count of several connections together, with all of their problems. */
export function sumCounts(counts: readonly LedgerCount[]): LedgerCount {
  const nothing: LedgerCount = {
    up: noLayerBytes(),
    down: noLayerBytes(),
    unreadBytes: { up: 0, down: 0 },
    events: 0,
    messagesUp: 0,
    cycles: { count: 0, upBytes: 0, downBytes: 0 },
    emptyCycles: { count: 0, upBytes: 0, downBytes: 0 },
    problems: [],
  };
  const sum = counts.reduce((total, count) => combine(total, count, 1), nothing);
  return { ...sum, problems: counts.flatMap(({ problems }) => problems) };
}

/**
 * What came between two readings of the same connections. Bytes that went to another layer in between (a head that turned
 * out to open an event stream) are negative in the layer that they left.
 */
export function subtractCounts(after: LedgerCount, before: LedgerCount): LedgerCount {
  const problems = [...after.problems];
  for (const known of before.problems) {
    const at = problems.indexOf(known);
    if (at !== -1) problems.splice(at, 1);
  }
  return { ...combine(after, before, -1), problems };
}

/** `a + sign × b`, number by number. */
function combine(a: LedgerCount, b: LedgerCount, sign: 1 | -1): Omit<LedgerCount, 'problems'> & { problems: [] } {
  return {
    up: combineNumbers(a.up, b.up, LAYERS, sign),
    down: combineNumbers(a.down, b.down, LAYERS, sign),
    unreadBytes: combineNumbers(a.unreadBytes, b.unreadBytes, ['up', 'down'], sign),
    events: a.events + sign * b.events,
    messagesUp: a.messagesUp + sign * b.messagesUp,
    cycles: combineNumbers(a.cycles, b.cycles, CYCLE_KEYS, sign),
    emptyCycles: combineNumbers(a.emptyCycles, b.emptyCycles, CYCLE_KEYS, sign),
    problems: [],
  };
}

const CYCLE_KEYS = ['count', 'upBytes', 'downBytes'] as const;

function combineNumbers<K extends string>(
  a: Readonly<Record<K, number>>,
  b: Readonly<Record<K, number>>,
  keys: readonly K[],
  sign: 1 | -1,
): Record<K, number> {
  const sum: Record<K, number> = { ...a };
  for (const key of keys) sum[key] += sign * b[key];
  return sum;
}
