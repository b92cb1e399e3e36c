/** The layers that every byte on the wire belongs to. */
export const LAYERS = [
  'payload',
  'framing',
  'chunking',
  'requestHead',
  'responseHead',
  'handshake',
  'control',
] as const;

export type Layer = (typeof LAYERS)[number];

/** What a layer holds, for tables. */
export const LAYER_SUMMARIES: Readonly<Record<Layer, string>> = {
  payload: "The events' text; with compression, what is left of text and framing together.",
  framing: 'SSE fields, the newline of a line of JSON, WebSocket frame headers and masks.',
  chunking: 'The chunk framing of HTTP/1.1.',
  requestHead: 'Request line and headers of polls.',
  responseHead: 'Status line and headers of their answers.',
  handshake: 'What opens a lasting connection: the request and response head of an event stream, a WebSocket upgrade.',
  control: 'Ping, pong, close; comments and retry of SSE; answers that carry no event.',
};

export type LayerBytes = Readonly<Record<Layer, number>>;

/** What a connection speaks when it opens: HTTP/1.1, or the newline-delimited lines of the control. */
export type WireProtocol = 'http' | 'lines';

/** HTTP exchanges, request and response, with all their bytes. */
export interface CycleCount {
  readonly count: number;
  readonly upBytes: number;
  readonly downBytes: number;
}

/** The ledger of one or more connections. */
export interface LedgerCount {
  /** From client to server. */
  readonly up: LayerBytes;
  /** From server to client. */
  readonly down: LayerBytes;
  /**
   * Events carried downwards. Content is not read: a gap counts as the event it stands in for, and so does the answer to a
   * message, be it of a WebSocket or of a POST that is answered in JSON.
   */
  readonly events: number;
  readonly messagesUp: number;
  /** Completed exchanges, without those that opened a lasting connection. Their bytes are in the layers, too. */
  readonly cycles: CycleCount;
  /** Of the cycles, those that carried neither an event nor a message up. */
  readonly emptyCycles: CycleCount;
  /** Bytes that could not be read, and why: they are in no layer. */
  readonly unreadBytes: { readonly up: number; readonly down: number };
  readonly problems: readonly string[];
}

/** Bytes of all layers together. */
export function sumOf(layers: LayerBytes): number {
  return LAYERS.reduce((sum, layer) => sum + layers[layer], 0);
}
