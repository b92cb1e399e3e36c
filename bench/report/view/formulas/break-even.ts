/** Bytes per event over events per poll: from how many on polling takes as few as the lanes that need not ask. */

import { QUOTED } from '../../../stats/metrics/quoted.ts';
import type { Figure, LineChart, LinePoint, Missing, Panel, Table } from '../page-model.ts';
import { formatExact, formatNumber, formatSetting } from '../words/format.ts';
import { laneLabels } from '../words/places.ts';
import { quotesOf, type Report } from '../words/quotes.ts';
import { isRefused } from '../words/standing.ts';
import { timeText } from './answers.ts';
import { comparedLanes, NO_CONSTANTS, type RunConstants } from './constants.ts';
import {
  bytesPerSecond,
  ETHERNET_MSS_BYTES,
  equalIntervalMs,
  type LaneConstants,
  LEVELS,
  type Level,
  type Load,
} from './formulas.ts';

/** At each level, the metric that was measured. */
const MEASURED = [
  ['sockets', QUOTED.onSockets],
  ['tcpIp', QUOTED.withTcpIp],
] as const satisfies readonly (readonly [Level, string])[];

const PAYLOAD_BYTES = 128;
const RANGE = [0.1, 1_000] as const;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const;
const RATES = [1, 20] as const;
const TITLE = 'Bytes per event against events per poll';

/** Lanes without their keep-alives, which belong to no event. */
interface Compared {
  readonly timed: LaneConstants;
  readonly others: readonly LaneConstants[];
  readonly load: Load;
  /** B of an event. */
  readonly bytesAt: (lane: LaneConstants, eventsPerPoll: number, level: Level) => number;
  readonly crossings: readonly { readonly level: Level; readonly lanes: readonly Crossing[] }[];
}

interface Crossing {
  readonly lane: LaneConstants;
  readonly events: number;
}

/** undefined where the run has nothing to compare. */
export function breakEvenOf(report: Report, run: RunConstants): Figure | Missing | undefined {
  if (run.lanes.length === 0) return report.views.length > 0 ? NO_CONSTANTS : undefined;
  const compared = comparedIn(report, run);
  if (!compared) return undefined;
  const finding = findingOf(compared);
  return {
    id: report.anchors.take('break-even formulas'),
    title: TITLE,
    definition:
      `By the formulas and constants of this run: ${PAYLOAD_BYTES} B of payload, ${compared.load.headers} headers, no distance; a packet ` +
      'has at most 1,448 B. Keep-alives belong to no event, and are left out: with them, polling breaks even at a shorter interval.',
    finding: [finding],
    charts: [{ title: undefined, panels: panelsOf(report, compared) }],
    tables: [tableOf(report, compared)],
  };
}

function comparedIn(report: Report, run: RunConstants): Compared | undefined {
  const lanes = comparedLanes(report, run).map(({ keepAlive: _, ...lane }): LaneConstants => lane);
  const timed = lanes.find(({ way }) => way === 'timed');
  const others = lanes.filter((lane) => lane !== timed);
  if (!timed || others.length === 0) return undefined;
  const headers = run.profiles.includes('browser') ? 'browser' : (run.profiles[0] ?? '');
  // One event a second: events per poll are then the interval in seconds.
  const fixed = { clients: 1, eventsPerSecond: 1, payloadBytes: PAYLOAD_BYTES, rttMs: 0, keepAliveMs: 0 };
  const load: Load = { ...fixed, intervalMs: 1e3, headers, isTls: false, mssBytes: ETHERNET_MSS_BYTES };
  return {
    timed,
    others,
    load,
    bytesAt: (lane, events, level) => bytesPerSecond(lane, { ...load, intervalMs: events * 1e3 }, run, level),
    crossings: MEASURED.map(([level]) => ({
      level,
      lanes: others.flatMap((lane) => {
        const events = equalIntervalMs(timed, lane, load, run, level) / 1e3;
        return events > RANGE[0] && events < RANGE[1] ? [{ lane, events }] : [];
      }),
    })),
  };
}

function panelsOf(report: Report, compared: Compared): Panel[] {
  const { timed, others } = compared;
  const labels = laneLabels(report.result);
  const lanes = [timed, ...others];
  const lines = MEASURED.map(([level, metric]) =>
    lanes.map((lane) => ({
      rounds: lane === timed ? measured(report, lane.id, metric) : [],
      points: lineOf(lane, level, compared),
    })),
  );
  const ys = lines.flat().flatMap(({ points, rounds }) => [...points, ...rounds].map(({ y }) => y));
  const title = 'Bytes per event, B';
  const common = {
    kind: 'lines',
    unit: 'B',
    axisTitle: title,
    reading: ['lines: by the formulas', 'small: measured', 'numbers: events per poll at which polling takes as much'],
    lanes: lanes.flatMap(({ id }) => labels.get(id) ?? []),
    x: { title: 'Events per poll', unit: '', scale: 'log', range: RANGE },
    y: { title, unit: 'B', scale: 'log', range: [Math.min(...ys) * 0.8, Math.max(...ys) * 1.2] },
    spread: 'range',
    shape: 'straight',
    texts: 'points',
  } as const;
  return MEASURED.map(([level], at) => {
    const label = `Lines: bytes per event ${LEVELS[level].title} over events per poll.`;
    const chart: LineChart = { ...common, label, lines: lines[at] ?? [] };
    return { id: report.anchors.take(`break-even ${level}`), title: LEVELS[level].title, chart };
  });
}

/** The lane that polls falls along the steps, with a text where it crosses another; those lie flat. */
function lineOf(lane: LaneConstants, level: Level, { timed, bytesAt, crossings }: Compared): LinePoint[] {
  if (lane !== timed) return RANGE.map((x) => ({ x, y: bytesAt(lane, x, level) }));
  const crossed = crossings.find((one) => one.level === level)?.lanes ?? [];
  const marked = crossed.map(({ events }) => ({ x: events, text: formatNumber(events) }));
  return [...STEPS.map((x) => ({ x })), ...marked]
    .sort((a, b) => a.x - b.x)
    .map((point) => ({ ...point, y: bytesAt(timed, point.x, level) }));
}

function tableOf(report: Report, { timed, others, bytesAt }: Compared): Table {
  const cells = MEASURED.flatMap(([level]) => [timed, ...others].map((lane) => ({ lane, level })));
  return {
    id: report.anchors.take('break-even table'),
    title: TITLE,
    definition: `By the formulas. Wait: half an interval, at ${RATES.join(' and ')} events/s.`,
    columns: [
      { label: 'Events per poll', numeric: false },
      ...cells.map(({ lane, level }) => ({ label: `${lane.title}, ${LEVELS[level].title}`, unit: 'B', numeric: true })),
      ...RATES.map((rate) => ({ label: `Wait at ${rate}/s`, numeric: true })),
    ],
    rows: STEPS.map((events) => ({
      header: formatSetting(events),
      cells: [
        ...cells.map(({ lane, level }) => ({ text: formatExact(bytesAt(lane, events, level)) })),
        ...RATES.map((rate) => ({ text: waitText(events, rate) })),
      ],
    })),
  };
}

const waitText = (events: number, rate: number): string => timeText((events / rate / 2) * 1e6);

/** Of the common payload and headers: each place a point. */
function measured(report: Report, lane: string, metric: string): LinePoint[] {
  return quotesOf(report, { metric, lane }).flatMap(({ lane: row, place, estimate }) => {
    const events = row.estimates.get('polls.eventsPerPoll')?.value;
    const isCommon = estimate.point.payloadBytes === PAYLOAD_BYTES && estimate.point.headers === 'browser';
    return events && isCommon && !isRefused(estimate) ? [{ x: events, y: estimate.value, round: place.title }] : [];
  });
}

/** The level that is last in the table first, where crossings are nearer. */
function findingOf({ timed, others, crossings }: Compared): string {
  const at = (lanes: readonly Crossing[], other: LaneConstants) => {
    const events = lanes.find(({ lane }) => lane === other)?.events;
    return events === undefined ? 'no number' : formatNumber(events);
  };
  const [first, ...further] = crossings.toReversed();
  const lanes = first?.lanes ?? [];
  const most = [...lanes].sort((a, b) => b.events - a.events)[0];
  const waits = RATES.map((rate) => `${waitText(most?.events ?? 1, rate)} at ${rate}/s`);
  return [
    `Keep-alives apart, ${timed.title.toLowerCase()} takes as many bytes ${LEVELS[first?.level ?? 'tcpIp'].title} as `,
    `${others.map((other) => `${other.title} at ${at(lanes, other)}`).join(', ')} events a poll`,
    ...further.map(
      (one) => `; ${LEVELS[one.level].title} at ${others.map((other) => at(one.lanes, other)).join(', ')}`,
    ),
    `. At ${most ? formatNumber(most.events) : 'one'} events a poll an event waits ${waits.join(' or ')}, on average.`,
  ].join('');
}
