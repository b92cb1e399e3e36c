/**
 * What runs in the page: the client, with what browsers have, which stamps an event first thing in its handler. Nothing
 * leaves the page before the window is over. The driver calls `pushlab` (see `clients/browser/open-page.ts`).
 */

interface Opened {
  close(): void;
}

interface ClientSpec {
  readonly path: string;
  /** Where polls lie on the page's clock: at multiples of the interval from here on, in ms. */
  readonly pollGrid?: { readonly offsetMs: number; readonly intervalMs: number };
  readonly holdSeconds?: number;
}

/** Where a client hands on each event, with the stamp of its handler in ms since the page's zero. */
type Deliver = (text: string, atMs: number) => void;
type Open = (spec: ClientSpec, deliver: Deliver, fail: (what: string) => void) => Promise<Opened>;

/** Requests by kind: how many, and how long their paths were. */
const requests: Record<string, { count: number; pathBytes: number }> = {};
const texts: string[] = [];
const stampsMs: number[] = [];
let problem: string | undefined;
let open: Opened | undefined;

function note(kind: 'fetch' | 'stream' | 'eventsource' | 'websocket', path: string): string {
  requests[kind] ??= { count: 0, pathBytes: 0 };
  const counted = requests[kind];
  counted.count++;
  counted.pathBytes += path.length;
  return path;
}

const openers: Record<string, Open> = {
  EventSource: ({ path }, deliver, fail) =>
    new Promise((resolve, reject) => {
      const source = new EventSource(note('eventsource', path));
      source.onmessage = (event: MessageEvent<string>) => deliver(event.data, performance.now());
      source.addEventListener('gap', ({ data }) => fail(`gap: ${data}`));
      source.onopen = () => resolve(source);
      source.onerror = () => {
        fail('the event stream broke');
        reject(new Error('the event stream did not open'));
        source.close();
      };
    }),

  WebSocket: ({ path }, deliver, fail) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + note('websocket', path));
      let isClosing = false;
      socket.onmessage = (event: MessageEvent<string>) => deliver(event.data, performance.now());
      socket.onclose = ({ code, reason }) => {
        if (!isClosing) fail(`the WebSocket closed with ${code} ${reason}`);
        reject(new Error(`the WebSocket closed with ${code} ${reason}`));
      };
      const close = () => {
        isClosing = true;
        socket.close();
      };
      socket.onopen = () => resolve({ close });
    }),

  stream: async ({ path }, deliver, fail) => {
    const abort = new AbortController();
    const headers = { Accept: 'application/x-ndjson' };
    const response = await fetch(note('stream', path), { headers, signal: abort.signal });
    if (response.status !== 200 || !response.body) throw new Error(`the server answered ${response.status}`);
    void readLines(response.body, deliver).then(
      () => fail('the stream ended'),
      (error) => abort.signal.aborted || fail(String(error)),
    );
    return { close: () => abort.abort() };
  },

  poll: async (spec, deliver, fail) => {
    const { offsetMs, intervalMs } = spec.pollGrid ?? { offsetMs: 0, intervalMs: 1_000 };
    let turn = Number.NEGATIVE_INFINITY;
    const untilNext = () => {
      const sinceMs = performance.now() - offsetMs;
      // A timer may fire early: by the clock alone, the same turn would be polled twice.
      turn = Math.max(turn, Math.floor(sinceMs / intervalMs)) + 1;
      return sleep(turn * intervalMs - sinceMs);
    };
    return polling(spec, untilNext, () => '', deliver, fail);
  },

  'long-poll': (spec, deliver, fail) =>
    polling(
      spec,
      () => undefined,
      () => `&hold=${spec.holdSeconds ?? 30}`,
      deliver,
      fail,
    ),
};

/** @param untilNext waits for the instant of the next poll */
async function polling(
  { path }: ClientSpec,
  untilNext: () => Promise<void> | undefined,
  parameters: () => string,
  deliver: Deliver,
  fail: (what: string) => void,
): Promise<Opened> {
  const abort = new AbortController();
  const first = await fetch(note('fetch', path), { signal: abort.signal });
  let cursor = Number(first.headers.get('Event-Cursor') ?? Number.NaN);
  if (!Number.isSafeInteger(cursor)) throw new Error(`the server answered ${first.status} without an Event-Cursor`);
  const poll = async () => {
    await untilNext();
    if (abort.signal.aborted) return;
    const response = await fetch(note('fetch', `${path}?since=${cursor}${parameters()}`), { signal: abort.signal });
    if (response.status === 204) return;
    if (response.status !== 200) throw new Error(`the server answered ${response.status}`);
    const body = await response.text();
    const atMs = performance.now();
    for (const line of body.split('\n')) {
      if (line === '') continue;
      deliver(line, atMs);
      cursor = JSON.parse(line).seq;
    }
  };
  void (async () => {
    while (!abort.signal.aborted) await poll();
  })().catch((error) => abort.signal.aborted || fail(String(error)));
  return { close: () => abort.abort() };
}

/** Each chunk is stamped when the page is told of it, and its lines are handed on after that. */
async function readLines(body: ReadableStream<Uint8Array>, deliver: Deliver): Promise<void> {
  const reader = body.getReader();
  const utf8 = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    const atMs = performance.now();
    if (done) return;
    const lines = (rest + utf8.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') deliver(line, atMs);
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Between two looks at how many of several streams are open. */
const LOOK_MS = 100;

const pushlab = {
  /** Sends requests one after another; when each was sent, and when its answer began, as the browser says. */
  async stampRequests(url: string, count: number): Promise<{ sentMs: number[]; answeredMs: number[] }> {
    performance.clearResourceTimings();
    for (let sent = 0; sent < count; sent++) await (await fetch(url)).arrayBuffer();
    const stamps = performance.getEntriesByName(url) as PerformanceResourceTiming[];
    return { sentMs: stamps.map((one) => one.requestStart), answeredMs: stamps.map((one) => one.responseStart) };
  },

  async open(kind: string, spec: ClientSpec): Promise<void> {
    const opener = openers[kind];
    if (!opener) throw new Error(`a page has no ${kind}`);
    const deliver = (text: string, atMs: number) => {
      stampsMs.push(atMs);
      texts.push(text);
    };
    const fail = (what: string) => {
      problem ??= what;
    };
    open = await opener(spec, deliver, fail);
  },

  received: () => ({ count: texts.length, problem }),

  /** Closes the client, and gives all that it had. */
  take() {
    open?.close();
    return { texts, stampsMs, requests, problem };
  },

  /** How many clients of a kind are open at once when so many are asked for: until for `patienceMs` no more opened. */
  async openAtOnce(kind: string, spec: ClientSpec, asked: number, patienceMs: number): Promise<number> {
    const opener = openers[kind];
    const opened: Opened[] = [];
    const ignore = () => {};
    for (let count = 0; count < asked; count++) {
      void opener?.(spec, ignore, ignore).then((one) => opened.push(one), ignore);
    }
    let [last, waitedMs] = [0, 0];
    while (opened.length < asked && waitedMs < patienceMs) {
      await sleep(LOOK_MS);
      waitedMs = opened.length > last ? 0 : waitedMs + LOOK_MS;
      last = opened.length;
    }
    const count = opened.length;
    for (const one of opened) one.close();
    return count;
  },
};

Object.assign(globalThis, { pushlab });
