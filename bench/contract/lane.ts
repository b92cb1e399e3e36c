import type { EventFormat, WireFormat, WireProtocol } from './ledger.ts';
import type { BareTransport, ClientTransport, ServerTransport } from './transport.ts';

/** What a page has for a transport: an object of the browser's, a fetch whose body is read as it comes, or one after the other. */
export type PageClient = 'EventSource' | 'WebSocket' | 'stream' | 'poll' | 'long-poll';

/** One row of the comparison: a transport with its options, and what the harness must know of it. */
export interface Lane {
  readonly id: string;
  readonly title: string;
  /** One sentence for `list` and the page. */
  readonly summary: string;
  /** Lanes of one transport share code; they differ in options. */
  readonly transport: string;
  /** Given to both halves of the transport, over their defaults. */
  readonly options: Readonly<Record<string, number | string | boolean>>;
  /** Protocol of its connections when they open, for the ledger. */
  readonly wire: WireProtocol;
  /** How its events are written, for the ledger. */
  readonly events: EventFormat;
  readonly server: () => Promise<ServerTransport>;
  readonly client: () => Promise<ClientTransport>;
  /** The client half for probes. Serves those lanes of the transport that {@link canProbe} says. */
  readonly bare?: () => Promise<BareTransport>;
  /** What a page is a client of it with; absent where a page can't be one. */
  readonly page?: PageClient;
  /**
   * `timed`: each client polls every `options.intervalMs`, and an event waits for the next poll. `parked`: the server holds a
   * poll until there is an event. Absent where events are pushed.
   */
  readonly polls?: 'timed' | 'parked';
  /** After which time the traffic of an idle connection repeats: poll interval, hold or keep-alive. Absent where there is none. */
  readonly idlePeriodMs?: number;
  /** The option that says how often something passes on an idle connection, in units of so many ms. Absent where nothing does, and for polls on a timer. */
  readonly keepAlive?: { readonly option: string; readonly unitMs: number };
  /** Whether all clients of a load worker are on one connection. @default false */
  readonly sharesConnection?: boolean;
  /** The lane that this one measures once more, with the same transport and options. What the two differ by is noise. */
  readonly duplicateOf?: string;
  /** The lane that this one is but for one option: what the two differ by is what the option changes. */
  readonly variantOf?: string;
  /** Rules of the contract that the transport's format can't keep, with the reason. */
  readonly skips?: Readonly<Record<string, { readonly reason: string }>>;
}

/** What the ledger is told of the lane's bytes. */
export function wireFormatOf({ wire, events, polls }: Pick<Lane, 'wire' | 'events' | 'polls'>): WireFormat {
  return { protocol: wire, events, lasts: polls === undefined };
}

/** Options of which bare sockets take one value only. */
const BARE_OPTIONS: Readonly<Record<string, string>> = { over: 'http', connections: 'own', compression: 'none' };

/** Whether probes can be clients of the lane on bare sockets; else they use the lane's own client half. */
export function canProbe({ bare, options }: Pick<Lane, 'bare' | 'options'>): boolean {
  return bare !== undefined && Object.entries(BARE_OPTIONS).every(([name, only]) => (options[name] ?? only) === only);
}

/** The longest that an event may wait for a client by design, in ms. */
export function pollWaitMs({ polls, idlePeriodMs = 0 }: Pick<Lane, 'polls' | 'idlePeriodMs'>): number {
  return polls === 'timed' ? idlePeriodMs : 0;
}

/** The lane with another period of keep-alives or hold; unchanged where it has none, or is given none. */
export function withKeepAlive<Row extends Pick<Lane, 'options' | 'keepAlive' | 'idlePeriodMs'>>(
  lane: Row,
  seconds: number | undefined,
): Row {
  if (seconds === undefined || !lane.keepAlive) return lane;
  const { option, unitMs } = lane.keepAlive;
  const periodMs = seconds * 1e3;
  return { ...lane, idlePeriodMs: periodMs, options: { ...lane.options, [option]: periodMs / unitMs } };
}

/** The lane with another poll interval; unchanged where it has none, or is given none. */
export function withInterval<Row extends Pick<Lane, 'options' | 'polls' | 'idlePeriodMs'>>(
  lane: Row,
  intervalMs: number | undefined,
): Row {
  if (intervalMs === undefined || lane.polls !== 'timed') return lane;
  return { ...lane, idlePeriodMs: intervalMs, options: { ...lane.options, intervalMs } };
}
