import { describe, expect, it } from 'vitest';
import { expectedQueuedShare } from '../../../stats/gap.ts';
import {
  bytesPerSecond,
  type Constants,
  delayUs,
  ETHERNET_MSS_BYTES,
  equalIntervalMs,
  framingOf,
  type LaneConstants,
  type Load,
  pollsOf,
} from './formulas.ts';

const websocket: LaneConstants = {
  id: 'websocket',
  title: 'WebSocket',
  way: 'pushed',
  rule: 'websocket',
  framingBytes: 0,
  packets: 2,
  keepAlive: { bytes: 8, packets: 4, usualMs: 30_000 },
  ownUs: 400,
};
const stream: LaneConstants = { ...websocket, id: 'sse', title: 'Stream', rule: 'chunked', framingBytes: 22 };
const heads = { requestHeadBytes: { browser: 500 }, answerHeadBytes: 184, emptyAnswerBytes: 138 };
const polling: LaneConstants = {
  id: 'polling',
  title: 'Polling',
  way: 'timed',
  rule: 'lines',
  framingBytes: 1,
  packets: 3,
  polls: heads,
  ownUs: 200,
};
const longPolling: LaneConstants = {
  ...polling,
  id: 'long-polling',
  title: 'Long-polling',
  way: 'parked',
  keepAlive: { bytes: 638, packets: 3, usualMs: 30_000 },
};
const constants: Constants = {
  lanes: [websocket, stream, polling, longPolling],
  profiles: ['browser'],
  headerBytes: 52,
  tlsRecordBytes: 22,
};
const load: Load = {
  clients: 1,
  eventsPerSecond: 1,
  payloadBytes: 128,
  rttMs: 0,
  intervalMs: 1_000,
  keepAliveMs: 0,
  headers: 'browser',
  isTls: false,
  mssBytes: ETHERNET_MSS_BYTES,
};
const bytes = (lane: LaneConstants, level: 'framing' | 'sockets' | 'tcpIp', more: Partial<Load> = {}) =>
  bytesPerSecond(lane, { ...load, ...more }, constants, level);

describe('framing', () => {
  it.each([
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ])('of a WebSocket frame with %i B is %i B', (payload, framing) => {
    expect(framingOf(websocket, payload)).toBe(framing);
  });

  // Fields of 18 B and two line ends of 4; the chunk's length is in hexadecimal.
  it.each([
    [128, 22 + 2],
    [237, 22 + 2],
    [238, 22 + 3],
    [65_536, 22 + 5],
  ])('of a chunk with %i B of payload is %i B', (payload, framing) => {
    expect(framingOf(stream, payload)).toBe(framing);
  });
});

describe('bytes of a client and second, computed by hand', () => {
  it('of what is pushed: event, framing, two packets, and keep-alives at their usual period or another one', () => {
    const silent = (8 + 4 * 52) / 30;
    expect(bytes(websocket, 'tcpIp')).toBeCloseTo(128 + 4 + 2 * 52 + silent, 9);
    expect(bytes(websocket, 'sockets')).toBeCloseTo(132 + 8 / 30, 9);
    expect(bytes(websocket, 'tcpIp', { eventsPerSecond: 0 })).toBeCloseTo(silent, 9);
    expect(bytes(websocket, 'tcpIp', { eventsPerSecond: 0, keepAliveMs: 60_000 })).toBeCloseTo(silent / 2, 9);
  });

  it('of polls at an interval: an event each, twenty each, or none in nine of ten', () => {
    expect(bytes(polling, 'tcpIp')).toBeCloseTo(129 + 500 + 184 + 3 + 3 * 52, 9);
    expect(bytes(polling, 'sockets', { eventsPerSecond: 20 })).toBeCloseTo(20 * 129 + 500 + 184 + 4, 9);
    const empty = 500 + 138 + 156;
    expect(bytes(polling, 'tcpIp', { eventsPerSecond: 0.1 })).toBeCloseTo(0.1 * (129 + 687 + 156) + 0.9 * empty, 9);
    expect(bytes(polling, 'tcpIp', { eventsPerSecond: 0 })).toBeCloseTo(empty, 9);
    expect(bytes(polling, 'framing')).toBeCloseTo(129, 9);
  });

  it('of parked polls: one an event, and one a hold in silence', () => {
    expect(bytes(longPolling, 'tcpIp')).toBeCloseTo(129 + 687 + 156, 9);
    expect(bytes(longPolling, 'tcpIp', { eventsPerSecond: 0 })).toBeCloseTo((500 + 138 + 156) / 30, 9);
  });

  it('count a segment beyond the MSS with its acknowledgement', () => {
    const alone = { ...websocket, keepAlive: { bytes: 0, packets: 0, usualMs: 1 } };
    expect(bytes(alone, 'tcpIp', { payloadBytes: 1_444 })).toBe(1_448 + 2 * 52);
    expect(bytes(alone, 'tcpIp', { payloadBytes: 1_445 })).toBe(1_449 + 3 * 52);
    expect(bytes(alone, 'tcpIp', { payloadBytes: 2 * 1_448 })).toBe(2 * 1_448 + 4 + 5 * 52);
  });

  it('have a TLS record each way, and one more for each 16 KiB', () => {
    const isTls = true;
    expect(bytes(polling, 'sockets', { isTls }) - bytes(polling, 'sockets')).toBeCloseTo(2 * 22, 9);
    const large = { eventsPerSecond: 1, payloadBytes: 40_000, keepAliveMs: 1e12 };
    expect(bytes(websocket, 'sockets', { ...large, isTls }) - bytes(websocket, 'sockets', large)).toBeCloseTo(66, 6);
  });
});

describe('events between two long polls', () => {
  it.each([0.1, 0.5, 1, 2])('are answered together: %f in a round trip', (perRoundTrip) => {
    const more = { eventsPerSecond: 20, rttMs: perRoundTrip * 50 };
    const { full } = pollsOf(longPolling, { ...load, ...more });
    expect(20 / full).toBeCloseTo(perRoundTrip + Math.exp(-perRoundTrip), 9);
    const wait =
      delayUs(longPolling, { ...load, ...more }) - delayUs({ ...websocket, ownUs: 200 }, { ...load, ...more });
    expect(wait).toBeCloseTo(expectedQueuedShare(perRoundTrip) * more.rttMs * 500, 6);
  });
});

describe('the mean delay', () => {
  it('is half a round trip and the lane’s own, and half an interval where polls are timed', () => {
    expect(delayUs(websocket, { ...load, rttMs: 40 })).toBe(20_400);
    expect(delayUs(polling, { ...load, rttMs: 40 })).toBe(520_200);
    expect(delayUs({ ...polling, ownUs: undefined } as unknown as LaneConstants, load)).toBe(500_000);
  });
});

describe('the interval of equal bytes', () => {
  it('is one at which both take as many', () => {
    const intervalMs = equalIntervalMs(polling, websocket, load, constants, 'tcpIp');
    expect(bytes(polling, 'tcpIp', { intervalMs }) / bytes(websocket, 'tcpIp')).toBeCloseTo(1, 3);
    expect(intervalMs).toBeGreaterThan(1_000);
  });

  it('is none where polling takes fewer at any, or more at any', () => {
    expect(equalIntervalMs(polling, stream, load, constants, 'framing')).toBe(0);
    const bare = { ...websocket, rule: 'lines' as const, keepAlive: { bytes: 0, packets: 0, usualMs: 1 } };
    expect(equalIntervalMs(polling, bare, load, constants, 'sockets')).toBe(Number.POSITIVE_INFINITY);
  });
});
