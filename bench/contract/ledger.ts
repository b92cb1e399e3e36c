/** The layers that every byte on the wire belongs to. */
export const LAYERS = [
  'payload',
  'framing',
  'chunking',
  'requestHead',
  'responseHead',
  'handshake',
  'control',
  'tls',
] as const;

export type Layer = (typeof LAYERS)[number];

export const LAYER_SUMMARIES: Readonly<Record<Layer, string>> = {
  payload: "The events' text; with compression, what is left of text and framing together.",
  framing: 'SSE fields, the newline of a line of JSON, WebSocket frame headers and masks.',
  chunking: 'The chunk framing of HTTP/1.1; headers and padding of DATA frames in HTTP/2; trailers.',
  requestHead: 'Request line and headers of polls; in HTTP/2 their HEADERS frames.',
  responseHead: 'Status line and headers of their answers; in HTTP/2 their HEADERS frames.',
  handshake:
    'What opens a lasting connection: the request and response head of an event stream, a WebSocket upgrade; the preface ' +
    'of HTTP/2, the first SETTINGS of each side and their acknowledgement.',
  control:
    'Ping, pong, close; comments and retry of SSE; empty lines of NDJSON; answers that carry no event; all other frames of ' +
    'HTTP/2, such as WINDOW_UPDATE.',
  tls: 'What TLS adds: its handshake, tickets and alerts, and the header, type, padding and tag of each record.',
};

export type LayerBytes = Readonly<Record<Layer, number>>;

/** The protocol in which a connection begins: HTTP/1.1, HTTP/2 from its first byte, or the lines of the TCP control. */
export const WIRE_PROTOCOLS = ['http', 'http2', 'lines'] as const;

export type WireProtocol = (typeof WIRE_PROTOCOLS)[number];

/** How events are written: `frames` are those of WebSocket, after an upgrade; all others are a body, or the bare connection. */
export const EVENT_FORMATS = ['lines', 'event-stream', 'frames'] as const;

export type EventFormat = (typeof EVENT_FORMATS)[number];

/** What the reader of a stream is told of it, by its lane's row. */
export interface WireFormat {
  readonly protocol: WireProtocol;
  readonly events: EventFormat;
  /** Whether events come in what one request opened for good; else each brings those of one answer. */
  readonly lasts: boolean;
}

/** HTTP exchanges, request and response, with all their bytes but those of TLS around them. */
export interface CycleCount {
  readonly count: number;
  readonly upBytes: number;
  readonly downBytes: number;
}

/** Frame types of HTTP/2 (RFC 9113, section 6) in the order of their codes; an extension may bring others. */
export const FRAME_TYPES = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
  'EXTENSION',
] as const;

export type FrameType = (typeof FRAME_TYPES)[number];

export interface CountedBytes {
  readonly count: number;
  readonly bytes: number;
}

/** Whole frames, their headers included; types that did not occur are left out. */
export type FrameCounts = Readonly<Partial<Record<FrameType, CountedBytes>>>;

/** Header blocks as HPACK wrote them, without the frames that carry them. */
export interface HeadBlockCount {
  readonly up: CountedBytes;
  readonly down: CountedBytes;
}

interface UpDown {
  readonly up: number;
  readonly down: number;
}

/** The ledger of one or more connections. */
export interface LedgerCount {
  readonly up: LayerBytes;
  readonly down: LayerBytes;
  /** Records that open TLS, from the hello to the tickets after Finished. Their bytes are in the layer `tls`, too. */
  readonly tlsHandshake: UpDown;
  /**
   * Events carried downwards. Content is not read: a gap counts as the event it stands in for, and so does the answer to a
   * message, on a WebSocket or to a POST that is answered in JSON.
   */
  readonly events: number;
  readonly messagesUp: number;
  /** Completed exchanges, without those that opened a lasting connection. Their bytes are in the layers, too. */
  readonly cycles: CycleCount;
  /** Cycles that carried neither an event nor a message up. */
  readonly emptyCycles: CycleCount;
  /** Frames of HTTP/2 by type; empty for other protocols. The bytes are in the layers, too. */
  readonly frames: { readonly up: FrameCounts; readonly down: FrameCounts };
  /**
   * Header blocks by the number of their exchange on its connection: at 0 the first, at 1 the second, at k those after
   * 2^(k−1) up to 2^k. Empty for protocols other than HTTP/2.
   */
  readonly headBlocks: readonly HeadBlockCount[];
  /** Bytes that were not read: they are in no layer, and `problems` says why. */
  readonly unreadBytes: UpDown;
  readonly problems: readonly string[];
}

/** Bytes that open connections, by direction: the layer `handshake`, and what TLS needs before it. */
export function openingBytes(count: Pick<LedgerCount, 'up' | 'down'> & { readonly tlsHandshake?: UpDown | undefined }) {
  const { up, down, tlsHandshake = { up: 0, down: 0 } } = count;
  return { up: up.handshake + tlsHandshake.up, down: down.handshake + tlsHandshake.down };
}

export function sumOf(layers: LayerBytes): number {
  return LAYERS.reduce((sum, layer) => sum + layers[layer], 0);
}

/**
 * What a sample is of: what opens a connection, or the first poll of one; events on their way to a client; a poll that brought
 * none; what keeps a silent connection open; the frames that close one.
 */
export const SAMPLE_KINDS = ['opening', 'event', 'empty', 'keepAlive', 'close'] as const;

export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** As much of a message is kept. */
export const SAMPLED_MESSAGE_BYTES = 2_048;

/** Bytes that passed the relay at once. */
export interface WireMessage {
  readonly direction: 'up' | 'down';
  /** Since the first message of its exchange. */
  readonly afterUs: number;
  /** Runs of bytes of one layer, in order: all bytes, also those that are not kept. */
  readonly layers: readonly (readonly [Layer, number])[];
  /** The first of them, in base64. */
  readonly bytes: string;
}

export interface WireExchange {
  readonly kind: SampleKind;
  readonly events: number;
  readonly messages: readonly WireMessage[];
}
