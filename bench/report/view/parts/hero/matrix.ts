/** The matrix of the page's head: the transports of a run by what people ask of each, as plain data. */

import type { Comparison, Estimate, Point, Result, Verdict } from '../../../../contract/result.ts';
import { isNamedByVerb } from '../../../../stats/metrics/metric.ts';
import { latencyMetric, type Metric, metricOf } from '../../../../stats/metrics/metrics.ts';
import { QUOTED } from '../../../../stats/metrics/quoted.ts';
import type { LaneLabel } from '../../page-model.ts';
import {
  countOf,
  formatDecimals,
  formatNumber,
  formatSetting,
  formatSignificant,
  type Scale,
  scaleOf,
  withUnit,
} from '../../words/format.ts';
import { type LaneAtPlace, laneLabels, type Place } from '../../words/places.ts';
import { type Quote, quotesOf, type Report } from '../../words/quotes.ts';
import { isRefused } from '../../words/standing.ts';
import { isControl } from '../../words/transports.ts';
import { marginText, VERDICT_GLYPHS } from '../../words/verdicts.ts';
import { formatEstimate, settingText } from '../../words/wording.ts';

export interface Matrix {
  /** `100 clients, 20 events/s, 128 B payload, browser headers`: of the columns that name no place of their own. */
  readonly setting: string;
  readonly reference: LaneLabel | undefined;
  readonly columns: readonly MatrixColumn[];
  readonly rows: readonly MatrixRow[];
  /** What no lane of the run has, with the command that measures it; undefined where the run has that scenario, without it. */
  readonly missing: readonly { readonly titles: readonly string[]; readonly command: string | undefined }[];
}

export interface MatrixColumn {
  readonly id: string;
  readonly title: string;
  /** `p50, one client`: which figure it is, and of what. */
  readonly what: string;
  readonly metric: Metric;
  readonly scale: Scale;
}

export interface MatrixRow {
  readonly lane: Result['lanes'][number];
  readonly label: LaneLabel;
  readonly isControl: boolean;
  /** `every 1 s, or 50 ms`; undefined of a lane that does not poll on a timer. */
  readonly polls: string | undefined;
  /** One for each column. */
  readonly cells: readonly MatrixCell[];
}

export type Judgement = Verdict | 'mixed';

export interface MatrixCell {
  /** `0.95 ms`, `172–974 B` over several poll intervals, `none`; undefined where the run has no value. */
  readonly value: string | undefined;
  /** `[0.87, 1.04] ms`; undefined where there is none to print. */
  readonly interval: string | undefined;
  /** `p99 5.79 ms`, `20–1 events a poll`: what is to be read with the value. */
  readonly beside: string | undefined;
  readonly verdict: { readonly is: Judgement; readonly glyph: string; readonly words: string } | undefined;
  /** `+0.19 ms` from the reference. */
  readonly difference: string | undefined;
  /** `× 1.20` of the reference, paired by round. */
  readonly ratio: string | undefined;
  /** Why it may not be cited; undefined where it may. */
  readonly refusal: string | undefined;
  /** What the cell says: none, one, or one for each poll interval, from the least. */
  readonly figures: readonly MatrixFigure[];
}

export interface MatrixFigure {
  readonly estimate: Estimate;
  /** With the lane that it is compared with; undefined of the reference, and where nothing is compared. */
  readonly comparison: Comparison | undefined;
  /** undefined of a lane that does not poll. */
  readonly eventsPerPoll: number | undefined;
}

interface Wanted {
  readonly id: string;
  readonly title: string;
  /** The first that the run has. */
  readonly metrics: readonly { readonly id: string; readonly what: string }[];
  /** Which places it is looked for in first. */
  readonly clients: 'one' | 'many';
  /** Of other places it is left out: what one client says is not what many say. */
  readonly isStrict?: boolean;
  /** Measures it, where no lane of the run has it. */
  readonly scenario: string;
}

const P50 = latencyMetric('p50').id;

const WANTED: readonly Wanted[] = [
  {
    id: 'alone',
    title: 'Latency, one client',
    metrics: [{ id: P50, what: 'p50' }],
    clients: 'one',
    isStrict: true,
    scenario: 'fanout',
  },
  {
    id: 'burst',
    title: 'Latency in a burst',
    metrics: [{ id: P50, what: 'p50' }],
    clients: 'many',
    isStrict: true,
    scenario: 'fanout',
  },
  {
    id: 'wire',
    title: 'On the wire',
    metrics: [
      { id: QUOTED.withTcpIp, what: 'per event, with TCP/IP' },
      { id: QUOTED.onSockets, what: 'per event, at the socket' },
    ],
    clients: 'many',
    scenario: 'fanout',
  },
  {
    id: 'cpu',
    title: 'Server CPU',
    metrics: [{ id: QUOTED.cpu, what: 'per event' }],
    clients: 'many',
    scenario: 'fanout',
  },
  {
    id: 'silence',
    title: 'Silence',
    metrics: [
      { id: 'idle.tcpIpBytesPerClientMinuteAtDefault', what: 'per minute, with TCP/IP' },
      { id: 'idle.bytesPerClientMinuteAtDefault', what: 'per minute, at the socket' },
    ],
    clients: 'many',
    scenario: 'idle',
  },
  {
    id: 'opening',
    title: 'Opening',
    metrics: [{ id: 'wire.handshakeBytes', what: 'once' }],
    clients: 'many',
    scenario: 'fanout',
  },
  {
    id: 'memory',
    title: 'Server memory',
    metrics: [{ id: 'server.heapPerClientBytes', what: 'per client' }],
    clients: 'many',
    scenario: 'idle',
  },
];

/** undefined where the run has none of its figures. */
export function matrixOf(report: Report): Matrix | undefined {
  const { result } = report;
  const lanes = rowsOf(result);
  const columns = WANTED.flatMap((wanted) => columnOf(report, wanted, lanes) ?? []);
  const [first] = columns;
  if (!first) return undefined;
  const labels = laneLabels(result);
  const main = columns.find(({ wanted }) => wanted.id === 'wire') ?? first;
  const isFound = ({ id }: Wanted) => columns.some(({ wanted }) => wanted.id === id);
  const rows = lanes.flatMap((lane): MatrixRow[] => {
    const label = labels.get(lane.id);
    if (!label) return [];
    const cells = columns.map((column) => cellOf(column, lane, result.reference));
    const intervals = columns.flatMap(({ quotes }) =>
      quotes.filter(({ estimate }) => estimate.lane === lane.id).map(({ estimate: { point } }) => point),
    );
    return [{ lane, label, isControl: isControl(lane), polls: pollsText(lane, intervals), cells }];
  });
  return {
    setting: settingText([main.place.point]),
    reference: rows.find(({ lane }) => lane.id === result.reference)?.label,
    columns: columns.map(({ wanted, what, metric, scale }) => ({
      id: wanted.id,
      title: wanted.title,
      what,
      metric,
      scale,
    })),
    rows,
    missing: missingOf(
      WANTED.filter((wanted) => !isFound(wanted)),
      result,
    ),
  };
}

/**
 * The reference, then who pushes, who parks polls, who polls on a timer, and the control. Not those that measure another once
 * more or are another but for one option, unless nothing else was measured.
 */
function rowsOf({ lanes, reference }: Result): Result['lanes'] {
  const isMeasured = (id: string | undefined) => lanes.some((lane) => lane.id === id);
  const own = lanes.filter(({ id, duplicateOf }) => id === reference || duplicateOf === undefined);
  const main = own.filter(({ id, variantOf }) => id === reference || !isMeasured(variantOf));
  const rank = (lane: (typeof lanes)[number]): number => {
    if (isControl(lane)) return 4;
    return lane.id === reference ? 0 : lane.polls === undefined ? 1 : lane.polls === 'parked' ? 2 : 3;
  };
  return (main.length > 1 ? main : own).toSorted((a, b) => rank(a) - rank(b));
}

type Lane = Result['lanes'][number];

interface Found {
  readonly wanted: Wanted;
  readonly what: string;
  readonly metric: Metric;
  readonly place: Place;
  readonly quotes: readonly Quote[];
  readonly scale: Scale;
}

/** Of the place that has it of the most lanes; the first of several, in the order of the run. */
function columnOf(report: Report, wanted: Wanted, lanes: readonly Lane[]): Found | undefined {
  for (const { id, what } of wanted.metrics) {
    const quotes = lanes.flatMap((lane) => quotesOf(report, { metric: id, lane: lane.id }));
    const isAmong = ({ clients }: Point) => (wanted.clients === 'one' ? clients === 1 : clients > 1);
    const places = [...new Set(report.views.flatMap((view) => view.places))];
    const lanesAt = (place: Place) =>
      new Set(quotes.filter((quote) => quote.place === place).map(({ estimate }) => estimate.lane)).size;
    const found = places.filter((place) => lanesAt(place) > 0 && (!wanted.isStrict || isAmong(place.point)));
    const [best] = found.toSorted(
      (a, b) => Number(isAmong(b.point)) - Number(isAmong(a.point)) || lanesAt(b) - lanesAt(a),
    );
    if (!best) continue;
    const here = quotes.filter(({ place }) => place === best);
    const metric = metricOf(id);
    const values = here.map(({ estimate }) => estimate.value);
    return {
      wanted,
      what: wanted.id === 'burst' ? `${what}, ${countOf(best.point.clients, 'client')}` : what,
      metric,
      place: best,
      quotes: here,
      scale: scaleOf(metric, values),
    };
  }
  return undefined;
}

function cellOf({ metric, scale, quotes }: Found, lane: Lane, referenceId: string): MatrixCell {
  const mine = quotes
    .filter(({ estimate }) => estimate.lane === lane.id)
    .toSorted((a, b) => a.estimate.value - b.estimate.value);
  const figures = mine.map((quote) => figureOf(quote, lane));
  const comparisons = figures.flatMap(({ comparison }) => comparison ?? []);
  const [least, most] = [mine[0]?.estimate, mine.at(-1)?.estimate];
  if (!least || !most) return { ...NOTHING, beside: lane.polls === 'timed' ? 'waits as in a burst' : undefined };
  const reference = quotes.find(({ estimate }) => estimate.lane === referenceId)?.estimate;
  const isRange = least !== most;
  const { value, interval } = isRange ? rangeOf(least, most, scale) : shortly(least, scale);
  const isCompared = !isRange && lane.id !== referenceId && !isControl(lane);
  return {
    value: most.value === 0 ? 'none' : withUnit(value, scale),
    interval: interval && withUnit(interval, scale),
    beside: isRange && most.value > 0 ? eventsPerPollText(figures) : tailText(mine[0]?.lane, metric, scale),
    verdict: verdictOf(metric, comparisons, figures.length),
    difference: isCompared && reference ? differenceText(least.value - reference.value, value, scale) : undefined,
    ratio: ratioText(comparisons),
    refusal: refusalOf([...figures.map(({ estimate }) => estimate), ...comparisons]),
    figures,
  };
}

function figureOf({ estimate, comparison, lane: { estimates } }: Quote, { polls }: Lane): MatrixFigure {
  // A parked poll that is not counted is answered with one event.
  const eventsPerPoll = polls && (estimates.get('polls.eventsPerPoll')?.value ?? 1);
  return { estimate, comparison, eventsPerPoll };
}

function refusalOf(figures: readonly (Estimate | Comparison)[]): string | undefined {
  const refused = figures.filter(isRefused);
  const reasons = new Set(refused.flatMap(({ standing }) => standing.reasons));
  return refused.length === 0 ? undefined : [...reasons].join(' ') || 'not citable';
}

const NOTHING: MatrixCell = {
  value: undefined,
  interval: undefined,
  beside: undefined,
  verdict: undefined,
  difference: undefined,
  ratio: undefined,
  refusal: undefined,
  figures: [],
};

/** No more digits than three, and no more than the interval allows. */
function shortly(estimate: Estimate, scale: Scale) {
  const { value, interval } = formatEstimate(estimate, scale);
  const three = formatNumber(estimate.value / scale.factor);
  return { value: three.length < value.length ? three : value, interval };
}

function rangeOf(least: Estimate, most: Estimate, { factor }: Scale) {
  const [from, to] = [least, most].map(({ value }) => formatNumber(value / factor));
  return { value: from === to ? `${from}` : `${from}–${to}`, interval: undefined };
}

/** With as many decimals as the value. */
function differenceText(difference: number, value: string, scale: Scale): string {
  const text = formatDecimals(Math.abs(difference) / scale.factor, value.split('.')[1]?.length ?? 0);
  return `${difference < 0 ? '−' : '+'}${withUnit(text, scale)}`;
}

/** `× 1.20`, or `× 0.73–4.13` over several poll intervals; undefined where nothing is compared. */
function ratioText(comparisons: readonly Comparison[]): string | undefined {
  if (comparisons.length === 0) return undefined;
  const ratios = comparisons.map(({ ratio }) => ratio);
  const digits = ratios.length > 1 ? 2 : 3;
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => formatSignificant(ratio, digits));
  return `×\u00a0${least === most ? least : `${least}–${most}`}`;
}

/** What these rounds decide; a figure that may not be cited decides nothing. */
function verdictOf(metric: Metric, comparisons: readonly Comparison[], count: number): MatrixCell['verdict'] {
  const [first, ...others] = comparisons.filter((one) => !isRefused(one));
  if (!first || others.length + 1 < count) return undefined;
  const is = others.every(({ verdict }) => verdict === first.verdict) ? first.verdict : 'mixed';
  return { is, glyph: JUDGEMENT_GLYPHS[is], words: wordsOf(is, metric, first) };
}

const JUDGEMENT_GLYPHS: Readonly<Record<Judgement, string>> = { ...VERDICT_GLYPHS, mixed: '↕' };

function wordsOf(is: Judgement, metric: Metric, { margin }: Pick<Comparison, 'margin'>): string {
  const [lower, higher] = isNamedByVerb(metric) ? ['less', 'more'] : ['faster', 'slower'];
  if (is === 'lower') return lower;
  if (is === 'higher') return higher;
  if (is === 'mixed') return 'depends';
  return is === 'equivalent' ? `within ${marginText(margin)}` : 'not decided';
}

/** `p99 5.79 ms`: the highest of a lane's percentiles that enough events stand behind, beside its p50. */
function tailText(lane: LaneAtPlace | undefined, { id }: Metric, scale: Scale): string | undefined {
  if (!lane || id !== P50) return undefined;
  for (const percentile of ['p99', 'p95'] as const) {
    const estimate = lane.estimates.get(latencyMetric(percentile).id);
    if (estimate) return `${percentile} ${withUnit(shortly(estimate, scale).value, scale)}`;
  }
  return undefined;
}

/** `20–1 events a poll`: what the ends of a range stand for. */
function eventsPerPollText(figures: readonly MatrixFigure[]): string | undefined {
  const [from, to] = [figures[0], figures.at(-1)].map((figure) => figure?.eventsPerPoll);
  if (from === undefined || to === undefined) return undefined;
  const text = (events: number) => formatSetting(Math.round(events * 10) / 10);
  return `${text(from)}–${text(to)} events a poll`;
}

/** `every 1 s, or 50 ms`, as the points say it or the lane does. */
function pollsText({ polls, idlePeriodMs }: Lane, points: readonly Point[]): string | undefined {
  if (polls !== 'timed') return undefined;
  const intervals = new Set(points.flatMap(({ pollIntervalMs = idlePeriodMs }) => pollIntervalMs ?? []));
  const texts = [...intervals]
    .toSorted((a, b) => b - a)
    .map((ms) => (ms < 1_000 ? `${formatSetting(ms)}\u00a0ms` : `${formatSetting(ms / 1e3)}\u00a0s`));
  return texts.length === 0 ? undefined : `every ${texts.join(', or ')}`;
}

function missingOf(wanted: readonly Wanted[], result: Result): Matrix['missing'] {
  const scenarios = [...new Set(wanted.map(({ scenario }) => scenario))];
  return scenarios.map((scenario) => ({
    titles: wanted.filter((one) => one.scenario === scenario).map(({ title }) => title),
    command: result.scenarios.some(({ id }) => id === scenario)
      ? undefined
      : `npm run bench -- --scenarios ${scenario}`,
  }));
}
