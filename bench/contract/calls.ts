/**
 * The calls between the orchestrator and its children: one schema for each message, and its type. One answer to a call, and
 * none on the data path: histograms and counts leave a child once, with the answer to `measure`.
 *
 * Children import types alone from here. Zod would take 4 MB of a measured heap and 70 ms of each server's start, which is
 * part of a recovery: the orchestrator checks both messages of a call.
 */

import { z } from 'zod';
import { HEADER_PROFILES } from './headers.ts';
import { EVENT_FORMATS, WIRE_PROTOCOLS } from './ledger.ts';
import { completedCellSchema, PROCEDURES, type pageClockSchema, resultSchema } from './result.ts';

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;
type Of<Schema extends z.ZodType> = DeepReadonly<z.infer<Schema>>;

export interface Call {
  readonly params: z.ZodType;
  readonly answer: z.ZodType;
}
export type ParamsOf<C extends Call> = Of<C['params']>;
export type AnswerOf<C extends Call> = Of<C['answer']>;

export type Role<Calls extends Readonly<Record<keyof Calls, Call>>> = {
  readonly [Name in keyof Calls]: (
    params: ParamsOf<Calls[Name]>,
  ) => AnswerOf<Calls[Name]> | Promise<AnswerOf<Calls[Name]>>;
};

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
/** Instants are readings of the shared monotonic clock. */
const instantNs = z.number();
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
const samples = wireRecord.shape.ledger.unwrap().shape.samples.unwrap();

const certificate = z.strictObject({ key: z.string(), cert: z.string() }).describe('PEM');
const address = z.strictObject({ host: z.string(), port: count });
const keys = z.array(z.string()).describe('TLS secrets of clients behind the relay, as lines of an NSS key log');

const feed = z.strictObject({
  ring: z.strictObject({ events: count, bytes: count }),
  seed: z.int(),
  eventsPerSecond: amount,
  arrivals: resultSchema.shape.scenarios.element.shape.arrivals,
  warmupBurst: z.strictObject({ events: count, speed: z.number().positive() }).optional(),
  payloadBytes: count,
});

/** State of the server that was killed: a feed with the same start has the same past, and goes on at once. */
const succession = z.strictObject({ port: count, startNs: instantNs, lastSeq: count });

const hello = { params: nothing, answer: z.strictObject({ nowNs: instantNs, nodeVersion: z.string() }) };
/** Imports the code of a lane, in all processes at once: it takes a third of a second. */
const load = { params: z.strictObject({ lane: z.string(), procedure: z.enum(PROCEDURES) }), answer: nothing };
/** Before a window: the full collection takes time that no window should have in it. */
const collect = { params: nothing, answer: nothing };

/** A worker's own clients: the first one's number among those of all workers, and how many. */
const share = { clients: count, firstClient: count.describe('Number of its first client among those of all workers') };

/**
 * What each client sends, one message in a slot: `window` slots are as long as the window. A message falls into the middle
 * `slotShare` of its slot. Those of the warm-up are not counted.
 */
const messages = z.strictObject({ warmup: count, window: count, slotShare: z.number().min(0).max(1) });

/** The measured window, the same for all processes of a cell. */
const measureParams = z.strictObject({
  startNs: instantNs.describe("The feed's start"),
  warmupEvents: count,
  windowEvents: count,
  windowNs: z.tuple([instantNs, instantNs]).describe('When bytes and CPU are read'),
  giveUpNs: instantNs.describe('When a worker stops to wait for deliveries'),
  payloadBytes: count.describe("Exact size of each event's text, and of each message's"),
  messages: messages.optional(),
  probePorts: z.array(count).optional().describe("Of the probes' sockets, whose writes the server stamps"),
});

/** When events were published, and when their bytes for each probe were handed to the kernel; 0 where they were not. */
const stamps = z.strictObject({
  firstSeq: count,
  bornNs: z.array(instantNs),
  probes: z.array(z.strictObject({ port: count, writtenNs: z.array(instantNs) })),
});

/** What a probe process kept of each delivery, one number in each list: in the order in which they came. */
const probed = z.strictObject({
  clients: z.array(count).describe('Which of its clients, from 0'),
  seqs: z.array(count),
  dueUs: z.array(count).describe("Since the feed's start"),
  receivedNs: z.array(instantNs),
  turnStartNs: z.array(instantNs).describe('First stamp in that turn of the event loop'),
  idleSinceNs: z.array(instantNs).describe('When the process had nothing left to do before that turn'),
  runDelayNs: z.array(amount).nullable().describe('For which the thread could have run, and waited for its core'),
});

/** The calls of a server process. After `close` it can listen anew, and counts from there. */
export const serverCalls = {
  hello,
  load,
  /** Mounts the lane and listens on a free port. */
  listen: {
    params: z.strictObject({
      lane: z.string(),
      options,
      feed,
      certificate: certificate.optional().describe('On TLS, in place of a new one'),
      address: z.string().optional().describe('127.0.0.1 without it'),
      successor: succession.optional(),
      // The heap is not read in a rehearsal: full collections would take the longest part of it.
      isRehearsal: z.boolean().optional(),
    }),
    answer: z.strictObject({ url: z.string(), certificate: certificate.optional(), options }),
  },
  collect,
  /** After full collections, with clients connected. */
  readHeap: { params: nothing, answer: z.strictObject({ heapBytes: count }) },
  /** Before the heap is read for its slope. No window can be measured after it. */
  stopCompiling: { params: nothing, answer: nothing },
  /** Publishes; answers when the window has ended. */
  measure: {
    params: measureParams,
    answer: z.strictObject({
      wire,
      usage,
      lag: z.strictObject({ p50Us: amount, p95Us: amount, p99Us: amount, maxUs: amount }),
      achievedEventsPerSecond: amount,
      polls: z
        .strictObject({ answered: count, empty: count, parked: count.optional(), queued: count.optional() })
        .optional(),
      stamps: stamps.optional(),
    }),
  },
  /** Publishes without a client; answers with the CPU time of each part of the window, all as long, when it has ended. */
  measureFloor: {
    params: z.strictObject({
      ...measureParams.pick({ startNs: true, windowNs: true }).shape,
      events: count,
      parts: count,
    }),
    answer: z.strictObject({ parts: z.array(z.strictObject({ cpuUs: amount, elapsedUs: amount })).min(1) }),
  },
  /** Ends the transport and waits until every socket is gone. */
  close: { params: nothing, answer: z.strictObject({ wire, cutOffClients: count }) },
};

/**
 * Waits are drawn from 0 to a spread that doubles with every failed attempt, up to `capMs` (RFC 6455, section 7.2.3). An
 * attempt without an answer fails after `deadlineMs`.
 */
const reconnectPolicy = z.strictObject({ spreadMs: amount, capMs: amount, deadlineMs: amount });

/**
 * Clients that connect through the relay: `clients` of the first `ofClients`, spread evenly. Their latencies, with the relay's
 * detour in them, count only where there are no others.
 */
const tapping = address.extend({ clients: count, ofClients: count, areTimed: z.boolean() });

/** Connections of a client after its first that brought an event; `replayed` events were due before it began to connect. */
const reconnect = z.strictObject({ connectingNs: instantNs, firstEventNs: instantNs, replayed: count });
const recovery = z.strictObject({ attemptsNs: z.array(instantNs), reconnects: z.array(reconnect) });

/** What a page's client adds to a worker's measurements; heads of the requests that it made, if they were the profile's. */
const inPage = completedCellSchema.shape.browser
  .unwrap()
  .omit({ latency: true, heads: true })
  .extend({ profileHeads: z.strictObject({ requests: count, bytes: count }).optional(), isTimed: z.boolean() });

/** The calls of a load worker. After `close` it can connect anew, and counts from there. */
export const workerCalls = {
  hello,
  load,
  /** Opens its clients; answers when the next event would reach every one of them. */
  connect: {
    params: z.strictObject({
      procedure: z.enum(PROCEDURES),
      lane: z.string(),
      options,
      url: z.string(),
      certificate: z.string().optional(),
      ...share,
      seed: z.int(),
      headers: z.enum(HEADER_PROFILES),
      via: address.optional().describe("Where clients connect to in place of the URL's host"),
      tap: tapping.optional().describe('In place of `via`, for some'),
      reconnect: reconnectPolicy.optional().describe('Without it, no client reconnects'),
      firstStalled: count.optional().describe('Clients from this number on stop reading when the window begins'),
      isRehearsal: z.boolean().optional(),
      isProbe: z.boolean().optional().describe('Its clients are timed, by bare sockets where the lane has them'),
    }),
    answer: z.strictObject({
      options,
      keys,
      ports: z.array(count).optional().describe("Of a probe: its clients' own ports, by client"),
      reader: z.enum(['bare', 'library']).optional(),
      pids: z.array(count).optional().describe('Of processes that it started, on its core'),
    }),
  },
  collect,
  /** Opens more clients beside those of `connect`, in no audit; answers when the server counts every one as connected. */
  grow: { params: z.strictObject(share), answer: nothing },
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
      browser: inPage.optional(),
      firstProblem: z.string().optional(),
      // Connections that got exactly their event; a histogram from `connect` to it.
      opened: z.strictObject({ count, firstEvent: z.string(), upBytes: count, downBytes: count }).optional(),
      closedLoops,
      // Messages of the window with their echoes; a histogram from the scheduled instant to the echo.
      upstream: z.strictObject({ messages: count, echo: z.string() }).optional(),
      recoveries: z.array(recovery).optional().describe('By client'),
      probed: probed.optional(),
    }),
  },
  close: { params: nothing, answer: z.strictObject({ wire, keys }) },
};

const bothSides = { clientSide: wire, serverSide: wire };
const { cpuShare, elapsedUs } = usage.shape;

const wireFormat = z.strictObject({
  protocol: z.enum(WIRE_PROTOCOLS),
  events: z.enum(EVENT_FORMATS),
  lasts: z.boolean(),
});

/** The calls of the relay that reads along with a sample of the clients. */
export const relayCalls = {
  hello,
  open: {
    params: z.strictObject({ url: z.string(), format: wireFormat, via: address.optional() }),
    answer: address,
  },
  /** Before the bytes of their connections pass, or while they are held. */
  keys: { params: z.strictObject({ lines: keys }), answer: nothing },
  measure: { params: measureParams, answer: z.strictObject({ window: ledgerCount, cpuShare, elapsedUs }) },
  /** Waits until every connection has ended. */
  close: { params: nothing, answer: z.strictObject({ cell: ledgerCount, samples, ...bothSides }) },
};

/**
 * The same in both directions and for each connection apart: the delay is half of `rttMs`, with up to `jitterMs` added so that
 * no byte overtakes another; the bandwidth is without TCP/IP headers. A new connection's first byte waits one RTT more.
 */
const linkConditions = z.strictObject({
  rttMs: amount,
  bandwidthBitsPerSecond: z.number().positive().optional(),
  jitterMs: amount.optional(),
});

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
export type WriteStamps = Of<typeof stamps>;
export type Probed = Of<typeof probed>;
export type PageClockReading = Of<typeof pageClockSchema>;
export type InPage = Of<typeof inPage>;
export type ClosedLoop = NonNullable<WorkerMeasured['closedLoops']>[number];
