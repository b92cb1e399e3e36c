/**
 * The calls between the orchestrator and its children: one schema for each message, and its type. One answer to a call, and
 * none on the data path: histograms and counts leave a child once, with the answer to `measure`.
 *
 * Children import types alone from here. Zod would take 4 MB of a measured heap and 70 ms of each server's start, which is
 * part of a recovery: the orchestrator checks both messages of a call.
 */

import { z } from 'zod';
import { HEADER_PROFILES } from './headers.ts';
import { completedCellSchema, PROCEDURES } from './result.ts';

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
type Of<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;

export interface Call {
  readonly params: z.ZodType;
  readonly answer: z.ZodType;
}
export type ParamsOf<C extends Call> = Of<C['params']>;
export type AnswerOf<C extends Call> = Of<C['answer']>;

/** The functions behind the calls of a role. */
export type Role<Calls extends Readonly<Record<keyof Calls, Call>>> = {
  readonly [Name in keyof Calls]: (
    params: ParamsOf<Calls[Name]>,
  ) => AnswerOf<Calls[Name]> | Promise<AnswerOf<Calls[Name]>>;
};

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const instantNs = z.number().describe('Of the shared monotonic clock');
const nothing = z.strictObject({});

const { options, delivery, server: usage, wire: wireRecord, closedLoops, link: linkRecord } = completedCellSchema.shape;
const wire = wireRecord.shape.window.shape.server;
const ledgerCount = wireRecord.shape.ledger
  .unwrap()
  .shape.window.required()
  .extend({
    messagesUp: count,
    unreadBytes: z.strictObject({ up: z.int(), down: z.int() }),
    problems: z.array(z.string()),
  });

const certificate = z.strictObject({ key: z.string(), cert: z.string() }).describe('PEM');
const address = z.strictObject({ host: z.string(), port: count });
const keys = z.array(z.string()).describe('TLS secrets of clients behind the relay, as lines of an NSS key log');

const arrivals = z.discriminatedUnion('process', [
  z.strictObject({ process: z.literal('spread'), slotShare: z.number().min(0).max(1) }),
  z.strictObject({ process: z.literal('independent'), slotGroupSize: z.int().positive(), quietSlots: amount }),
]);

const feed = z.strictObject({
  ring: z.strictObject({ events: count, bytes: count }).describe('The past that is held for clients that wait'),
  seed: z.int(),
  eventsPerSecond: amount,
  arrivals,
  warmupBurst: z.strictObject({ events: count, speed: z.number().positive() }).optional(),
  payloadBytes: count,
});

const succession = z
  .strictObject({ port: count, startNs: instantNs.describe("The feed's start"), lastSeq: count })
  .describe("The dead server's: the feed then has the same past, and goes on at once");

const hello = {
  params: nothing,
  answer: z.strictObject({ nowNs: instantNs.describe("The child's own reading"), nodeVersion: z.string() }),
};
/** With all clients connected: the full collections take time that no window should have in it. */
const readHeap = { params: nothing, answer: nothing };

/** The measured window, the same for all processes of a cell. */
const measureParams = z.strictObject({
  startNs: instantNs.describe("The feed's start"),
  warmupEvents: count,
  windowEvents: count,
  windowNs: z.tuple([instantNs, instantNs]).describe('When bytes and CPU are read'),
  giveUpNs: instantNs.describe('When a worker stops to wait for deliveries'),
  payloadBytes: count.describe("Exact size of each event's text, and of each message's"),
  messages: z
    .strictObject({
      warmup: count.describe('Sent before the window, not counted'),
      window: count,
      slotShare: z.number().describe('Share of a slot, in its middle, in which a message may fall'),
    })
    .optional()
    .describe('Of each client, each in a slot of its own: the window is that many slots long'),
});

/** The calls of a server process. After `close` it can listen anew, and counts from there. */
export const serverCalls = {
  hello,
  /** Mounts the lane and listens on a free port. */
  listen: {
    params: z.strictObject({
      lane: z.string(),
      options,
      feed,
      certificate: certificate.optional().describe('On TLS, in place of a new one'),
      address: z.string().optional().describe('127.0.0.1 without it'),
      successor: succession.optional(),
      isRehearsal: z
        .boolean()
        .optional()
        .describe('Its heap is not read: full collections would take the longest part'),
    }),
    answer: z.strictObject({ url: z.string(), certificate: certificate.optional(), options }),
  },
  readHeap,
  /** Publishes; answers when the window has ended. */
  measure: {
    params: measureParams,
    answer: z.strictObject({
      wire,
      usage,
      lag: z
        .strictObject({ p50Us: amount, p95Us: amount, p99Us: amount, maxUs: amount })
        .describe('How late the feed was: published − due'),
      achievedEventsPerSecond: amount,
      polls: z.strictObject({ parked: count, queued: count }).optional().describe('Within the window'),
    }),
  },
  /** Ends the transport and waits until every socket is gone. */
  close: { params: nothing, answer: z.strictObject({ wire, cutOffClients: count }) },
};

const reconnectPolicy = z
  .strictObject({
    spreadMs: amount.describe('The longest wait after a loss'),
    capMs: amount.describe('The most that the spread grows to'),
    deadlineMs: amount.describe('When an attempt without an answer is given up'),
  })
  .describe('Waits are drawn from 0 to a spread that doubles with every failed attempt (RFC 6455, section 7.2.3)');

const tapping = address
  .extend({
    clients: count,
    ofClients: count,
    areTimed: z
      .boolean()
      .describe("Whether their latencies count, with the relay's detour: only where there are no others"),
  })
  .describe('Clients that connect through the relay: `clients` of the first `ofClients`, spread evenly');

const recovery = z
  .strictObject({
    attemptsNs: z.array(instantNs),
    reconnects: z.array(
      z.strictObject({
        connectingNs: instantNs,
        firstEventNs: instantNs,
        replayed: count.describe('Events that were due before the client began to connect'),
      }),
    ),
  })
  .describe("A client's connections after its first: when it began each attempt, and those that brought an event");

/** The calls of a load worker. After `close` it can connect anew, and counts from there. */
export const workerCalls = {
  hello,
  /** Opens its clients; answers when the next event would reach every one of them. */
  connect: {
    params: z.strictObject({
      procedure: z.enum(PROCEDURES),
      lane: z.string(),
      options,
      url: z.string(),
      certificate: z.string().optional(),
      clients: count,
      firstClient: count.describe('Number of its first client among those of all workers'),
      seed: z.int(),
      headers: z.enum(HEADER_PROFILES),
      via: address.optional().describe("Where clients connect to in place of the URL's host"),
      tap: tapping.optional().describe('In place of `via`, for some'),
      reconnect: reconnectPolicy.optional().describe('Without it, no client reconnects'),
      firstStalled: count.optional().describe('Clients from this number on stop reading when the window begins'),
      isRehearsal: z.boolean().optional().describe('As of `listen`'),
    }),
    answer: z.strictObject({ options, keys }),
  },
  readHeap,
  /** Receives; answers when every delivery is in, or at `giveUpNs`. */
  measure: {
    params: measureParams,
    answer: z.strictObject({
      wire,
      usage,
      delivery,
      windowDeliveries: count.describe('Between the two readings of `wire`'),
      latency: z.tuple([z.string(), z.string()]).describe("Histograms of the window's two halves"),
      negativeLatencies: count,
      firstProblem: z.string().optional(),
      opened: z
        .strictObject({ count, firstEvent: z.string(), upBytes: count, downBytes: count })
        .optional()
        .describe('Connections that got exactly their event; a histogram from `connect` to it'),
      closedLoops: closedLoops,
      upstream: z
        .strictObject({ messages: count, echo: z.string() })
        .optional()
        .describe('Messages of the window with their echoes; a histogram from the scheduled instant to the echo'),
      recoveries: z.array(recovery).optional().describe('By client'),
    }),
  },
  close: { params: nothing, answer: z.strictObject({ wire, keys }) },
};

const bothSides = { clientSide: wire, serverSide: wire };
const { cpuShare, elapsedUs } = usage.shape;

/** The calls of the relay that reads along with a sample of the clients. */
export const relayCalls = {
  hello,
  open: {
    params: z.strictObject({ url: z.string(), protocol: z.enum(['http', 'http2', 'lines']), via: address.optional() }),
    answer: address,
  },
  /** Before the bytes of their connections pass, or while they are held. */
  keys: { params: z.strictObject({ lines: keys }), answer: nothing },
  measure: { params: measureParams, answer: z.strictObject({ window: ledgerCount, cpuShare, elapsedUs }) },
  /** Waits until every connection has ended. */
  close: { params: nothing, answer: z.strictObject({ cell: ledgerCount, ...bothSides }) },
};

const linkConditions = z
  .strictObject({
    rttMs: amount.describe('Half of it is the delay in each direction; all of it passes before a first byte'),
    bandwidthBitsPerSecond: z.number().positive().optional().describe('In each direction, without TCP/IP headers'),
    jitterMs: amount.optional().describe('Added to the delay, uniform from 0 to this; no byte overtakes another'),
  })
  .describe('The same in both directions and for each connection apart');

/** The calls of the link that gives connections a distance. */
export const linkCalls = {
  hello,
  open: { params: linkConditions.extend({ url: z.string(), seed: z.int() }), answer: address },
  measure: {
    params: measureParams,
    answer: z.strictObject({ lateness: linkRecord.unwrap().shape.lateness, cpuShare, elapsedUs }),
  },
  /** Waits until all that is on its way has arrived and every connection has ended. */
  close: { params: nothing, answer: z.strictObject(bothSides) },
};

export type ServerCalls = typeof serverCalls;
export type WorkerCalls = typeof workerCalls;
export type RelayCalls = typeof relayCalls;
export type LinkCalls = typeof linkCalls;

export type ListenParams = ParamsOf<ServerCalls['listen']>;
export type ConnectParams = ParamsOf<WorkerCalls['connect']>;
export type MeasureParams = Of<typeof measureParams>;
export type MessagesParams = NonNullable<MeasureParams['messages']>;
export type TapParams = ParamsOf<RelayCalls['open']>;
export type Listening = AnswerOf<ServerCalls['listen']>;
export type ServerMeasured = AnswerOf<ServerCalls['measure']>;
export type ServerClosed = AnswerOf<ServerCalls['close']>;
export type WorkerMeasured = AnswerOf<WorkerCalls['measure']>;
export type WorkerClosed = AnswerOf<WorkerCalls['close']>;
export type RelayMeasured = AnswerOf<RelayCalls['measure']>;
export type RelayClosed = AnswerOf<RelayCalls['close']>;
export type LinkMeasured = AnswerOf<LinkCalls['measure']>;
export type LinkClosed = AnswerOf<LinkCalls['close']>;
export type Address = Of<typeof address>;
export type FeedSpec = Of<typeof feed>;
export type Succession = Of<typeof succession>;
export type ReconnectPolicy = Of<typeof reconnectPolicy>;
export type Tapping = Of<typeof tapping>;
export type ClientRecovery = Of<typeof recovery>;
export type LinkConditions = Of<typeof linkConditions>;
export type WireReading = Of<typeof wire>;
export type ProcessUsage = Of<typeof usage>;
export type DeliveryCount = Of<typeof delivery>;
export type ClosedLoop = NonNullable<WorkerMeasured['closedLoops']>[number];
