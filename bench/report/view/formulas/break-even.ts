/** Bytes per event over events per poll: from how many on polling takes as few as the lanes that need not ask. */

import type { Figure, LineChart, LinePoint, Missing, Panel, Row } from '../page-model.ts';
import { formatExact, formatNumber, formatSetting } from '../words/format.ts';
import { laneLabels } from '../words/places.ts';
import { quotesOf, type Report } from '../words/quotes.ts';
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
  ['sockets', 'wire.perDeliveryBytes'],
  ['tcpIp', 'wire.tcpIpPerDeliveryBytes'],
] as const satisfies readonly (readonly [Level, string])[];

const PAYLOAD_BYTES = 128;
const RANGE = [0.1, 1_000] as const;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const;
const RATES = [1, 20] as const;

/** undefined where the run has nothing to compare. */
export function breakEvenOf(report: Report, run: RunConstants): Figure | Missing | undefined {
  const lanes = comparedLanes(report, run).map(withoutSilence);
  const timed = lanes.find(({ way }) => way === 'timed');
  const others = lanes.filter((lane) => lane !== timed);
  if (run.lanes.length === 0) return report.views.length > 0 ? NO_CONSTANTS : undefined;
  if (!timed || others.length === 0) return undefined;
  const at = (eventsPerPoll: number): Load => ({
    clients: 1,
    // One a second: events per poll are then the interval in seconds.
    eventsPerSecond: 1,
    intervalMs: eventsPerPoll * 1e3,
    payloadBytes: PAYLOAD_BYTES,
    rttMs: 0,
    keepAliveMs: 0,
    headers: run.profiles.includes('browser') ? 'browser' : (run.profiles[0] ?? ''),
    isTls: false,
    mssBytes: ETHERNET_MSS_BYTES,
  });
  const bytesAt = (lane: LaneConstants, events: number, level: Level) => bytesPerSecond(lane, at(events), run, level);
  const crossings = MEASURED.map(([level]) => ({
    level,
    lanes: others.flatMap((lane) => {
      const events = equalIntervalMs(timed, lane, at(1), run, level) / 1e3;
      return events > RANGE[0] && events < RANGE[1] ? [{ lane, events }] : [];
    }),
  }));
  const labels = laneLabels(report.result);
  const shown = [timed, ...others];
  const lineOf = (lane: LaneConstants, level: Level): LinePoint[] => {
    if (lane !== timed) return RANGE.map((x) => ({ x, y: bytesAt(lane, x, level) }));
    const crossed = crossings.find((one) => one.level === level)?.lanes ?? [];
    const marked = crossed.map(({ lane: { title }, events }) => ({
      x: events,
      text: `${title}: ${formatNumber(events)}`,
    }));
    return [...STEPS.map((x) => ({ x })), ...marked]
      .sort((a, b) => a.x - b.x)
      .map((point) => ({ ...point, y: bytesAt(timed, point.x, level) }));
  };
  const lines = MEASURED.map(([level, metric]) =>
    shown.map((lane) => ({
      rounds: lane === timed ? measured(report, lane.id, metric) : [],
      points: lineOf(lane, level),
    })),
  );
  const ys = lines.flat().flatMap(({ points, rounds }) => [...points, ...rounds].map(({ y }) => y));
  const finding = findingOf(timed, others, crossings);
  const panels = MEASURED.map(([level], at): Panel => {
    const chart: LineChart = {
      kind: 'lines',
      label: `Lines: bytes per event ${LEVELS[level].title} over events per poll. ${finding}`,
      unit: 'B',
      axisTitle: 'Bytes per event, B',
      reading: [
        { sign: '●', text: 'by the formulas' },
        { sign: '∘', text: 'measured' },
      ],
      lanes: shown.flatMap(({ id }) => labels.get(id) ?? []),
      x: { title: 'Events per poll', unit: '', scale: 'log', range: RANGE },
      y: {
        title: 'Bytes per event, B',
        unit: 'B',
        scale: 'log',
        range: [Math.min(...ys) * 0.8, Math.max(...ys) * 1.2],
      },
      spread: 'range',
      shape: 'straight',
      texts: 'points',
      lines: lines[at] ?? [],
    };
    return { id: report.anchors.take(`break-even ${level}`), title: LEVELS[level].title, chart };
  });
  return {
    id: report.anchors.take('break-even formulas'),
    title: 'Bytes per event against events per poll',
    definition:
      `By the formulas and constants of this run: ${PAYLOAD_BYTES} B of payload, ${at(1).headers} headers, no distance; a packet has at ` +
      'most 1,448 B. Keep-alives are left out, for they do not belong to an event: with them, polling breaks even at a shorter interval.',
    finding: [finding],
    charts: [{ title: undefined, panels }],
    tables: [
      {
        id: report.anchors.take('break-even table'),
        title: 'Bytes per event against events per poll',
        definition: `By the formulas. Mean wait: half an interval, at ${RATES.join(' and ')} events/s.`,
        columns: [
          { label: 'Events per poll', numeric: false },
          ...MEASURED.flatMap(([level]) =>
            shown.map(({ title }) => ({ label: `${title}, ${LEVELS[level].title}`, unit: 'B', numeric: true })),
          ),
          ...RATES.map((rate) => ({ label: `Wait at ${rate}/s`, numeric: true })),
        ],
        rows: STEPS.map(
          (events): Row => ({
            header: formatSetting(events),
            cells: [
              ...MEASURED.flatMap(([level]) =>
                shown.map((lane) => ({ text: formatExact(bytesAt(lane, events, level)) })),
              ),
              ...RATES.map((rate) => ({ text: timeText((events / rate / 2) * 1e6) })),
            ],
          }),
        ),
      },
    ],
  };
}

function withoutSilence({ keepAlive: _, ...lane }: LaneConstants): LaneConstants {
  return lane;
}

/** Of the common payload and headers: each place a point. */
function measured(report: Report, lane: string, metric: string): LinePoint[] {
  return quotesOf(report, { metric, lane }).flatMap(({ lane: row, place, estimate }) => {
    const events = row.estimates.get('polls.eventsPerPoll')?.value;
    const isCommon = estimate.point.payloadBytes === PAYLOAD_BYTES && estimate.point.headers === 'browser';
    return events && isCommon ? [{ x: events, y: estimate.value, round: place.title }] : [];
  });
}

interface Crossing {
  readonly lane: LaneConstants;
  readonly events: number;
}

/** The level that is last in the table first, where crossings are nearer. */
function findingOf(
  timed: LaneConstants,
  others: readonly LaneConstants[],
  crossings: readonly { readonly level: Level; readonly lanes: readonly Crossing[] }[],
): string {
  const at = (lanes: readonly Crossing[], other: LaneConstants) => {
    const events = lanes.find(({ lane }) => lane === other)?.events;
    return events === undefined ? 'no number' : formatNumber(events);
  };
  const [first, ...further] = crossings.toReversed();
  const lanes = first?.lanes ?? [];
  const most = [...lanes].sort((a, b) => b.events - a.events)[0];
  const waits = RATES.map((rate) => `${timeText(((most?.events ?? 1) / rate / 2) * 1e6)} at ${rate}/s`);
  return [
    `Keep-alives apart, ${timed.title.toLowerCase()} takes as many bytes ${LEVELS[first?.level ?? 'tcpIp'].title} as `,
    `${others.map((other) => `${other.title} at ${at(lanes, other)}`).join(', ')} events a poll`,
    ...further.map(
      (one) => `; ${LEVELS[one.level].title} at ${others.map((other) => at(one.lanes, other)).join(', ')}`,
    ),
    `. At ${most ? formatNumber(most.events) : 'one'} events a poll an event waits ${waits.join(' or ')}, on average.`,
  ].join('');
}
