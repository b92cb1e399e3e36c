/** The five transports as a page has them. Each goes on by itself until it is closed, and returns when the server does. */

import type { Column } from '../protocol.ts';

export type State = 'connecting' | 'open' | 'away' | 'closed';

export interface Told {
  event(text: string): void;
  gap(after: number, oldest: number): void;
  /** Where the feed stands: the cursor of a client that has no event yet. */
  cursor(seq: number): void;
  echo(text: string, tookMs: number): void;
  note(text: string): void;
  state(state: State): void;
}

export interface ClientSettings {
  /** Where the server is: host and port. */
  readonly at: string;
  readonly pollMs: number;
  readonly holdSeconds: number;
  /** Of a client that returns; undefined: from the next event on. */
  readonly since: number | undefined;
}

export interface Client {
  send(text: string): void;
  close(): void;
}

/** @param settings read again for each request */
type StartClient = (settings: () => ClientSettings, told: Told) => Client;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const GAP = /^\{"gap":\{"after":(\d+),"oldest":(\d+)\}\}$/;

export const CLIENTS: Readonly<Record<Column, StartClient>> = {
  polling: (settings, told) => poll(settings, told, ({ since }) => `/polling${query({ since })}`, true),
  'long-polling': (settings, told) =>
    poll(settings, told, ({ since, holdSeconds: hold }) => `/long-polling${query({ since, hold })}`, false),
  sse: startEventSource,
  websocket: startWebSocket,
  streaming: startStreaming,
};

function query(values: Readonly<Record<string, number | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`));
  return given.length > 0 ? `?${given.join('&')}` : '';
}

/** Hands over an event or a gap. */
function take(text: string, told: Told): void {
  const gap = GAP.exec(text);
  if (gap) told.gap(Number(gap[1]), Number(gap[2]));
  else if (text !== '') told.event(text);
}

/** Waits, and waits anew while what it waits for changes. */
async function sleepUntil(atMs: () => number, signal: AbortSignal): Promise<void> {
  for (let leftMs = atMs() - performance.now(); leftMs > 0 && !signal.aborted; leftMs = atMs() - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, 100)));
  }
}

/** Pauses that double while nothing is reached, with a random half, so that not all clients return at once (RFC 6455, section 7.2.3). */
function pauses() {
  let nextMs = FIRST_PAUSE_MS;
  return {
    next() {
      const pauseMs = nextMs * (0.5 + Math.random() / 2);
      nextMs = Math.min(2 * nextMs, LONGEST_PAUSE_MS);
      return pauseMs;
    },
    reset() {
      nextMs = FIRST_PAUSE_MS;
    },
  };
}

function poll(
  settings: () => ClientSettings,
  told: Told,
  pathOf: (settings: ClientSettings) => string,
  isTimed: boolean,
): Client {
  const abort = new AbortController();
  const { signal } = abort;
  const pause = pauses();
  const ask = async () => {
    const { at, ...asked } = settings();
    const response = await fetch(`http://${at}${pathOf({ at, ...asked })}`, {
      signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    const text = await response.text();
    const cursor = response.headers.get('Event-Cursor');
    if (cursor !== null) told.cursor(Number(cursor));
    for (const line of text.split('\n')) take(line, told);
    told.state('open');
    pause.reset();
  };
  const run = async () => {
    while (!signal.aborted) {
      const fromMs = performance.now();
      let pauseMs = 0;
      try {
        await ask();
      } catch {
        if (signal.aborted) return;
        told.state('away');
        pauseMs = isTimed ? 0 : pause.next();
        told.note(isTimed ? 'no answer; asks again at its time' : `no answer; asks again in ${pauseMs.toFixed(0)} ms`);
      }
      await sleepUntil(() => fromMs + (isTimed ? settings().pollMs : pauseMs), signal);
    }
  };
  void run();
  return { send: (text) => post(settings().at, text, told), close: () => abort.abort() };
}

/** What goes up where the transport has no way up of its own. */
async function post(at: string, text: string, told: Told): Promise<void> {
  const fromMs = performance.now();
  try {
    const response = await fetch(`http://${at}/upstream`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify(text),
    });
    const echo: unknown = await response.json();
    if (response.ok) told.echo(String(echo), performance.now() - fromMs);
    else told.note(`refused: ${response.status}`);
  } catch {
    told.note('not sent: the server is not reached');
  }
}

function startEventSource(settings: () => ClientSettings, told: Told): Client {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    const { at, since } = settings();
    const opened = new EventSource(`http://${at}/sse${query({ since })}`);
    source = opened;
    opened.onopen = () => told.state('open');
    opened.onmessage = ({ data }) => take(data, told);
    opened.addEventListener('gap', ({ data }) => take(data, told));
    opened.onerror = () => {
      told.state('away');
      if (opened.readyState !== EventSource.CLOSED) {
        told.note('connection lost; EventSource returns by itself, with Last-Event-ID');
        return;
      }
      // After an answer that is no event stream, it does not return.
      told.note('refused; EventSource has given up, the page opens another');
      timer = setTimeout(open, LONGEST_PAUSE_MS);
    };
  };
  open();
  return {
    send: (text) => post(settings().at, text, told),
    close() {
      clearTimeout(timer);
      source?.close();
    },
  };
}

function startWebSocket(settings: () => ClientSettings, told: Told): Client {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  const pause = pauses();
  const sentMs: number[] = [];
  const open = () => {
    const { at, since } = settings();
    const opened = new WebSocket(`ws://${at}/websocket${query({ since })}`, 'pushlab.v1');
    socket = opened;
    opened.onopen = () => {
      told.state('open');
      pause.reset();
    };
    opened.onmessage = ({ data }: MessageEvent<string>) => {
      if (!data.startsWith('{"echo":')) return take(data, told);
      const { echo } = JSON.parse(data) as { echo: string };
      told.echo(echo, performance.now() - (sentMs.shift() ?? performance.now()));
    };
    opened.onclose = ({ code, reason }) => {
      sentMs.length = 0;
      const said = `closed with ${code}${reason ? ` “${reason}”` : ''}`;
      if (isClosed) return told.note(said);
      const pauseMs = pause.next();
      told.state('away');
      told.note(`${said}; the page itself returns in ${pauseMs.toFixed(0)} ms`);
      timer = setTimeout(open, pauseMs);
    };
  };
  open();
  return {
    send(text) {
      if (socket?.readyState !== WebSocket.OPEN) return told.note('not sent: the connection is not open');
      sentMs.push(performance.now());
      socket.send(text);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      socket?.close(1000, 'the reader disconnects');
    },
  };
}

function startStreaming(settings: () => ClientSettings, told: Told): Client {
  const abort = new AbortController();
  const { signal } = abort;
  const pause = pauses();
  const read = async () => {
    const { at, since } = settings();
    const response = await fetch(`http://${at}/streaming${query({ since })}`, {
      signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    told.state('open');
    pause.reset();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const lines = (rest + part.value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line, told);
    }
  };
  const run = async () => {
    while (!signal.aborted) {
      const ended = await read().then(
        () => 'the answer has ended',
        () => 'connection lost',
      );
      if (signal.aborted) return;
      const againMs = performance.now() + pause.next();
      told.state('away');
      told.note(`${ended}; the page itself asks again`);
      await sleepUntil(() => againMs, signal);
    }
  };
  void run();
  return { send: (text) => post(settings().at, text, told), close: () => abort.abort() };
}
