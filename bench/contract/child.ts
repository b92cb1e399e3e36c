/**
 * What the orchestrator asks of its children, and what they answer: a few calls each, none of them on the data path.
 *
 * Each call has one answer. Histograms and counts leave a child once, with the answer to `measure`.
 */

import type { HeaderProfile } from './headers.ts';
import type { LedgerCount, WireProtocol } from './ledger.ts';
import type { CompletedCell, Procedure } from './result.ts';
import type { Hurry } from './slots.ts';
import type { Certificate, PolledDeliveries } from './transport.ts';

/** The calls of a server process. After `close` it can listen anew, and counts from there. */
export interface ServerCalls {
  hello(ask: object): Hello;
  /** Mounts the lane and listens on a free port. */
  listen(ask: ListenAsk): Listening;
  /** With all clients connected: collects garbage and reads the heap, which takes time that no window should have in it. */
  settle(ask: object): object;
  /** Publishes; answers when the window has ended. */
  measure(ask: MeasureAsk): ServerMeasured;
  /** Ends the transport and waits until every socket is gone. */
  close(ask: object): ServerClosed;
}

/** The calls of a load worker. After `close` it can connect anew, and counts from there. */
export interface WorkerCalls {
  hello(ask: object): Hello;
  /** Opens its clients; answers when the next event would reach every one of them. */
  connect(ask: ConnectAsk): Connected;
  /** As a server does. */
  settle(ask: object): object;
  /** Receives; answers when every delivery is in, or at `giveUpNs`. */
  measure(ask: MeasureAsk): WorkerMeasured;
  close(ask: object): WorkerClosed;
}

/** The calls of the relay that reads along with a sample of the clients. */
export interface RelayCalls {
  hello(ask: object): Hello;
  open(ask: TapAsk): Address;
  /** Secrets of TLS connections through it, as lines of an NSS key log; before their bytes pass, or while they are held. */
  keys(ask: { readonly lines: readonly string[] }): object;
  measure(ask: MeasureAsk): RelayMeasured;
  /** Waits until every connection has ended. */
  close(ask: object): RelayClosed;
}

/** The calls of the link that gives connections a distance. */
export interface LinkCalls {
  hello(ask: object): Hello;
  open(ask: LinkAsk): Address;
  measure(ask: MeasureAsk): LinkMeasured;
  /** Waits until all that is on its way has arrived and every connection has ended. */
  close(ask: object): LinkClosed;
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
  /** The child's clock, read between the question and the answer. */
  readonly nowNs: number;
  readonly nodeVersion: string;
}

export interface ListenAsk {
  readonly lane: string;
  readonly options: object;
  readonly feed: FeedSpec;
  /** On TLS, in place of a new one. */
  readonly certificate?: Certificate | undefined;
  /** What to listen on. @default '127.0.0.1' */
  readonly address?: string;
  /** Of a server that takes the place of one that died. */
  readonly successor?: Succession;
  /** Its memory is not read, since the full collections for it would take the longest part; its objects are kept. */
  readonly isRehearsal?: boolean;
}

/** What was the dead server's: the feed then has the same past, and goes on at once. */
export interface Succession {
  readonly port: number;
  /** The feed's start, on the shared clock. */
  readonly startNs: number;
  /** Number of the feed's last event. */
  readonly lastSeq: number;
}

export interface FeedSpec {
  /** How much of the past must be held for a lane whose clients wait. */
  readonly ring: { readonly events: number; readonly bytes: number };
  readonly seed: number;
  readonly eventsPerSecond: number;
  /** Over how many slots an event may fall. */
  readonly jitter: number;
  readonly hurry: Hurry | undefined;
  readonly payloadBytes: number;
}

export interface Listening {
  readonly url: string;
  /** On TLS. */
  readonly certificate: Certificate | undefined;
  /** The lane's options, defaults filled in. */
  readonly options: object;
}

export interface ConnectAsk {
  readonly procedure: Procedure;
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
  /** Where clients connect to instead of the URL's host. */
  readonly via: Address | undefined;
  /** In place of `via`, for some. */
  readonly tap: Tapping | undefined;
  /** How clients come back that lost their connection. Without it, none does. */
  readonly reconnect?: ReconnectPolicy;
  /** Clients from this number on stop reading when the window begins. Without it, none does. */
  readonly firstStalled?: number;
  /** As of {@link ListenAsk}. */
  readonly isRehearsal?: boolean;
}

/** Waits are drawn between 0 and a spread that doubles with every attempt that fails (RFC 6455, section 7.2.3). */
export interface ReconnectPolicy {
  /** The longest that a client waits after a loss, in ms. */
  readonly spreadMs: number;
  /** What the spread does not grow beyond. */
  readonly capMs: number;
  /** When an attempt that was not answered is given up. */
  readonly deadlineMs: number;
}

/** How many clients a worker opens at a time: fewer than any listen backlog. */
export const OPENING_AT_ONCE = 64;

/** Clients that connect through a relay: `clients` of the first `ofClients`, spread evenly over the order in which they connect. */
export interface Tapping extends Address {
  readonly clients: number;
  readonly ofClients: number;
  /** Whether their latencies count, with the relay's detour in them: only when there are no others. */
  readonly areTimed: boolean;
}

/** Whether the client with this number is one of those that connect through the relay. */
export function isTapped(number: number, { clients, ofClients }: Tapping): boolean {
  if (number >= ofClients) return false;
  return Math.floor(((number + 1) * clients) / ofClients) > Math.floor((number * clients) / ofClients);
}

/** Where a client connects to instead of its URL's host; what it says on the wire stays the same. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a URL points to; an IPv6 host without its brackets. */
export function addressOf(url: string): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

export interface TapAsk {
  readonly url: string;
  readonly protocol: WireProtocol;
  /** Where the relay connects to instead of the URL's host. */
  readonly via: Address | undefined;
}

export interface LinkAsk extends LinkConditions {
  readonly url: string;
  readonly seed: number;
}

/** A path between two hosts, the same in both directions and for each connection apart. */
export interface LinkConditions {
  /** Half of it is the delay in each direction; all of it passes before a new connection carries its first byte. */
  readonly rttMs: number;
  /** In each direction, without TCP/IP headers. Unlimited without it. */
  readonly bandwidthBitsPerSecond?: number | undefined;
  /** Added to the delay, uniform from 0 to this; never so that bytes overtake others. @default 0 */
  readonly jitterMs?: number | undefined;
}

export interface Connected {
  readonly options: object;
  /** TLS secrets of the clients behind the relay, in lines of the NSS key log format: it can't read along without. */
  readonly keys: readonly string[];
}

/** Cursor of clients that ask for what the server has at hand: all that it published in the warm-up after this one. */
export const SINCE = 1;

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
  /** What each client sends to the server, of `payloadBytes` too. Without it, nothing. */
  readonly messages?: MessagesAsk;
}

/** Messages of a client, each in a slot of its own: the window is so many slots long. */
export interface MessagesAsk {
  /** How many it sends before the window; they are not counted. */
  readonly warmup: number;
  readonly window: number;
  /** Share of a slot, in its middle, in which a message may fall. */
  readonly jitter: number;
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
  /** Within the window; of a transport that parks polls. */
  readonly polls?: PolledDeliveries;
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
  /** Of connections opened one after another, those that got exactly their event. */
  readonly opened?: OpenedMeasured;
  readonly closedLoops?: readonly ClosedLoop[];
  readonly upstream?: UpstreamMeasured;
  /** By client, of those that reconnect. */
  readonly recoveries?: readonly ClientRecovery[];
}

/** What a client saw of connections after its first. Instants are of the shared clock, in ns. */
export interface ClientRecovery {
  /** When it began to open one, whether or not it succeeded. */
  readonly attemptsNs: readonly number[];
  /** Those that brought an event. */
  readonly comebacks: readonly Comeback[];
}

export interface Comeback {
  /** When the client began to open the connection. */
  readonly connectingNs: number;
  readonly firstEventNs: number;
  /** Events that were due before that. */
  readonly replayed: number;
}

/** Messages of the window that came back as they should. */
export interface UpstreamMeasured {
  readonly messages: number;
  /** Histogram of the time from the scheduled instant to the echo; without the clients behind the relay, unless all are. */
  readonly echo: string;
}

export interface OpenedMeasured {
  readonly count: number;
  /** Histogram of the time from `connect` to the event. */
  readonly firstEvent: string;
  readonly upBytes: number;
  readonly downBytes: number;
}

export type ClosedLoop = NonNullable<CompletedCell['closedLoops']>[number];

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
  /**
   * Texts that are no event of this cell, gaps, closes that nobody asked for, warm-up events that never came, and messages to
   * the server whose echo was lost, was another text or came out of turn.
   */
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

export interface LinkMeasured {
  /** How late chunks left: written to the socket − when their delay was over. */
  readonly lateness: {
    readonly p50Us: number;
    readonly p99Us: number;
    readonly maxUs: number;
    readonly chunks: number;
  };
  /** CPU time of the link within the window, of one core. */
  readonly cpuShare: number;
  /** Between its two readings, as it came out. */
  readonly elapsedUs: number;
}

export interface LinkClosed {
  /** The link's own sockets towards clients and server: what came in at one went out at the other. */
  readonly clientSide: WireReading;
  readonly serverSide: WireReading;
}

export interface RelayClosed {
  readonly cell: LedgerCount;
  /** The relay's own sockets towards clients and server. */
  readonly clientSide: WireReading;
  readonly serverSide: WireReading;
}

/** What the queueing disciplines of a network let through and dropped. */
export interface PacketCount {
  /** From clients to server. */
  readonly up: PassedPackets;
  readonly down: PassedPackets;
}

export interface PassedPackets {
  readonly sent: number;
  readonly dropped: number;
}
