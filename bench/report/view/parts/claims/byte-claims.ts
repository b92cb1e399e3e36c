/** Claims about bytes. */

import { QUOTED } from '../../../../stats/metrics/quoted.ts';
import { formatNumber } from '../../words/format.ts';
import { type Claim, commandOf, QUANTUM, TUTORIALS } from './claim.ts';
import {
  allOf,
  type Evidence,
  type Finding,
  found,
  near,
  outcomeOf,
  type Pair,
  type Sight,
  span,
  withText,
} from './evidence.ts';

const OVERHEAD = 'wire.overheadPerDeliveryBytes';
const EMPTY_POLL = 'wire.emptyCycleBytes';
const HEADS = 'wire.headsPerDeliveryBytes';
const OPENING = 'wire.handshakeBytes';
const ON_SOCKETS = QUOTED.onSockets;
const WITH_TCP_IP = QUOTED.withTcpIp;
const overheadOf = (lane: string) => ({ metric: OVERHEAD, lane });

/** What one poll and one frame take beside their payload, in bytes, by the source. */
const QUANTUM_POLL_BYTES = 871;
const QUANTUM_FRAME_BYTES = 2;
/** Clients that get an event a second each, and the traffic of polls and of frames that the source gives for them. */
const QUANTUM_TRAFFIC = [
  [1_000, 6.6, 0.015],
  [10_000, 66, 0.153],
  [100_000, 665, 1.526],
] as const;
const MEBI = 1024 ** 2;

export const byteClaims: readonly Claim[] = [
  {
    id: 'frame-2-bytes',
    isAskedOften: true,
    text: 'A WebSocket message has 2 bytes of overhead',
    source: QUANTUM,
    decides: 'overhead per event, by payload',
    command: commandOf('anatomy', 'websocket'),
    judge: (run) => overheadIn(run, 'websocket', 2, 2),
  },
  {
    id: 'heads-500-to-1',
    isAskedOften: true,
    text: 'WebSocket cuts header traffic 500:1 to 1,000:1',
    source: QUANTUM,
    decides: 'an empty poll against what a frame adds',
    command: commandOf('anatomy', 'polling,websocket'),
    judge: (run) => {
      const pairs = run.pairs({ metric: EMPTY_POLL, lane: 'polling' }, overheadOf('websocket'));
      const ratios = pairs.map(({ ratio }) => ratio);
      const whole = run.pairs({ metric: WITH_TCP_IP, lane: 'polling' }, { metric: WITH_TCP_IP, lane: 'websocket' });
      const beyond = whole.flatMap(({ a, b }): Sight[] => {
        const { payloadBytes } = a.point;
        const value = (a.value - payloadBytes) / (b.value - payloadBytes);
        return [{ ...withText({ value, low: value, high: value }), point: a.point }];
      });
      const own = formatNumber(QUANTUM_POLL_BYTES / QUANTUM_FRAME_BYTES);
      return found(
        ratios,
        outcomeOf(ratios, 500, 1_000),
        `Its own numbers make ${own}:1. Here ${span(ratios)}` +
          `${beyond.length > 0 ? `; with TCP/IP ${span(beyond, [])}` : ''}.`,
      );
    },
  },
  {
    id: 'poll-871-bytes',
    text: 'One poll costs 871 bytes of headers',
    source: QUANTUM,
    decides: 'request and answer of an empty poll, by header profile',
    command: commandOf('anatomy', 'polling', ' --headers browser-cookie'),
    judge: (run) => {
      const polls = run.figures({ metric: EMPTY_POLL, lane: 'polling' });
      return found(polls, outcomeOf(polls, ...near(QUANTUM_POLL_BYTES)), `${span(polls)}; cookies add to it.`);
    },
  },
  {
    id: 'sse-5-bytes',
    text: 'SSE adds about 5 bytes to a message',
    source: TUTORIALS,
    decides: 'overhead per event, by payload',
    command: commandOf('anatomy', 'sse'),
    judge: (run) => overheadIn(run, 'sse', 4, 6),
  },
  {
    id: 'head-every-request',
    isAskedOften: true,
    text: 'HTTP sends its head with every request, WebSocket once',
    source: TUTORIALS,
    decides: 'heads per event and the opening, by the ledger',
    command: commandOf('anatomy', 'polling,websocket'),
    judge: (run) => {
      const polled = run.figures({ metric: HEADS, lane: 'polling' });
      const pushed = run.figures({ metric: HEADS, lane: 'websocket' });
      const opening = run.figures({ metric: OPENING, lane: 'websocket' });
      if (polled.length === 0 || opening.length === 0) return undefined;
      const outcome = allOf([
        outcomeOf(polled, 1, Number.POSITIVE_INFINITY),
        outcomeOf(pushed, 0, 0),
        outcomeOf(opening, 1, Number.POSITIVE_INFINITY),
      ]);
      const once = `WebSocket ${span(pushed)}, after ${span(opening)} to open`;
      return found(pushed, outcome, `Heads per event: polling ${span(polled, ['pollIntervalMs'])}; ${once}.`);
    },
  },
  {
    id: 'half-the-bandwidth',
    text: 'A WebSocket server needs half the bandwidth of a polled one',
    source: { name: 'Puranik et al.', year: 2013 },
    decides: 'bytes per event of both, on the sockets',
    command: commandOf('fanout,anatomy', 'polling,websocket'),
    judge: (run) => {
      const pairs = run.pairs({ metric: ON_SOCKETS, lane: 'polling' }, { metric: ON_SOCKETS, lane: 'websocket' });
      const ratios = pairs.map(({ ratio }) => ratio);
      return found(
        ratios,
        outcomeOf(ratios, ...near(2)),
        `Polling takes ${span(ratios, ['pollIntervalMs', 'payloadBytes', 'headers'])} the bytes of WebSocket.`,
      );
    },
  },
  {
    id: 'idle-600-times',
    isAskedOften: true,
    text: 'Idle clients that poll every 5 s cost 600 times a WebSocket ping every 30 s',
    source: TUTORIALS,
    decides: 'bytes of silence, in proportion to these periods',
    command: commandOf('idle', 'polling,websocket'),
    judge: (run) => {
      const [onSockets, withTcpIp] = [QUOTED.silence, 'idle.tcpIpBytesPerClientMinute'].map((metric) =>
        run.pairs({ metric, lane: 'polling' }, { metric, lane: 'websocket' }).flatMap((pair) => atPeriods(run, pair)),
      ) as [Sight[], Sight[]];
      const all = [...onSockets, ...withTcpIp];
      const beyond = withTcpIp.length > 0 ? `, ${span(withTcpIp)} with TCP/IP` : '';
      return found(onSockets, outcomeOf(all, ...near(600)), `${span(onSockets)} the bytes on the sockets${beyond}.`);
    },
  },
  {
    id: 'frame-2-to-14-bytes',
    text: 'A WebSocket frame costs 2 to 14 bytes',
    source: TUTORIALS,
    decides: 'overhead per event, by payload',
    command: commandOf('anatomy', 'websocket'),
    judge: (run) => overheadIn(run, 'websocket', 2, 14),
  },
  {
    id: 'sse-87-websocket-14',
    text: 'A message costs 87 bytes by SSE and 14 by WebSocket',
    source: TUTORIALS,
    decides: 'overhead per event of both',
    command: commandOf('anatomy', 'sse,websocket'),
    judge: (run) => {
      const [sse, websocket] = [run.figures(overheadOf('sse')), run.figures(overheadOf('websocket'))];
      if (websocket.length === 0) return undefined;
      const outcome = allOf([outcomeOf(sse, ...near(87)), outcomeOf(websocket, ...near(14))]);
      return found(sse, outcome, `SSE adds ${span(sse)}; WebSocket ${span(websocket)}.`);
    },
  },
  {
    id: 'bandwidth-of-100000',
    text: '1,000, 10,000 and 100,000 clients at one event a second: 6.6, 66, 665 Mbit/s polled; 0.015, 0.153, 1.526 by WebSocket',
    source: QUANTUM,
    decides: 'arithmetic with its own 871 and 2 bytes',
    judge: () => trafficFinding(QUANTUM_TRAFFIC),
  },
  {
    id: 'binary-is-smaller',
    text: 'Binary WebSocket messages are smaller than HTTP text',
    source: TUTORIALS,
    decides: 'bytes per event of both, and of WebSocket with text',
    command: commandOf('variants', 'sse,websocket,websocket-binary'),
    judge: (run) => {
      const binary = { metric: ON_SOCKETS, lane: 'websocket-binary' };
      const ratios = run.pairs(binary, { metric: ON_SOCKETS, lane: 'sse' }).map(({ ratio }) => ratio);
      const ofText = run.pairs(binary, { metric: ON_SOCKETS, lane: 'websocket' }).map(({ ratio }) => ratio);
      const encoding = ofText.length > 0 ? `, and ${span(ofText)} those of the same as text: the encoding differs` : '';
      return found(ratios, outcomeOf(ratios, 0, 1 / 1.01), `${span(ratios)} the bytes of SSE${encoding}.`);
    },
  },
  {
    id: 'reuses-the-port',
    text: 'WebSocket reuses HTTP’s port and passes its infrastructure',
    source: TUTORIALS,
    decides: 'the opening, read as HTTP by the ledger; proxies are not part of the lab',
    command: commandOf('anatomy', 'websocket'),
    judge: (run) => {
      const opening = run.figures({ metric: OPENING, lane: 'websocket' });
      const isHttp = outcomeOf(opening, 1, Number.POSITIVE_INFINITY) === 'holds';
      const text = isHttp ? `It opens with an HTTP request and answer of ${span(opening)}` : 'It opens without HTTP';
      return found(opening, isHttp ? 'depends' : 'fails', `${text}; which proxies pass it was not asked.`);
    },
  },
];

function overheadIn(run: Evidence, lane: string, from: number, to: number): Finding | undefined {
  const seen = run.figures(overheadOf(lane));
  return found(seen, outcomeOf(seen, from, to), `${span(seen)}.`);
}

/** The ratio of the bytes of silence at the periods of the run becomes that of a poll every 5 s and a ping every 30 s. */
function atPeriods({ report: { result } }: Evidence, { a, b, ratio }: Pair): Sight[] {
  const periodOf = (id: string) => result.lanes.find((lane) => lane.id === id)?.idlePeriodMs;
  const { keepAliveSeconds } = b.quote.scenario.scenario;
  const pollMs = a.point.pollIntervalMs;
  const pingMs = keepAliveSeconds === undefined ? periodOf('websocket') : keepAliveSeconds * 1e3;
  if (pollMs === undefined || pingMs === undefined) return [];
  const factor = (pollMs / 5e3) * (30e3 / pingMs);
  const { value, low, high, point } = ratio;
  return [{ ...withText({ value: value * factor, low: low * factor, high: high * factor }), point }];
}

/** @param printed clients, and the Mbit/s that a source gives for their polls and for their frames */
export function trafficFinding(
  printed: readonly (readonly [clients: number, polled: number, pushed: number])[],
): Finding {
  const agrees = (bitsPerMega: number) =>
    printed.every(([clients, polled, pushed]) =>
      [
        [QUANTUM_POLL_BYTES, polled],
        [QUANTUM_FRAME_BYTES, pushed],
      ].every(([bytes = 0, said = 0]) => Math.abs((bytes * 8 * clients) / bitsPerMega / said - 1) < 0.02),
    );
  const clients = Math.max(...printed.map(([count]) => count));
  const bits = QUANTUM_POLL_BYTES * 8 * clients;
  const both = `${formatNumber(bits / 1e6)} Mbit/s, or ${formatNumber(bits / MEBI)} Mibit/s`;
  const outcome = agrees(1e6) ? 'holds' : agrees(MEBI) ? 'depends' : 'fails';
  const unit = outcome === 'depends' ? ': its unit is the Mibit' : '';
  return { outcome, text: `${QUANTUM_POLL_BYTES} B for ${clients.toLocaleString('en')} clients are ${both}${unit}.` };
}
