/** Repeats a pair, both sides in turn, until each of its ratios is known closely enough. */

import type { SelfRatio } from '../contract/files/self.ts';
import { pairedRatio } from '../stats/inference/ratio.ts';
import type { Reading } from './readings.ts';

/** Two sides, of which the first is divided by the second. */
export interface Pair {
  readonly id: string;
  readonly group: string;
  readonly subject: string;
  readonly reference: string;
  /** Measures both sides once, one after the other. */
  readonly measure: (turn: Turn, signal: AbortSignal) => Promise<readonly [Reading, Reading]>;
}

export interface Turn {
  /** From 0. */
  readonly number: number;
  /** Every other turn begins with the reference: what changes steadily from turn to turn is on both sides then. */
  readonly isReversed: boolean;
}

type Side = (turn: Turn, signal: AbortSignal) => Promise<Reading>;

export function interleaved(subject: Side, reference: Side): Pair['measure'] {
  return async (turn, signal) => {
    if (!turn.isReversed) return [await subject(turn, signal), await reference(turn, signal)];
    const second = await reference(turn, signal);
    return [await subject(turn, signal), second];
  };
}

/** Half of the interval, as a ratio of its middle. */
const WIDEST = 0.05;
/** An interval of fewer turns is narrow by chance too often. */
const FEWEST_TURNS = 4;

/** @param onTurn told the ratios so far, after each turn */
export async function measurePair(
  pair: Pair,
  mostTurns: number,
  signal: AbortSignal,
  onTurn: (ratios: readonly SelfRatio[]) => void,
): Promise<readonly SelfRatio[]> {
  const readings: (readonly [Reading, Reading])[] = [];
  for (let number = 0; number < mostTurns; number++) {
    readings.push(await pair.measure({ number, isReversed: number % 2 === 1 }, signal));
    const ratios = ratiosOf(pair, readings);
    onTurn(ratios);
    // Only after as many turns from either end.
    const isBalanced = number % 2 === 1 && number + 1 >= FEWEST_TURNS;
    if (isBalanced && ratios.every(({ isNarrow }) => isNarrow)) break;
  }
  return ratiosOf(pair, readings);
}

/** One for each measure that every turn has on both sides: to leave a turn out would be to choose among turns. */
export function ratiosOf(
  { group, subject, reference }: Pick<Pair, 'group' | 'subject' | 'reference'>,
  readings: readonly (readonly [Reading, Reading])[],
): SelfRatio[] {
  return Object.keys(readings[0]?.[0] ?? {}).flatMap((measure) => {
    const ratios = readings.map(([mine, theirs]) => (mine[measure] ?? Number.NaN) / (theirs[measure] ?? Number.NaN));
    if (!ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio))) return [];
    const { value, low, high } = pairedRatio({ spread: 'interval', margin: WIDEST }, ratios);
    const bounds = ratios.length > 1 ? { low, high } : { low: null, high: null };
    const isNarrow = bounds.high !== null && bounds.high / value <= 1 + WIDEST;
    return [{ pair: group, subject, reference, measure, ratio: value, ...bounds, turns: ratios.length, isNarrow }];
  });
}
