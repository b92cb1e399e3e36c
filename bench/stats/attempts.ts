/**
 * Which of a round's attempts counts. A cell that was disturbed is measured again, together with the reference of its block,
 * and all attempts stay in the result. Which one counts is decided by its disturbance alone: chosen by a measured value, the
 * intervals would no longer cover.
 */

import type { Cell } from '../contract/result.ts';
import { groupBy, keyOfPlace } from './group.ts';

/** Of a cell that may have been measured more than once in its round, or come from one of several runs that were joined. */
export interface Repeated {
  readonly round: number;
  /** 1 where it is absent. */
  readonly attempt?: number | undefined;
  /** Which of the joined runs it is of, from 1; absent in a run of its own. */
  readonly run?: number | undefined;
  /** The bounds that it passed, by code; undisturbed where there are none. */
  readonly disturbance?: { readonly exceeded: readonly string[] } | null | undefined;
}

/** One round of one lane at one point, in one run. */
export interface Round<C> {
  readonly run: number;
  readonly round: number;
  /** The first that is undisturbed, else the last. */
  readonly chosen: C;
  /** In their order. */
  readonly attempts: readonly [C, ...C[]];
}

export interface Pair<C> {
  readonly run: number;
  readonly mine: C;
  readonly theirs: C;
}

/** @param cells valid ones of one lane at one point */
export function roundsOf<C extends Repeated>(cells: readonly C[]): Round<C>[] {
  const byRound = groupBy(cells, ({ run = 1, round }) => `${run} ${round}`);
  return [...byRound.values()].map((unordered) => {
    const [first, ...others] = unordered;
    const attempts: [C, ...C[]] = others.length === 0 ? [first] : sorted(unordered);
    const chosen = attempts.find(isUndisturbed) ?? attempts.at(-1) ?? first;
    return { run: first.run ?? 1, round: first.round, chosen, attempts };
  });
}

/** The attempt that counts of each lane, scenario, point, run and round. */
export function chosenCells<C extends Repeated & Pick<Cell, 'lane' | 'scenario' | 'point'>>(cells: readonly C[]): C[] {
  return [...groupBy(cells, keyOfPlace).values()].flatMap((place) => roundsOf(place).map(({ chosen }) => chosen));
}

/**
 * The rounds that two lanes both have. A lane's chosen attempt stands beside the other's attempt of the same number, which was
 * measured next to it, unless that one was disturbed and another was not: then beside the other's chosen one.
 */
export function pairsOf<C extends Repeated>(mine: readonly C[], theirs: readonly C[]): Pair<C>[] {
  const byRound = new Map(roundsOf(theirs).map((one) => [`${one.run} ${one.round}`, one]));
  return roundsOf(mine).flatMap(({ run, round, chosen }) => {
    const other = byRound.get(`${run} ${round}`);
    return other ? [{ run, mine: chosen, theirs: partnerIn(other, chosen) }] : [];
  });
}

function partnerIn<C extends Repeated>({ chosen, attempts }: Round<C>, { attempt = 1 }: Repeated): C {
  const twin = attempts.find((one) => (one.attempt ?? 1) === attempt);
  return twin && (isUndisturbed(twin) || !isUndisturbed(chosen)) ? twin : chosen;
}

function isUndisturbed({ disturbance }: Repeated): boolean {
  return (disturbance?.exceeded.length ?? 0) === 0;
}

function sorted<C extends Repeated>([first, ...others]: readonly [C, ...C[]]): [C, ...C[]] {
  const [least = first, ...rest] = [first, ...others].sort((a, b) => (a.attempt ?? 1) - (b.attempt ?? 1));
  return [least, ...rest];
}

/** By run, in the order in which runs come. */
export function byRun<T extends { readonly run: number }>(all: readonly T[]): T[][] {
  return [...groupBy(all, ({ run }) => String(run)).values()];
}
