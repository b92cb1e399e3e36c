/** Arithmetic of ledger counts: of several connections together, and of the time between two readings. */

import type { Layer, LedgerCount } from '../contract/ledger.ts';

export function noLayerBytes(): Record<Layer, number> {
  return { payload: 0, framing: 0, chunking: 0, requestHead: 0, responseHead: 0, handshake: 0, control: 0, tls: 0 };
}

export function noCount(): LedgerCount {
  return {
    up: noLayerBytes(),
    down: noLayerBytes(),
    tlsHandshake: { up: 0, down: 0 },
    events: 0,
    messagesUp: 0,
    cycles: { count: 0, upBytes: 0, downBytes: 0 },
    emptyCycles: { count: 0, upBytes: 0, downBytes: 0 },
    frames: { up: {}, down: {} },
    headBlocks: [],
    unreadBytes: { up: 0, down: 0 },
    problems: [],
  };
}

/** The count of several connections together, with all of their problems. */
export function sumCounts(counts: readonly LedgerCount[]): LedgerCount {
  const problems = counts.flatMap((count) => count.problems);
  return { ...counts.reduce((total, count) => combine(total, { ...count, problems: [] }, 1), noCount()), problems };
}

/**
 * The count between two readings of the same connections. Bytes that moved to another layer in between (a head that turned
 * out to open an event stream) are negative in the layer that they left.
 */
export function subtractCounts(after: LedgerCount, before: LedgerCount): LedgerCount {
  const problems = [...after.problems];
  for (const known of before.problems) {
    const at = problems.indexOf(known);
    if (at !== -1) problems.splice(at, 1);
  }
  return { ...combine({ ...after, problems: [] }, { ...before, problems: [] }, -1), problems };
}

/** `a + sign × b`, number by number of two trees. A number that one of them lacks is 0 in it. */
function combine<Tree>(a: Tree, b: Tree, sign: 1 | -1): Tree {
  if (typeof (a ?? b) === 'number') return (((a ?? 0) as number) + sign * ((b ?? 0) as number)) as Tree;
  if (Array.isArray(a ?? b)) {
    const [left, right] = [(a ?? []) as unknown[], (b ?? []) as unknown[]];
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, index) => combine(left[index], right[index], sign)) as Tree;
  }
  const left = { ...a } as Record<string, unknown>;
  const right = { ...b } as Record<string, unknown>;
  const keys = Object.keys({ ...left, ...right });
  return Object.fromEntries(keys.map((key) => [key, combine(left[key], right[key], sign)])) as Tree;
}
