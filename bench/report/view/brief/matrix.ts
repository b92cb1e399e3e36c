/** The page's matrix of a fan-out as a table in short: a row for each poll interval of a lane, p99 in a column of its own. */

import type { Estimate, Result } from '../../../contract/result.ts';
import { keyOfPlace } from '../../../stats/group.ts';
import { latencyMetric } from '../../../stats/metrics/metrics.ts';
import { type Matrix, type MatrixCell, type MatrixRow, matrixOf } from '../parts/hero/matrix.ts';
import { eventsPerPollText } from '../words/named-places.ts';
import type { Place, ScenarioView } from '../words/places.ts';
import type { Report } from '../words/quotes.ts';
import { type BriefColumn, type BriefTable, scaleOfColumn } from './table.ts';

const FAN_OUT = 'fanout';

/** By the id of the matrix's column; one that is not among them, or that no lane fills, is left out. */
const HEADS: Readonly<Record<string, readonly [string, string]>> = {
  alone: ['p50', 'alone'],
  burst: ['p50', 'burst'],
  wire: ['bytes', '/event'],
  cpu: ['CPU', '/event'],
  silence: ['silent', '/min'],
  memory: ['memory', '/client'],
};

export interface FanOut extends BriefTable {
  readonly view: ScenarioView;
  /** By their clients: one client and a burst, or one of them. */
  readonly places: readonly Place[];
}

/** undefined of a run without a fan-out, or with one that is a sweep. */
export function fanOutOf(report: Report): FanOut | undefined {
  const view = report.views.find(({ scenario }) => scenario.id === FAN_OUT);
  const places = view?.places.toSorted((a, b) => a.point.clients - b.point.clients) ?? [];
  const isSweep = places.length > 2 || places[0]?.point.clients === places[1]?.point.clients;
  const matrix = view && !isSweep ? matrixOf(report) : undefined;
  if (!view || !matrix) return undefined;
  const rows = matrix.rows.flatMap(rowsOf);
  const columns = matrix.columns.flatMap((column, at) => columnsOf(column, rows, at, report.result));
  return { view, places, names: rows.map(({ name }) => name), columns: inOneUnit(columns), note: noteOf(matrix) };
}

interface Row {
  readonly name: string;
  /** What the lane's row of the matrix has at this poll interval, by column. */
  readonly estimates: readonly (Estimate | undefined)[];
}

/** One for each poll interval, the longest first; a lane at a single one says no interval. */
function rowsOf({ lane, label, cells }: MatrixRow): Row[] {
  const points = cells.flatMap(({ figures }) => figures.map(({ estimate }) => estimate.point));
  const set = new Set(widest(cells).map(({ estimate }) => estimate.point.pollIntervalMs));
  const intervals = [...set].map((set) => ({ set, ms: set ?? lane.idlePeriodMs ?? 0 })).sort((a, b) => b.ms - a.ms);
  if (intervals.length < 2) return [{ name: label.title, estimates: cells.map(({ figures }) => figures[0]?.estimate) }];
  return intervals.map(({ set: interval }) => {
    const point = points.find((one) => one.pollIntervalMs === interval && one.eventsPerSecond > 0);
    const estimates = cells.map(
      ({ figures }) => figures.find(({ estimate }) => estimate.point.pollIntervalMs === interval)?.estimate,
    );
    return { name: [label.title, point && eventsPerPollText(lane, point)].filter(Boolean).join(', '), estimates };
  });
}

function widest(cells: readonly MatrixCell[]): MatrixCell['figures'] {
  return cells.map(({ figures }) => figures).toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** The column, and the burst's p99 behind its p50. */
function columnsOf(
  { id, title, what, metric }: Matrix['columns'][number],
  rows: readonly Row[],
  at: number,
  result: Result,
): BriefColumn[] {
  const heads = HEADS[id];
  const p50 = rows.map(({ estimates }) => estimates[at]);
  const all = [{ label: `${title}, ${what}`, heads, metric, estimates: p50 }];
  if (id === 'burst') {
    const p99 = latencyMetric('p99');
    const estimates = p50.map((p50) => result.estimates.find((one) => p50 && isOf(one, p50, p99.id)));
    all.push({ label: `${title}, ${what.replace('p50', 'p99')}`, heads: ['p99', 'burst'], metric: p99, estimates });
  }
  return all.flatMap(({ label, heads, metric, estimates }) => {
    const cells = estimates.map((estimate) => [estimate]);
    const isFilled = estimates.some(Boolean);
    return heads && isFilled ? [{ label, heads, metric, scale: scaleOfColumn(metric, cells), cells }] : [];
  });
}

function isOf(one: Estimate, other: Estimate, metric: string): boolean {
  return one.metric === metric && keyOfPlace(one) === keyOfPlace(other);
}

/** Columns of latencies are compared with each other. */
function inOneUnit(columns: readonly BriefColumn[]): BriefColumn[] {
  const latencies = columns.filter(({ metric }) => metric.kind === 'latency');
  return columns.map((column) =>
    latencies.includes(column)
      ? {
          ...column,
          scale: scaleOfColumn(
            column.metric,
            latencies.flatMap(({ cells }) => cells),
          ),
        }
      : column,
  );
}

/** `Latency, one client: p50; …`: what two short lines of a head leave open. */
function noteOf({ columns }: Matrix): string {
  const shown = columns.filter(({ id, metric }) => HEADS[id] && metric.kind !== 'cpu' && metric.kind !== 'memory');
  return shown.map(({ id, title, what }) => `${HEADS[id]?.join(' ')}: ${title.toLowerCase()}, ${what}`).join('; ');
}
