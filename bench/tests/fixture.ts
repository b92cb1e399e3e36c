/** Results for tests: small, valid by the schema, and with estimates that the statistics made. */

import { axesOf } from '../contract/dimensions.ts';
import {
  type Cell,
  type CompletedCell,
  type Disturbance,
  type FailedCell,
  type Point,
  parseResult,
  type Result,
  SCHEMA_VERSION,
  type Session,
  severe,
} from '../contract/result.ts';
import { noLayerBytes } from '../ledger/layers.ts';
import { judge } from '../record/citable.ts';
import { withStandings } from '../record/standing.ts';
import { summarise } from '../stats/summarise.ts';

export interface ResultSpec {
  readonly lanes?: readonly string[];
  /** By lane, the one that it measures once more. */
  readonly duplicates?: Readonly<Record<string, string>>;
  /** By lane, the one that it is but for one option. */
  readonly variants?: Readonly<Record<string, string>>;
  readonly reference?: string;
  readonly rounds?: number;
  readonly points?: readonly Point[];
  /** Events of each window: decides which percentiles may be quoted. */
  readonly events?: number;
  /** Changes each cell before the statistics see it. */
  readonly change?: (cell: CompletedCell) => Cell;
  /** Replaces parts of the whole; cells, estimates and comparisons included. */
  readonly replace?: Partial<Result>;
}

export const POINT: Point = { clients: 10, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' };

/** Nobody else is on the machine. */
export const QUIET: Disturbance = {
  cpuPressure: 0,
  steal: 0,
  throttled: 0,
  runDelay: { server: null, probe: null },
  sleepers: [],
  exceeded: [],
};

/** What a result says of a scenario. */
export const SCENARIO: Result['scenarios'][number] = {
  id: 'spread',
  title: 'Spread',
  question: 'What does spreading cost?',
  figures: ['latency', 'bytes', 'cpu', 'memory'],
  procedure: 'deliver',
  lanes: ['alpha', 'beta', 'gamma'],
  points: [POINT],
  rounds: 3,
  varies: [],
  arrivals: { process: 'spread', slotShare: 0.5 },
  warmupSeconds: 1,
  windowSeconds: 5,
  ledgerShare: 0.02,
};

/** Lanes differ by factors and rounds by a few per cent, always in the same way. */
export function makeResult(spec: ResultSpec = {}): Result {
  const { lanes = ['alpha', 'beta', 'gamma'], reference = 'beta', rounds = 3, points = [POINT], events = 100 } = spec;
  const { change = (cell) => cell, replace = {}, duplicates = {}, variants = {} } = spec;
  const lineup = lanes.map((id) => ({
    id,
    ...(duplicates[id] !== undefined && { duplicateOf: duplicates[id] }),
    ...(variants[id] !== undefined && { variantOf: variants[id] }),
  }));
  const places = points.flatMap((point) =>
    lanes.map((lane) => ({ point, lane, index: lanes.indexOf(lanes.find((one) => one === duplicates[lane]) ?? lane) })),
  );
  const cells = Array.from({ length: rounds }, (_, at) => at + 1).flatMap((round) =>
    places.map(({ point, lane, index }, at) =>
      change(completedCell({ lane, point, round, order: (round - 1) * places.length + at + 1 }, index, events)),
    ),
  );
  const scenarios = [{ ...SCENARIO, lanes: [...lanes], points: [...points], ...axesOf(points, {}), rounds }];
  const { warnings = [] } = replace;
  const result: Result = {
    schemaVersion: SCHEMA_VERSION,
    id: '20260102-030405-test-7',
    startedAt: '2026-01-02T03:04:05.000Z',
    finishedAt: '2026-01-02T03:06:35.000Z',
    command: 'npm run bench -- --profile test',
    seed: 7,
    profile: 'test',
    citable: judge(warnings, { cells, scenarios }),
    reference,
    workers: 1,
    environment,
    sessions: [session(cells.length)],
    lanes: lineup.map((lane) => ({
      ...lane,
      title: `Lane ${lane.id}`,
      summary: `What ${lane.id} does.`,
      transport: duplicates[lane.id] ?? lane.id,
      options: {},
    })),
    ...withStandings({ scenarios, warnings, cells, ...summarise(cells, { reference, lanes: lineup }) }),
    ...replace,
  };
  return parseResult(JSON.stringify(result));
}

/** A result of which nothing may be cited. */
export const REFUSED: Pick<Result, 'warnings'> = {
  warnings: [severe('dirty-tree', 'The code differed from its commit.', 'Commit first.')],
};

/** As schema version 3 has it: one verdict for all kinds of figures, one attempt at each cell. */
export function inVersion3({ citable, warnings, cells, estimates, comparisons, ...rest }: Result) {
  const withoutKinds = (all: Result['warnings']) => all.map(({ against: _, ...warning }) => warning);
  return {
    ...rest,
    schemaVersion: 3,
    citable: citable.bytes,
    warnings: withoutKinds(warnings),
    cells: cells.map(({ attempt: _, ...cell }) => {
      const old = withoutKinds(cell.warnings);
      if (cell.state === 'failed') return { ...cell, warnings: old };
      const { disturbance, ...others } = cell;
      const { cpuPressure, steal, throttled } = disturbance;
      return { ...others, warnings: old, noise: { cpuPressure, steal, throttled } };
    }),
    estimates: estimates.map(({ standing: _, ...estimate }) => estimate),
    comparisons: comparisons.map(({ standing: _, ...comparison }) => comparison),
  };
}

export function failed({ lane, scenario, point, round, order, attempt }: CompletedCell): FailedCell {
  const error = { message: 'worker 1 ended', code: 139, signal: 'SIGSEGV' };
  return { lane, scenario, point, round, order, attempt, state: 'failed', phase: 'warm-up', error, warnings: [] };
}

/**
 * Adds what the relay and the kernel say. The first lane is bare, the second frames, further ones ask: one of their two
 * polls brings an event, and the other nothing.
 */
export function withLedger(cell: CompletedCell): CompletedCell {
  const { clients, payloadBytes, headers } = cell.point;
  const lane = (cell.wire.perDeliveryBytes - payloadBytes) / 6;
  const read = Math.min(2, clients);
  const events = read * cell.window.events;
  const request = headers.length * 10;
  const polls = lane >= 2 ? events : 0;
  const none = noLayerBytes();
  const window = {
    up: { ...none, requestHead: 2 * polls * request },
    down: {
      ...none,
      payload: events * payloadBytes,
      framing: events * (1 + lane),
      responseHead: polls * (60 + 40),
      control: lane === 1 ? events / 2 : 0,
    },
    events,
    cycles: { count: 2 * polls, upBytes: 2 * polls * request, downBytes: polls * (100 + payloadBytes + 1 + lane) },
    emptyCycles: { count: polls, upBytes: polls * request, downBytes: polls * 40 },
  };
  const handshake = { up: lane === 1 ? read * 300 : 0, down: lane === 1 ? read * 120 : 0 };
  const cellCount = {
    ...window,
    up: { ...window.up, handshake: handshake.up },
    down: { ...window.down, handshake: handshake.down },
  };
  const segments = cell.wire.windowDeliveries;
  return {
    ...cell,
    wire: {
      ...cell.wire,
      ledger: {
        clients: read,
        window,
        cell: cellCount,
        residualBytes: 0,
        problems: [],
        relay: { elapsedUs: 5_000_000, cpuShare: 0.02 },
      },
      packets: {
        sentSegments: segments,
        receivedSegments: segments,
        headerBytesPerSegment: 52,
        perDelivery: 2,
        tcpIpBytesPerDelivery: cell.wire.perDeliveryBytes + 104,
      },
    },
  };
}

function completedCell(
  identity: { lane: string; point: Point; round: number; order: number },
  lane: number,
  events: number,
): CompletedCell {
  const { clients, payloadBytes } = identity.point;
  const deliveries = clients * events;
  const p50Us = 800 * 3 ** Math.min(lane, 6) * 1.1 ** Math.max(0, lane - 6) * (1 + 0.04 * Math.sin(identity.order));
  const wire = {
    sentBytes: deliveries * (payloadBytes + 4 * lane),
    receivedBytes: deliveries * 2 * lane,
    connections: clients,
  };
  const both = { server: wire, clients: { ...wire, sentBytes: wire.receivedBytes, receivedBytes: wire.sentBytes } };
  const usage = {
    elapsedUs: 5_000_000,
    cpuUs: deliveries * 15 * (lane + 1) * (1 + 0.03 * Math.cos(identity.order)),
    cpuShare: 0.1,
    eventLoopUtilisation: 0.08,
    eventLoopDelayP99Us: 900,
    peakRssBytes: 80 * 1024 ** 2,
    heapBytes: { empty: 9_000_000, connected: 9_000_000 + clients * 4_096 * (lane + 1) + identity.order },
  };
  return {
    ...identity,
    attempt: 1,
    scenario: 'spread',
    state: 'completed',
    url: 'http://127.0.0.1:1/',
    options: {},
    cutOffClients: 0,
    window: { warmupEvents: 20, events, seconds: 5 },
    delivery: { expected: deliveries, delivered: deliveries, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 },
    latency: {
      count: deliveries,
      minUs: p50Us / 2,
      meanUs: p50Us,
      p50Us,
      p90Us: p50Us * 1.5,
      p95Us: p50Us * 2,
      p99Us: p50Us * 3,
      p999Us: p50Us * 4,
      maxUs: p50Us * 5,
      histogram: '',
    },
    halvesP50Us: [p50Us, p50Us],
    feed: { achievedEventsPerSecond: 20, lagP50Us: 40, lagP95Us: 200, lagP99Us: 300, lagMaxUs: 500 },
    wire: {
      window: both,
      windowDeliveries: deliveries,
      cell: both,
      perDeliveryBytes: (wire.sentBytes + wire.receivedBytes) / deliveries,
    },
    server: usage,
    workers: [usage],
    disturbance: QUIET,
    warnings: [],
  };
}

const environment: Result['environment'] = {
  cpu: { model: 'Test CPU', cores: 2, allowedCores: null, governor: null, frequencyDriver: null },
  memoryBytes: 8 * 1024 ** 3,
  virtualisation: null,
  platform: 'linux',
  kernel: '6.1',
  kernelTimingParameters: null,
  clockSource: 'tsc',
  tcpCongestionControl: null,
  fileDescriptorLimit: null,
  loopbackMtuBytes: 65_536,
  versions: {
    pushlab: '0.0.1',
    node: '20',
    v8: '11',
    libuv: '1',
    llhttp: null,
    openssl: null,
    express: '5',
    ws: '8',
    undici: '7',
  },
  lockfileSha256: null,
  git: { commit: 'abcdef0123456789', dirty: false },
  codeSha256: null,
  nodeFlags: [],
  pinning: { server: 1, workers: [0], relay: 0 },
  fingerprint: 'f1',
};

function session(cells: number): Session {
  const state = { calibrationUs: 40_000, loadAverage: null, pressure: null };
  return {
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: '2026-01-02T03:06:35.000Z',
    cells,
    before: state,
    after: state,
  };
}
