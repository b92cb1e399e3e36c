/**
 * What the orchestrator asks of its children, and what they answer: four calls each, none of them on the data path.
 *
 * Each call has one answer. Histograms and counts leave a child once, with the answer to `measure`.
 */

import type { HeaderProfile } from './headers.ts';
import type { LedgerCount, WireProtocol } from './ledger.ts';
import type { Address } from './transport.ts';

/** The calls of a server process. */
export interface ServerCalls {
  hello(ask: object): Hello;
  /** Mounts the lane and listens on a free port. */
  listen(ask: ListenAsk): Listening;
  /** After the rehearsal: what it cost is not counted. Answers when its connection is gone. */
  settle(ask: object): object;
  /** Publishes; answers when the window has ended. */
  measure(ask: MeasureAsk): ServerMeasured;
  /** Ends the transport and waits until every socket is gone. */
  close(ask: object): ServerClosed;
}

/** The calls of a load worker. */
export interface WorkerCalls {
  hello(ask: object): Hello;
  /** Opens one client and closes it: what only the first of all costs, a server has then paid. */
  rehearse(ask: ConnectAsk): object;
  /** Opens its clients; answers when the next event would reach every one of them. */
  connect(ask: ConnectAsk): Connected;
  /** Receives; answers when every delivery is in, or at `giveUpNs`. */
  measure(ask: MeasureAsk): WorkerMeasured;
  close(ask: object): WorkerClosed;
}

/** The calls of the relay that reads along with a sample of the clients. */
export interface RelayCalls {
  hello(ask: object): Hello;
  open(ask: { readonly url: string; readonly protocol: WireProtocol }): TapAddress;
  measure(ask: MeasureAsk): RelayMeasured;
  /** Waits until every connection has ended. */
  close(ask: object): RelayClosed;
}

/** One message from the orchestrator. */
export interface CallMessage {
  readonly call: string;
  readonly ask: object;
}

/** One message to it: the answer to the call before. */
export type AnswerMessage = { readonly answer: object } | { readonly error: string };

/** The functions behind the calls of a role. */
export type Role<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (ask: infer Ask) => infer Answer
    ? (ask: Ask) => Answer | Promise<Answer>
    : never;
};

/** Answers one call. An error becomes an answer too: the orchestrator decides what it means. */
export async function answerCall<Calls>(role: Role<Calls>, { call, ask }: CallMessage): Promise<AnswerMessage> {
  try {
    const functions = role as Readonly<Record<string, ((ask: object) => object | Promise<object>) | undefined>>;
    const answer = await functions[call]?.(ask);
    return answer ? { answer } : { error: `this child has no call ${call}` };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Answers the calls of the process that started this one, and ends with it. */
export function answerParent<Calls>(role: Role<Calls>): void {
  process.on('message', async (message: CallMessage) => {
    const answer = await answerCall(role, message);
    if (process.connected) process.send?.(answer);
  });
  // Ctrl-C reaches the whole process group; the orchestrator decides when its children end.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
}

export interface Hello {
  readonly pid: number;
  /** The child's clock, read between the question and the answer. */
  readonly nowNs: number;
  readonly nodeVersion: string;
}

export interface ListenAsk {
  readonly lane: string;
  readonly options: object;
  readonly feed: FeedSpec;
}

export interface FeedSpec {
  /** How much of the past must be held for a lane whose clients wait. */
  readonly ring: { readonly events: number; readonly bytes: number };
  readonly seed: number;
  readonly eventsPerSecond: number;
  readonly jitter: number;
  readonly payloadBytes: number;
}

export interface Listening extends Address {
  /** The lane's options, defaults filled in. */
  readonly options: object;
}

export interface ConnectAsk {
  readonly lane: string;
  readonly options: object;
  readonly url: string;
  /** The server's, where it has one. */
  readonly certificate: string | undefined;
  readonly clients: number;
  /** Number of this worker's first client among those of all workers. */
  readonly firstClient: number;
  readonly seed: number;
  readonly headers: HeaderProfile;
  readonly tap: Tapping | undefined;
}

/** Clients that connect through a relay: `clients` of `ofClients`, spread evenly over the order in which they connect. */
export interface Tapping extends TapAddress {
  readonly clients: number;
  readonly ofClients: number;
  /** Whether their latencies count, with the relay's detour in them: only when there are no others. */
  readonly areTimed: boolean;
}

/** Whether the client with this number is one of those that connect through the relay. */
export function isTapped(number: number, { clients, ofClients }: Tapping): boolean {
  return Math.floor(((number + 1) * clients) / ofClients) > Math.floor((number * clients) / ofClients);
}

/** Where a tapped client connects to instead of its URL's host; what it says on the wire stays the same. */
export interface TapAddress {
  readonly host: string;
  readonly port: number;
}

export interface Connected {
  readonly options: object;
  /** TLS secrets of the clients behind the relay, in lines of the NSS key log format: it can't read along without. */
  readonly keys: readonly string[];
}

/** The measured window, the same for all processes of a cell. Instants are of the shared monotonic clock. */
export interface MeasureAsk {
  /** The feed's start. */
  readonly startNs: number;
  readonly warmupEvents: number;
  readonly windowEvents: number;
  /** When bytes and CPU are read: at the two ends of the window. */
  readonly windowNs: readonly [number, number];
  /** When a worker stops to wait for deliveries that have not come. */
  readonly giveUpNs: number;
  /** What every event's text must measure. */
  readonly payloadBytes: number;
}

export interface WireReading {
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Opened so far, or, of a window, open at its end. */
  readonly connections: number;
}

export interface ProcessUsage {
  /** Between the two readings, as it came out; the window's length unless the process was too busy to read in time. */
  readonly elapsedUs: number;
  /** CPU time of all threads within the window. */
  readonly cpuUs: number;
  /** Of one core, 0 to 1 and above. */
  readonly cpuShare: number;
  /** Share of the window in which the event loop was not idle, 0 to 1. */
  readonly eventLoopUtilisation: number;
  /** How late the event loop was for a timer, resolved to 1 ms. */
  readonly eventLoopDelayP99Us: number;
  readonly peakRssBytes: number;
  /** JavaScript heap and buffers after a full collection: before the first client, and with all connected. */
  readonly heapBytes: { readonly empty: number; readonly connected: number };
}

export interface ServerMeasured {
  readonly wire: WireReading;
  readonly usage: ProcessUsage;
  /** How late the feed was: published − due. */
  readonly lag: { readonly p50Us: number; readonly p95Us: number; readonly p99Us: number; readonly maxUs: number };
  /** Events of the window that were out when it ended, by its length. */
  readonly achievedEventsPerSecond: number;
}

export interface ServerClosed {
  readonly wire: WireReading;
  readonly cutOffClients: number;
}

export interface WorkerMeasured {
  readonly wire: WireReading;
  readonly usage: ProcessUsage;
  readonly delivery: DeliveryCount;
  /** Deliveries that came between the two readings of `wire`. */
  readonly windowDeliveries: number;
  /** Latency histograms of the window's first and second half of events. */
  readonly latency: readonly [string, string];
  readonly negativeLatencies: number;
  /** The first thing that went wrong with a client, in words. */
  readonly firstProblem?: string;
}

/** The audit of what reached a worker's clients. */
export interface DeliveryCount {
  /** clients × events of the window. */
  readonly expected: number;
  /** Of those, received at least once. */
  readonly delivered: number;
  readonly missing: number;
  /** Receptions of an event that the client already had, over the whole cell. */
  readonly duplicated: number;
  /** Events received after a later one, over the whole cell. */
  readonly outOfOrder: number;
  /** Texts that are no event of this cell, gaps, closes that nobody asked for, and warm-up events that never came. */
  readonly unexpected: number;
}

export interface WorkerClosed {
  readonly wire: WireReading;
  /** Of connections that the clients behind the relay opened after `connect`. */
  readonly keys: readonly string[];
}

export interface RelayMeasured {
  readonly window: LedgerCount;
  /** CPU time of the relay within the window, of one core. */
  readonly cpuShare: number;
  /** Between its two readings, as it came out. */
  readonly elapsedUs: number;
}

export interface RelayClosed {
  readonly cell: LedgerCount;
  /** The relay's own sockets towards clients and server. */
  readonly clientSide: WireReading;
  readonly serverSide: WireReading;
}
