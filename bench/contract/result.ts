/**
 * result.json: the product. The page, the exports and every figure in the terminal are renderings of it.
 *
 * This schema is its one definition; `results/schema.json` is generated from it. Units stand in names.
 */

import { z } from 'zod';
import { HEADER_PROFILES } from './headers.ts';
import { LAYERS, type Layer } from './ledger.ts';

export const SCHEMA_VERSION = 1;

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const wireReading = z.strictObject({
  sentBytes: count,
  receivedBytes: count,
  connections: count.describe('Opened over the cell; of a window: open at its end'),
});
const bothSides = z.strictObject({ server: wireReading, clients: wireReading });

const usage = z.strictObject({
  elapsedUs: amount.describe('Between the two readings, as it came out'),
  cpuUs: amount.describe('CPU time of all threads within the window'),
  cpuShare: amount.describe('Of one core'),
  eventLoopUtilisation: z.number().min(0).max(1),
  eventLoopDelayP99Us: amount.describe('How late the event loop was for a timer; resolved to 1 ms'),
  peakRssBytes: count,
  heapBytes: z
    .strictObject({ empty: count, connected: count })
    .describe('JavaScript heap and buffers after a full collection: before the first client, and with all connected'),
});

export const warningSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(['severe', 'notice']).describe('A severe warning forbids to cite'),
  text: z.string().describe('What was seen'),
  hint: z.string().describe('What to do about it'),
});

const point = z.strictObject({
  clients: count.min(1),
  eventsPerSecond: z.number().positive(),
  payloadBytes: count,
  headers: z.enum(HEADER_PROFILES).describe('Which HTTP request headers the clients send'),
  pollIntervalMs: count.optional().describe("In place of the interval of a lane's own, where it polls"),
});

/** Between two readings a byte may move to another layer, as a head does that turns out to be a handshake's. */
const difference = z.int();
const layerBytes = Object.fromEntries(LAYERS.map((layer) => [layer, difference])) as Record<Layer, typeof difference>;
const layers = z
  // Results from before the ledger knew of TLS have no such layer: there was none.
  .strictObject({ ...layerBytes, tls: difference.default(0) })
  .describe('Bytes by layer');

const cycleCount = z.strictObject({ count, upBytes: count, downBytes: count });

const ledgerCount = z.strictObject({
  up: layers.describe('From client to server'),
  down: layers.describe('From server to client'),
  events: count.describe('Events carried downwards'),
  cycles: cycleCount.describe(
    'Exchanges of HTTP that opened no lasting connection; their bytes stand in the layers too',
  ),
  emptyCycles: cycleCount.describe('Those of them that carried no event'),
});

const ledger = z.strictObject({
  clients: count.min(1).describe('How many clients were read along with'),
  window: ledgerCount,
  cell: ledgerCount.describe('From listen to close'),
  residualBytes: count.describe("What the layers and the sockets' own counts differ by, over the whole cell"),
  problems: z.array(z.string()).describe('What the reader could not read'),
  relay: z.strictObject({ cpuShare: amount.describe('Of one core'), elapsedUs: amount }),
});

const packets = z.strictObject({
  sentSegments: count.describe('By the server, within the window, with and without data'),
  receivedSegments: count,
  headerBytesPerSegment: count.describe('IPv4 and TCP'),
  perDelivery: amount.describe('Segments of both directions by delivery'),
  tcpIpBytesPerDelivery: amount.describe('All bytes of both directions with their IPv4 and TCP headers'),
});

const latency = z.strictObject({
  count,
  minUs: amount,
  meanUs: amount,
  p50Us: amount,
  p90Us: amount,
  p95Us: amount,
  p99Us: amount,
  p999Us: amount,
  maxUs: amount,
  histogram: z.string().describe('HdrHistogram V2, compressed, base64; values in ns'),
});

const cellIdentity = {
  lane: z.string(),
  scenario: z.string(),
  point,
  round: count.min(1),
  order: count.min(1).describe('Place in the run, from 1'),
};

const optionValue = z.union([z.number(), z.string(), z.boolean()]);

export const completedCellSchema = z.strictObject({
  ...cellIdentity,
  state: z.literal('completed'),
  url: z.string(),
  options: z.record(z.string(), optionValue).describe('What the lane ran with, defaults included'),
  window: z.strictObject({
    warmupEvents: count,
    events: count.min(1),
    seconds: z.number().positive(),
  }),
  delivery: z.strictObject({
    expected: count,
    delivered: count,
    missing: count,
    duplicated: count,
    outOfOrder: count,
    unexpected: count,
  }),
  latency: latency.describe(
    'From the scheduled instant to the first clock reading of the client; without the clients behind the relay, unless all are',
  ),
  halvesP50Us: z.tuple([amount, amount]).describe('Median latency of the first and the second half of the window'),
  feed: z.strictObject({
    achievedEventsPerSecond: amount,
    lagP50Us: amount,
    lagP95Us: amount,
    lagP99Us: amount,
    lagMaxUs: amount,
  }),
  wire: z.strictObject({
    window: bothSides,
    windowDeliveries: count.describe('Received between the two readings of the window'),
    cell: bothSides.describe(
      'From listen to close; without the rehearsal, one client that comes and goes before the others',
    ),
    perDeliveryBytes: amount.describe(
      'Both directions, of the window, by deliveries within it; as the ledger counts them where it reads along with every client',
    ),
    ledger: ledger.optional(),
    packets: packets.optional(),
  }),
  server: usage,
  cutOffClients: count.describe('Clients that the server cut off because they did not read'),
  workers: z.array(usage).min(1),
  warnings: z.array(warningSchema),
});

const failedCell = z.strictObject({
  ...cellIdentity,
  state: z.literal('failed'),
  phase: z.string(),
  error: z.strictObject({
    message: z.string(),
    code: z.number().nullable(),
    signal: z.string().nullable(),
  }),
  warnings: z.array(warningSchema),
});

export const cellSchema = z.discriminatedUnion('state', [completedCellSchema, failedCell]);

const interval = {
  low: z.number().nullable().describe('Lower end of the 95 % interval; null with fewer than two rounds'),
  high: z.number().nullable(),
  rounds: count,
};

/** What a scenario can be shown as. */
export const FIGURES = ['latency', 'bytes', 'layers', 'cpu', 'memory'] as const;

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().describe('null where unknown');

export const environmentSchema = z.strictObject({
  cpu: z.strictObject({
    model: nullable(z.string()),
    cores: count,
    allowedCores: nullable(z.string()),
    governor: nullable(z.string()),
    frequencyDriver: nullable(z.string()),
  }),
  memoryBytes: count,
  virtualisation: nullable(z.string()),
  platform: z.string(),
  kernel: z.string(),
  kernelTimingParameters: nullable(z.string()),
  clockSource: nullable(z.string()),
  tcpCongestionControl: nullable(z.string()),
  fileDescriptorLimit: nullable(count),
  loopbackMtuBytes: nullable(count),
  versions: z.strictObject({
    pushlab: z.string(),
    node: z.string(),
    v8: z.string(),
    libuv: z.string(),
    llhttp: nullable(z.string()),
    openssl: nullable(z.string()),
    express: z.string(),
    ws: z.string(),
    undici: z.string(),
  }),
  lockfileSha256: nullable(z.string()),
  git: z.strictObject({ commit: nullable(z.string()), dirty: nullable(z.boolean()) }),
  nodeFlags: z.array(z.string()),
  pinning: z.strictObject({ server: nullable(count), workers: z.array(nullable(count)), relay: nullable(count) }),
  loadAverage: nullable(z.tuple([z.number(), z.number(), z.number()])),
});

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  id: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable().describe('null while the run goes on, or when it was interrupted'),
  command: z.string(),
  seed: count,
  profile: z.string(),
  citable: z.strictObject({ ok: z.boolean(), reasons: z.array(z.string()) }),
  reference: z.string().describe('The lane that others are compared with'),
  environment: environmentSchema,
  lanes: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      summary: z.string(),
      transport: z.string(),
      options: z.record(z.string(), optionValue).describe('Of its row in the table; a cell tells what it ran with'),
    }),
  ),
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      question: z.string(),
      figures: z.array(z.enum(FIGURES)).describe('What it is charted as'),
      rounds: count.min(1),
      warmupSeconds: amount,
      windowSeconds: amount,
      ledgerShare: amount.describe('Of the clients, read along with by the relay'),
    }),
  ),
  warnings: z.array(warningSchema).describe('Of the whole run; those of a cell stand with it'),
  cells: z.array(cellSchema),
  estimates: z.array(
    z.strictObject({
      lane: z.string(),
      scenario: z.string(),
      point,
      metric: z.string(),
      unit: z.string(),
      value: z.number(),
      ...interval,
      samples: count.describe('Deliveries behind the value, over all rounds'),
    }),
  ),
  comparisons: z.array(
    z.strictObject({
      scenario: z.string(),
      point,
      metric: z.string(),
      lane: z.string(),
      reference: z.string(),
      ratio: z.number().positive(),
      ...interval,
    }),
  ),
});

export type Result = z.infer<typeof resultSchema>;
export type Cell = Result['cells'][number];
export type CompletedCell = Extract<Cell, { state: 'completed' }>;
export type FailedCell = Extract<Cell, { state: 'failed' }>;
export type Point = Cell['point'];
export type Warning = z.infer<typeof warningSchema>;
export type Ledger = z.infer<typeof ledger>;
export type Packets = z.infer<typeof packets>;
export type Environment = z.infer<typeof environmentSchema>;
export type Estimate = Result['estimates'][number];
export type Comparison = Result['comparisons'][number];

/** A file that is not a result of ours; the message says in which way. */
export class InvalidResult extends Error {
  override readonly name = 'InvalidResult';
}

/**
 * Reads a result from its text.
 *
 * @throws InvalidResult when it is not JSON, of another schema version, or does not hold to the schema
 */
export function parseResult(text: string): Result {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InvalidResult(`not JSON, or cut short: ${error instanceof Error ? error.message : error}`);
  }
  const version = typeof json === 'object' && json !== null && 'schemaVersion' in json ? json.schemaVersion : undefined;
  if (version === undefined) throw new InvalidResult('not a Pushlab result: it has no schemaVersion');
  if (version !== SCHEMA_VERSION) {
    throw new InvalidResult(`schema version ${JSON.stringify(version)}; this Pushlab reads version ${SCHEMA_VERSION}`);
  }
  const parsed = resultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first, ...others] = parsed.error.issues;
  const where = first ? `${first.path.join('.')}: ${first.message}` : 'no reason given';
  throw new InvalidResult(`not a valid result: ${where}${others.length > 0 ? `, and ${others.length} more` : ''}`);
}
