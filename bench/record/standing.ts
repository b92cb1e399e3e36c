/** What speaks against citing each kind of figures, of the run, of a lane at a point, and of a single figure. Pure. */

import { type Cell, KINDS, type Kind, type Result, type Standing, type Warning } from '../contract/result.ts';
import { groupBy, keyOfPlace, withoutInterval } from '../stats/group.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';
import type { Summary } from '../stats/summarise.ts';
import { cellKey, countingCells, isDisturbed } from './counting.ts';

/** Of the rounds at a place: what a few of ten are disturbed by moves a mean over all ten less than their spread does. */
const TOLERATED_SHARE = 0.2;
/** With fewer rounds than these, one is a fifth of them: a place is given up when all of them are warned of. */
const ROUNDS_FOR_A_SHARE = 5;
/** By which lanes of a scenario may differ in how often they were disturbed and measured again. */
const REPEAT_RATES_APART = 0.2;
/** With fewer, an interval says little; told of a run as `too-few-rounds`. */
export const LEAST_ROUNDS = 3;
/** Kinds that vary from round to round. */
export const VARYING_KINDS: readonly Kind[] = ['cpu', 'latency'];
/** Told of each figure by its own rounds; the warning names whole scenarios. */
export const TOO_FEW_ROUNDS = 'too-few-rounds';
/** What the workload is like, not how this run went: such figures stand apart, and others may be cited beside them. */
const OF_THE_WORKLOAD: ReadonlySet<string> = new Set(['floor-share']);

/** Bytes and memory come out the same each round; times do not. */
export function varies(figure: Result['scenarios'][number]['figures'][number]): boolean {
  return !['layers', 'bytes', 'idle', 'memory'].includes(figure);
}

interface PlaceGround {
  readonly kind: Kind;
  readonly code: string;
  readonly lane: string;
  readonly scenario: string;
  /** Cells that are warned of, and all of the place. */
  readonly cells: number;
  readonly ofCells: number;
}

export interface Grounds {
  /** By kind, as sentences with their code before them. */
  readonly ofRun: ReadonlyMap<Kind, readonly string[]>;
  /** By place. */
  readonly ofPlaces: ReadonlyMap<string, readonly PlaceGround[]>;
  readonly repeats: readonly Repeats[];
  /** Scenarios of a round or two that are about bytes: their times are quoted nowhere, and speak against none. */
  readonly untimed: ReadonlySet<string>;
}

/** A lane of a scenario that was measured again more or less often than another one. */
interface Repeats {
  readonly lane: string;
  readonly scenario: string;
  readonly reason: string;
}

type Run = Pick<Result, 'cells' | 'scenarios'>;

export function groundsOf(warnings: readonly Warning[], run: Run): Grounds {
  const cells = withoutLimited(run);
  const severe = warnings.filter(({ severity }) => severity === 'severe');
  const ofRun = new Map(
    KINDS.map((kind) => [
      kind,
      severe.filter(({ against }) => against.includes(kind)).map(({ code, text }) => `${code}: ${text}`),
    ]),
  );
  const places = groupBy(countingCells(cells), keyOfPlace);
  const ofPlaces = new Map([...places].map(([key, all]) => [key, KINDS.flatMap((kind) => placeGrounds(kind, all))]));
  const untimed = run.scenarios.filter(({ rounds, figures }) => rounds < LEAST_ROUNDS && !figures.some(varies));
  return { ofRun, ofPlaces, repeats: repeatRates(cells), untimed: new Set(untimed.map(({ id }) => id)) };
}

/** Leaves out scenarios with a limit: they drive a lane until a cell fails or warns, which is what they look for. */
export function withoutLimited({ cells, scenarios }: Run): Cell[] {
  const limited = new Set(scenarios.filter(({ limit }) => limit).map(({ id }) => id));
  return cells.filter(({ scenario }) => !limited.has(scenario));
}

/** Each code that counts, once; none where too few cells are warned of. */
function placeGrounds(kind: Kind, cells: readonly [Cell, ...Cell[]]): PlaceGround[] {
  const warned = cells.flatMap((cell) => {
    const codes = codesAgainst(kind, cell);
    return codes.length > 0 ? [{ cell, codes }] : [];
  });
  // Events that were lost, and a process that failed, say something of the lane: one of them counts, whatever the kind.
  const isGivenUp = warned.some(({ cell }) => !isValid(cell)) || !isTolerated(kind, warned.length, cells.length);
  if (!isGivenUp) return [];
  return [
    ...groupBy(
      warned.flatMap(({ codes }) => codes),
      (code) => code,
    ),
  ].map(([code, all]) => {
    const [{ lane, scenario }] = cells;
    return { kind, code, lane, scenario, cells: all.length, ofCells: cells.length };
  });
}

function codesAgainst(kind: Kind, cell: Cell): string[] {
  const severe = cell.warnings.filter(({ severity, against }) => severity === 'severe' && against.includes(kind));
  const codes = severe.map(({ code }) => code);
  return [...new Set(cell.state === 'failed' ? ['failed', ...codes] : codes)];
}

/** Bytes, packets and memory come out the same each time: one cell that is in doubt puts all of them in doubt. */
function isTolerated(kind: Kind, warned: number, cells: number): boolean {
  if (warned === 0) return true;
  if (!VARYING_KINDS.includes(kind)) return false;
  return cells < ROUNDS_FOR_A_SHARE ? warned < cells : warned / cells <= TOLERATED_SHARE;
}

/**
 * A lane whose cells are disturbed more often is measured at other instants than the others. Rounds count whose first attempt
 * was disturbed: a reference is measured again for the sake of other lanes too, and its first attempt counts then.
 */
function repeatRates(cells: readonly Cell[]): Repeats[] {
  return [...groupBy(cells, ({ scenario }) => scenario)].flatMap(([scenario, ofScenario]) => {
    const rates = [...groupBy(ofScenario, ({ lane }) => lane)].map(([lane, all]) => ({ lane, rate: repeatRate(all) }));
    return rates.flatMap(({ lane, rate }) => {
      const far = rates.reduce((a, b) => (Math.abs(b.rate - rate) > Math.abs(a.rate - rate) ? b : a));
      if (Math.abs(far.rate - rate) <= REPEAT_RATES_APART) return [];
      const [often, seldom] = rate > far.rate ? [{ lane, rate }, far] : [far, { lane, rate }];
      const text = `${percentOf(often.rate)} of the rounds of ${often.lane} in ${scenario} were disturbed and measured again, and ${percentOf(seldom.rate)} of ${seldom.lane}.`;
      return [{ lane, scenario, reason: `repeat-rates: ${text}` }];
    });
  });
}

const percentOf = (share: number): string => `${Math.round(share * 100)} %`;

function repeatRate(cells: readonly Cell[]): number {
  const rounds = [...groupBy(cells, cellKey).values()];
  const repeated = rounds.filter(([first, ...others]) => {
    return others.some(({ attempt }) => attempt > 1) && first.state === 'completed' && isDisturbed(first);
  });
  return repeated.length / rounds.length;
}

/** The reasons of a kind, each once: of the run, then of its places by code, with their lanes and how many of their cells. */
export function reasonsOf(kind: Kind, { ofRun, ofPlaces, repeats, untimed }: Grounds): string[] {
  const isQuoted = ({ code, scenario }: PlaceGround) =>
    code === 'failed' || !VARYING_KINDS.includes(kind) || !untimed.has(scenario);
  const grounds = [...ofPlaces.values()]
    .flat()
    .filter((one) => one.kind === kind && !OF_THE_WORKLOAD.has(one.code) && isQuoted(one));
  const ofCodes = [...groupBy(grounds, ({ code }) => code)].map(([code, all]) => {
    const lanes = [...groupBy(all, ({ lane }) => lane)].map(([lane, ofLane]) => {
      const sum = (of: (ground: PlaceGround) => number) => ofLane.reduce((total, one) => total + of(one), 0);
      return `${sum((one) => one.cells)} of ${sum((one) => one.ofCells)} cells of ${lane}`;
    });
    return `${code}: in ${lanes.join(', ')}.`;
  });
  const rates = kind === 'latency' ? repeats.map(({ reason }) => reason) : [];
  return [...new Set([...(ofRun.get(kind) ?? []), ...ofCodes, ...rates])];
}

type Derived = Pick<Summary['estimates'][number], 'lane' | 'scenario' | 'point' | 'metric' | 'rounds'>;

/** @param lanes that the figure is of: its own, and that of a comparison's reference */
function standingOf(figure: Derived, lanes: readonly string[], { ofRun, ofPlaces, repeats }: Grounds): Standing {
  const { kind } = metricOf(figure.metric);
  const { scenario, point, rounds } = figure;
  const ofLanes = lanes.flatMap((lane) => {
    // A lane that does not poll is measured once for all poll intervals.
    const here = [point, withoutInterval(point)].map((at) => ofPlaces.get(keyOfPlace({ lane, scenario, point: at })));
    const grounds = (here[0] ?? here[1] ?? []).filter((one) => one.kind === kind);
    const rates = kind === 'latency' ? repeats.filter((one) => one.lane === lane && one.scenario === scenario) : [];
    return [
      ...grounds.map(({ code, cells, ofCells }) => `${code}: in ${cells} of ${ofCells} rounds of ${lane}.`),
      ...rates.map(({ reason }) => reason),
    ];
  });
  const isFew = VARYING_KINDS.includes(kind) && rounds < LEAST_ROUNDS;
  const few = `${TOO_FEW_ROUNDS}: ${rounds} ${rounds === 1 ? 'round gives' : 'rounds give'} no interval worth quoting.`;
  const run = (ofRun.get(kind) ?? []).filter((reason) => !reason.startsWith(`${TOO_FEW_ROUNDS}:`));
  const reasons = [...new Set([...run, ...ofLanes, ...(isFew ? [few] : [])])];
  return { ok: reasons.length === 0, reasons };
}

type Unjudged = Run & Summary & Pick<Result, 'warnings'>;

/** The same with the standing of each estimate and each comparison, in place of what it may have. */
export function withStandings<T extends Unjudged>(result: T): T & Pick<Result, 'estimates' | 'comparisons'> {
  const grounds = groundsOf(result.warnings, result);
  return {
    ...result,
    estimates: result.estimates.map((one) => ({ ...one, standing: standingOf(one, [one.lane], grounds) })),
    comparisons: result.comparisons.map((one) => {
      return { ...one, standing: standingOf(one, [one.lane, one.reference], grounds) };
    }),
  };
}
