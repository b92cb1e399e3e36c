/** What the run measured, beside what the formulas say of the same settings: what leaves them is told with its size. */

import { QUOTED } from '../../../stats/metrics/quoted.ts';
import type { DotChart, Figure, Missing, Panel, Row } from '../page-model.ts';
import { formatExact, formatNumber } from '../words/format.ts';
import { laneLabels, rangeOfRounds } from '../words/places.ts';
import { keyOf } from '../words/points.ts';
import { type Quote, quotesOf, type Report } from '../words/quotes.ts';
import { isRefused, UNCITABLE_MARK } from '../words/standing.ts';
import { inSentence } from '../words/wording.ts';
import { isDelivering, NO_CONSTANTS, type RunConstants } from './constants.ts';
import {
  bytesOf,
  delayUs,
  ETHERNET_MSS_BYTES,
  type LaneConstants,
  type Level,
  type Load,
  termsOf,
} from './formulas.ts';

interface Series {
  readonly label: string;
  readonly metric: string;
  readonly unit: string;
  /** Of the value, at which it is flagged: bytes and latency have the margins of their verdicts. */
  readonly margin: number;
  readonly model: (lane: LaneConstants, load: Load, run: RunConstants) => number;
  /** undefined where the formulas do not speak of it. */
  readonly measured: (quote: Quote) => number | undefined;
  readonly factor: number;
}

const bytes = (label: string, metric: string, level: Level): Series => ({
  label,
  metric,
  unit: 'B',
  margin: 0.01,
  factor: 1,
  model: (lane, load, run) =>
    // Windows are shorter than the periods of keep-alives, and hold the events alone.
    termsOf(lane, load, run).reduce(
      (sum, term) => sum + (term.what === 'keep-alives' ? 0 : term.perSecond * bytesOf(term, level)),
      0,
    ) / load.eventsPerSecond,
  measured: ({ estimate }) => estimate.value,
});

const SERIES: readonly Series[] = [
  bytes('Bytes on the sockets', QUOTED.onSockets, 'sockets'),
  bytes('Bytes with TCP/IP', QUOTED.withTcpIp, 'tcpIp'),
  {
    label: 'Mean delay',
    metric: QUOTED.p50,
    unit: 'ms',
    margin: 0.05,
    factor: 1e3,
    model: delayUs,
    // A crowd near by waits in a queue at the server, which no formula has.
    measured: ({ lane, estimate: { point } }) => {
      const isTimed = lane.valid.some(({ options }) => options['intervalMs'] !== undefined);
      return point.rttMs || isTimed ? rangeOfRounds(lane, ({ latency }) => latency.meanUs)?.value : undefined;
    },
  },
];

interface Residual {
  readonly series: Series;
  readonly quote: Quote;
  readonly model: number;
  readonly value: number;
  /** Of the model's value: 0.01 is one per cent above it. */
  readonly share: number;
}

/** undefined where nothing was measured but what the constants were read off. */
export function residualsOf(report: Report, run: RunConstants): Figure | Missing | undefined {
  if (run.lanes.length === 0) return report.views.length > 0 ? NO_CONSTANTS : undefined;
  const all = SERIES.flatMap((series) => run.lanes.flatMap((lane) => residualsIn(report, run, lane, series)));
  if (all.length === 0) return undefined;
  const counts = SERIES.flatMap((series) => {
    const mine = all.filter((one) => one.series === series);
    return mine.length > 0 ? [countText(series, mine)] : [];
  });
  const outside = all.filter(isOutside).sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const worst = outside.slice(0, MOST_NAMED).map((one) => `${nameOf(one)} ${shareText(one)}`);
  const others = outside.length > MOST_NAMED ? `, and ${outside.length - MOST_NAMED} more in the table` : '';
  return {
    id: report.anchors.take('model residuals'),
    title: 'Measured against model',
    definition:
      'Measured ÷ model − 1. The model is the formulas of “With my numbers” at the settings of each point, with segments as long as the ' +
      'loopback takes. Constants come from one cell of each lane and header profile: its point is left out. Delays near by are of ' +
      'polling alone, for one client is where the constant comes from, and a place in a burst is a queue at the server, not a formula.',
    finding: [
      ...counts,
      ...(worst.length > 0 ? [{ strong: 'Outside: ' }, `${worst.join('; ')}${others}.`] : ['None is outside.']),
    ],
    charts: [{ title: undefined, panels: panelsOf(report, all), isStacked: true }],
    tables: [
      {
        id: report.anchors.take('model residuals table'),
        title: 'Measured against model',
        definition: '▲ outside of 1 % for bytes, 5 % for delay.',
        columns: [
          { label: 'Lane', numeric: false },
          { label: 'Point', numeric: false },
          { label: 'What', numeric: false },
          { label: 'Measured', numeric: true },
          { label: 'Model', numeric: true },
          { label: 'Difference', numeric: true },
        ],
        rows: all.map(rowOf),
      },
    ],
  };
}

const MOST_NAMED = 3;

function residualsIn(report: Report, run: RunConstants, lane: LaneConstants, series: Series): Residual[] {
  const { result } = report;
  const sources = run.sources.get(lane.id) ?? [];
  return quotesOf(report, { metric: series.metric, lane: lane.id }).flatMap((quote) => {
    const { estimate } = quote;
    const [cell] = quote.lane.valid;
    const isSource = sources.some(
      ({ scenario, point }) => scenario === estimate.scenario && keyOf(point) === keyOf(estimate.point),
    );
    if (!cell || isSource || !isDelivering(result, cell) || estimate.point.eventsPerSecond === 0) return [];
    const { eventsPerSecond, payloadBytes, clients, headers, rttMs = 0, link } = estimate.point;
    if (lane.polls && lane.polls.requestHeadBytes[headers] === undefined) return [];
    const { loopbackMtuBytes } = result.environment;
    const isLoopback = link === undefined && loopbackMtuBytes !== null;
    const load: Load = {
      clients,
      eventsPerSecond,
      payloadBytes,
      rttMs,
      intervalMs: Number(cell.options['intervalMs'] ?? 1e3),
      keepAliveMs: 0,
      headers,
      isTls: cell.options['over'] === 'https',
      mssBytes: isLoopback ? loopbackMtuBytes - run.headerBytes : ETHERNET_MSS_BYTES,
    };
    const model = series.model(lane, load, run);
    const value = series.measured(quote);
    return value === undefined || !(model > 0) ? [] : [{ series, quote, model, value, share: value / model - 1 }];
  });
}

const isOutside = ({ share, series }: Residual): boolean => Math.abs(share) > series.margin;

const shareText = ({ share }: Residual): string => percentText(share * 100);

/** Two decimals: a difference of less is none. */
function percentText(percent: number): string {
  const text = Math.abs(percent).toFixed(2);
  return Number(text) === 0 ? '0 %' : `${percent < 0 ? '−' : '+'}${text} %`;
}

function nameOf({ quote: { label, place, scenario }, series }: Residual): string {
  return `${label.title} (${place.varied ?? scenario.scenario.title}): ${inSentence(series.label)}`;
}

function rowOf(one: Residual): Row {
  const { series, quote, model, value } = one;
  const text = (number: number) =>
    `${(series.unit === 'B' ? formatExact : formatNumber)(number / series.factor)} ${series.unit}`;
  const mark = isRefused(quote.estimate) ? UNCITABLE_MARK : '';
  return {
    header: quote.label.title,
    lane: quote.label,
    cells: [
      { text: quote.place.title },
      { text: series.label },
      { text: `${text(value)}${mark}` },
      { text: text(model) },
      { text: `${isOutside(one) ? '▲ ' : ''}${shareText(one)}` },
    ],
  };
}

/** A panel each series, a row each lane; of what cannot be cited no dot. */
function panelsOf(report: Report, all: readonly Residual[]): Panel[] {
  const labels = laneLabels(report.result);
  return SERIES.flatMap((series) => {
    const mine = all.filter((one) => one.series === series && !isRefused(one.quote.estimate));
    const ids = [...new Set(mine.map(({ quote }) => quote.estimate.lane))];
    if (mine.length === 0) return [];
    const rowOf = ({ quote }: Residual) => ids.indexOf(quote.estimate.lane);
    const percent = ({ share }: Residual) => share * 100;
    const chart: DotChart = {
      kind: 'dots',
      reading: ['small: one point', 'filled: their mean', '├─┤ from the least to the most'],
      isDense: true,
      scale: 'linear',
      spread: 'range',
      unit: '%',
      label: `Dot plot. Measured against model, in per cent, by lane and point. ${countText(series, mine)}`,
      axisTitle: 'Difference, %',
      lanes: ids.flatMap((id) => labels.get(id) ?? []),
      series: [
        {
          label: series.label,
          rounds: mine.map((one) => ({ row: rowOf(one), round: one.quote.place.title, value: percent(one) })),
          estimates: ids.map((_, row) => {
            const values = mine.filter((one) => rowOf(one) === row).map(percent);
            const value = values.reduce((sum, one) => sum + one, 0) / values.length;
            return { row, value, low: Math.min(...values), high: Math.max(...values), text: percentText(value) };
          }),
        },
      ],
    };
    return { id: report.anchors.take('model residuals chart'), title: series.label, chart };
  });
}

function countText({ label, margin }: Series, mine: readonly Residual[]): string {
  const within = mine.filter((one) => !isOutside(one)).length;
  return `${label}: ${within} of ${mine.length} within ${margin * 100}\u00a0%. `;
}
