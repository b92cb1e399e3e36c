/** Whether each kind of a result's figures may be cited, and what speaks against it. Pure. */

import {
  type Cell,
  type Comparison,
  type CompletedCell,
  type Kind,
  notice,
  type Result,
  type Standing,
  severe,
  type Warning,
} from '../contract/result.ts';
import { byRun, type Round, roundsOf } from '../stats/attempts.ts';
import { groupBy, keyOfPlace } from '../stats/group.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { noiseFloor } from '../stats/noise-floor.ts';
import { PERCENTILE_LABELS, tooFewFor } from '../stats/percentiles.ts';
import type { Summary } from '../stats/summarise.ts';
import { cellKey, countingCells } from './counting.ts';
import {
  groundsOf,
  LEAST_ROUNDS,
  reasonsOf,
  TOO_FEW_ROUNDS,
  VARYING_KINDS,
  varies,
  withoutLimited,
} from './standing.ts';
import { calibrationWarnings } from './warnings/machine-warnings.ts';

export type Evidence = Omit<Result, 'warnings' | 'citable' | 'id' | 'estimates' | 'comparisons'> &
  Pick<Summary, 'comparisons'>;

/** Warnings about the whole run; a cell has its own. */
export function runWarnings(run: Evidence): Warning[] {
  return [
    ...completeness(run),
    ...roundsAndEvents(run),
    ...calibrationWarnings(run.sessions),
    ...noise(run),
    ...provenance(run),
  ];
}

function completeness({ cells, finishedAt }: Evidence): Warning[] {
  const counting = new Set(countingCells(cells));
  const retried = cells.filter((cell) => cell.state === 'failed' && !counting.has(cell)).length;
  const repeated = new Set(cells.filter(({ attempt }) => attempt > 1).map(cellKey)).size;
  const unfinished = `${cells.length} cells were measured; the run did not end.`;
  const again = `${retried} ${retried === 1 ? 'cell' : 'cells'} failed and ${retried === 1 ? 'was' : 'were'} measured again.`;
  const twice = `${repeated} ${repeated === 1 ? 'cell was' : 'cells were'} measured again, which others had disturbed, or the reference beside them.`;
  return [
    ...(finishedAt === null ? [severe('unfinished', unfinished, 'Finish it with --resume.')] : []),
    ...(retried > 0 ? [notice('retried', again, 'The failures stand among the cells.')] : []),
    ...(repeated > 0 ? [notice('repeated', twice, 'All attempts stand among the cells, and are numbered.')] : []),
  ];
}

function roundsAndEvents({ scenarios, cells }: Evidence): Warning[] {
  const few = scenarios.filter(({ rounds, figures }) => rounds < LEAST_ROUNDS && figures.some(varies));
  const found = few.map(({ id, rounds }) => {
    const text = `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${id} ${rounds === 1 ? 'gives' : 'give'} no interval worth quoting.`;
    return severe(TOO_FEW_ROUNDS, text, 'Run with --rounds 5 or more.', VARYING_KINDS);
  });
  const timed = new Set(scenarios.filter(({ figures }) => figures.includes('latency')).map(({ id }) => id));
  const { ofRounds, ofRound } = fewestEvents(cells.filter(({ scenario }) => timed.has(scenario)));
  // Rounds tell a percentile together, but for the median, which each tells by itself.
  const unquotable = new Set([...tooFewFor(ofRound).filter((name) => name === 'p50'), ...tooFewFor(ofRounds)]);
  if (unquotable.size === 0) return found;
  const names = [...unquotable].map((name) => PERCENTILE_LABELS[name]).join(', ');
  const text = `All rounds of a lane at a point hold ${ofRounds} events: ${names} are not quoted.`;
  return [
    ...found,
    notice('too-few-events', text, 'Run more --rounds, with a longer --window, or at a higher --rate.'),
  ];
}

/**
 * The least that any lane has at any point, of the attempts that count: in all rounds of a run, and in one of them; of joined
 * runs the one with the most counts, since others are left out. Infinity where there is no cell.
 */
function fewestEvents(cells: readonly Cell[]): { readonly ofRounds: number; readonly ofRound: number } {
  const places = [...groupBy(cells.filter(isValid), keyOfPlace).values()].map(roundsOf);
  const eventsOf = (round: Round<CompletedCell>) => round.chosen.window.events;
  const sums = places.map((rounds) =>
    Math.max(...byRun(rounds).map((ofRun) => ofRun.reduce((sum, round) => sum + eventsOf(round), 0))),
  );
  return { ofRounds: Math.min(...sums), ofRound: Math.min(...places.flat().map(eventsOf)) };
}

function noise({ comparisons, lanes }: Evidence): Warning[] {
  return noiseFloor(comparisons, lanes).flatMap(({ severity, comparison }) => {
    if (severity === undefined) return [];
    const { lane, reference, scenario, metric } = comparison;
    const text = `${lane} repeats ${reference}, and in ${scenario} its ${metricOf(metric).title} differs by ${ratioText(comparison)}.`;
    const hint = 'Differences of that size are noise here. More rounds, or a quieter machine.';
    const { kind } = metricOf(metric);
    return [severity === 'severe' ? severe('noise-floor', text, hint, [kind]) : notice('noise-floor', text, hint)];
  });
}

/** `× 1.08 [1.02, 1.15]` */
function ratioText({ ratio, low, high }: Pick<Comparison, 'ratio' | 'low' | 'high'>): string {
  const digits = (value: number) => value.toPrecision(3);
  return low === null || high === null ? `× ${digits(ratio)}` : `× ${digits(ratio)} [${digits(low)}, ${digits(high)}]`;
}

function provenance({ environment: { git } }: Evidence): Warning[] {
  if (git.commit !== null && git.dirty !== true) return [];
  const text = git.dirty ? 'The code differed from its commit.' : 'The code was not in a git checkout.';
  return [severe('dirty-tree', text, 'Commit first, so that others can run what you ran.')];
}

/** A kind of figures may be cited when nothing severe stands against it; otherwise each reason is told once. */
export function judge(warnings: readonly Warning[], run: Pick<Result, 'cells' | 'scenarios'>): Result['citable'] {
  const grounds = groundsOf(warnings, run);
  const standing = (kind: Kind): Standing => {
    const reasons = reasonsOf(kind, grounds);
    return { ok: reasons.length === 0, reasons };
  };
  return {
    bytes: standing('bytes'),
    packets: standing('packets'),
    memory: standing('memory'),
    cpu: standing('cpu'),
    latency: standing('latency'),
  };
}

/** Whether a cell failed for good, or the delivery audit of any attempt did. */
export function hasInvalidData(run: Pick<Result, 'cells' | 'scenarios'>): boolean {
  const cells = withoutLimited(run);
  const counting = new Set(countingCells(cells));
  return cells.some((cell) => !isValid(cell) && (cell.state === 'completed' || counting.has(cell)));
}
