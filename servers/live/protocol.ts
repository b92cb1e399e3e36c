/** What the live page and its server tell each other. It runs on both sides, so it imports nothing. */

/** In the order of the page; the last is folded. */
export const COLUMNS = ['polling', 'long-polling', 'sse', 'websocket', 'streaming'] as const;

export type Column = (typeof COLUMNS)[number];

/** What the server does, and the way to it. The feed is the same for every open page, the way is each page's own. */
export interface Settings {
  readonly eventsPerSecond: number;
  readonly payloadBytes: number;
  readonly isSilent: boolean;
  readonly rttMs: number;
  /** 0 is without a limit. */
  readonly bandwidthBitsPerSecond: number;
  /** False: nothing is read from the server any more, in place of the browser, which can't be told to. */
  readonly isReading: boolean;
}

/** The values that can be chosen. Flags of `serve` may set others. */
export const STEPS = {
  eventsPerSecond: [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200],
  payloadBytes: [64, 128, 256, 512, 1_024, 4_096, 16_384, 65_536],
  rttMs: [0, 10, 20, 50, 100, 200, 500, 1_000],
  bandwidthBitsPerSecond: [0, 100e6, 10e6, 1e6, 100e3],
} as const satisfies Partial<Record<keyof Settings, readonly number[]>>;

/** `restart` keeps the events that the server holds for clients that return, `restart-empty` does not. */
export const ACTIONS = ['restart', 'restart-empty', 'cut'] as const;

export type Action = (typeof ACTIONS)[number];

/** The body of `POST /live/control`. */
export interface Command {
  /** The number that {@link Hello} told. */
  readonly page: number;
  readonly set?: Partial<Settings>;
  readonly action?: Action;
}

/** One message on a column's connection, as the relay in front of the server saw it at the browser's end. */
export interface WireMessage {
  readonly column: Column;
  readonly isUp: boolean;
  /** On the server's clock. */
  readonly atMs: number;
  /** `part`: a chunk of an answer that goes on (RFC 9112, section 7.1). */
  readonly kind: 'request' | 'answer' | 'part' | 'frame';
  /** All of it: head, framing and content. */
  readonly bytes: number;
  /** The JSON of its events, to the byte for what is no longer than 4 KiB. */
  readonly eventBytes: number;
  /** The head of HTTP, or the head of a chunk or a frame in hexadecimal; absent where too many came at a time. */
  readonly head?: string;
  /** The beginning of the content, a frame's without its mask. */
  readonly body?: string;
}

/** A column's connections since the page opened. */
export interface WireCount {
  /** By the sockets of the server: what it sent and what it received. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly connections: number;
  readonly openConnections: number;
  /** Estimated: the headers of TCP and IP on an Ethernet of these bytes, with acknowledgements. */
  readonly headerBytes: number;
  readonly messagesUp: number;
  readonly messagesDown: number;
}

export interface Hello {
  readonly page: number;
  /** Where each column connects to. */
  readonly ports: Readonly<Record<Column, number>>;
  /** On the server's clock: the zero of each event's `due`. */
  readonly startMs: number;
  readonly hasControl: boolean;
}

/** The data of an event of `GET /live/watch`. */
export interface Snapshot {
  readonly hello?: Hello;
  readonly settings: Settings;
  readonly isUp: boolean;
  readonly counts: Readonly<Record<Column, WireCount>>;
  readonly messages: readonly WireMessage[];
}

const SWITCH = [true, false];
const ALLOWED = new Map<string, readonly unknown[]>([
  ...Object.entries(STEPS),
  ['isSilent', SWITCH],
  ['isReading', SWITCH],
]);

/** Reads a body that claims to be a {@link Command}. @returns what is wrong, where something is */
export function readCommand(body: unknown): Command | string {
  const { page, set = {}, action, ...others } = { ...(body as Partial<Command> | null | undefined) };
  if (typeof page !== 'number' || !Number.isInteger(page) || page < 0) return 'page: the number that the page was told';
  if (action !== undefined && !ACTIONS.includes(action)) return `action: allowed are ${ACTIONS.join(', ')}`;
  if (Object.keys(others).length > 0) return 'allowed are page, set and action';
  for (const [name, value] of Object.entries(set)) {
    const allowed = ALLOWED.get(name);
    if (!allowed?.includes(value)) return `${name}: allowed are ${allowed?.join(', ') ?? 'other settings'}`;
  }
  return { page, set, ...(action && { action }) };
}
