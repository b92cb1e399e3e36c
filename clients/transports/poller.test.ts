import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { begin, expectRefused, openScript, response } from '../tests/support.ts';
import { longPolling } from './long-polling.ts';
import { polling } from './polling.ts';

const NOTHING = response(204);
const standsAt = (seq: number) => response(204, { 'Event-Cursor': String(seq) });
const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const events = (...seqs: number[]) => response(200, NDJSON, seqs.map((seq) => `${eventOf(seq).text}\n`).join(''));
const gapOf = (after: number, oldest: number) =>
  response(410, { 'Content-Type': 'application/json' }, `{"gap":{"after":${after},"oldest":${oldest}}}`);

/** Answers each request with the next of these; after the last, never. */
function inTurn(...answers: readonly (string | ((socket: Socket) => void))[]) {
  return openScript((socket, _request, count) => {
    const answer = answers[count - 1];
    if (typeof answer === 'string') socket.write(answer);
    else answer?.(socket);
  });
}

const targetsOf = (requests: readonly string[]) => requests.map((request) => request.split(' ')[1]);

const quickly = (port: number, since?: number) =>
  begin(polling, `http://127.0.0.1:${port}/polling`, {
    options: { intervalMs: 1 },
    ...(since !== undefined && { since }),
  });
const parked = (port: number, since?: number) =>
  begin(longPolling, `http://127.0.0.1:${port}/long-polling`, since === undefined ? {} : { since });

describe('a polling client', () => {
  test('asks where the feed stands, then for what comes after the newest event it has', async () => {
    const server = await inTurn(standsAt(5), NOTHING, events(6, 7), NOTHING, events(8), NOTHING);
    const { sink } = quickly(server.port);
    await eventually(() => expect(server.requests).toHaveLength(7));
    expect(targetsOf(server.requests)).toEqual(
      ['', '?since=5', '?since=5', '?since=7', '?since=7', '?since=8', '?since=8'].map((query) => `/polling${query}`),
    );
    expect(sink.seqs).toEqual([6, 7, 8]);
  });

  test('with a cursor asks for what comes after it', async () => {
    const server = await inTurn(events(42));
    const { sink, connected } = quickly(server.port, 41);
    await connected;
    expect(targetsOf(server.requests)).toEqual(['/polling?since=41']);
    await eventually(() => expect(sink.seqs).toEqual([42]));
  });

  test('never has two requests under way', async () => {
    let waiting = 0;
    let most = 0;
    const server = await openScript((socket, _request, count) => {
      most = Math.max(most, ++waiting);
      setTimeout(() => {
        waiting--;
        socket.write(count === 1 ? standsAt(0) : NOTHING);
      }, 5);
    });
    quickly(server.port);
    await eventually(() => expect(server.requests.length).toBeGreaterThan(10));
    expect(most).toBe(1);
    expect(server.sockets).toHaveLength(1);
  });

  test('polls once a turn of its own grid, never twice', async () => {
    const INTERVAL_MS = 5;
    const POLLS = 60;
    const at: number[] = [];
    const server = await openScript((socket, _request, count) => {
      at.push(performance.now());
      socket.write(count === 1 ? standsAt(0) : NOTHING);
    });
    const url = `http://127.0.0.1:${server.port}/polling`;
    const { connected } = begin(polling, url, { options: { intervalMs: INTERVAL_MS }, phase: 0.5 });
    await eventually(() => expect(at.length).toBeGreaterThan(POLLS));
    await (await connected).close();
    // The first asks at once. The others are at least an interval apart, but for how much the first of them was late and a
    // timer is early; a busy machine only makes it longer.
    const elapsedMs = (at[POLLS] ?? 0) - (at[1] ?? 0);
    expect(elapsedMs).toBeGreaterThan((POLLS - 2) * INTERVAL_MS - 2);
  });

  test('lets a poll under way finish when it closes, and hears no more', async () => {
    let answer = () => {};
    const server = await inTurn(standsAt(0), (socket) => {
      answer = () => socket.write(events(1));
    });
    const { sink, meter, connected } = quickly(server.port);
    const client = await connected;
    await eventually(() => expect(server.requests).toHaveLength(2));
    const closed = Promise.all([client.close(), client.close()]);
    answer();
    await closed;
    expect(meter.openSockets.size).toBe(0);
    expect(sink.calls).toBe(0);
  });

  test('closes though the server never answers', async () => {
    const server = await inTurn(standsAt(0));
    const { sink, meter, connected } = quickly(server.port);
    const client = await connected;
    await eventually(() => expect(server.requests).toHaveLength(2));
    await client.close();
    expect(meter.openSockets.size).toBe(0);
    expect(sink.calls).toBe(0);
  });

  test('opens another connection when the kept one was closed between two polls', async () => {
    const server = await openScript((socket, _request, count) => {
      socket.write(count === 1 ? standsAt(0) : events(count));
      if (count % 2 === 1) socket.end();
    });
    const { sink } = begin(polling, `http://127.0.0.1:${server.port}/polling`, { options: { intervalMs: 100 } });
    await eventually(() => expect(sink.seqs).toHaveLength(4));
    expect(sink.seqs).toEqual([2, 3, 4, 5]);
    expect(sink.closes).toEqual([]);
    expect(server.sockets.length).toBeGreaterThan(1);
  });
});

describe('a long-polling client', () => {
  test('asks again at once, and to be parked', async () => {
    const server = await inTurn(standsAt(5), events(6), events(7, 8), NOTHING);
    const { sink } = parked(server.port);
    await eventually(() => expect(server.requests).toHaveLength(5));
    expect(targetsOf(server.requests)).toEqual([
      '/long-polling',
      ...[5, 6, 8, 8].map((seq) => `/long-polling?since=${seq}&hold=30`),
    ]);
    expect(sink.seqs).toEqual([6, 7, 8]);
    expect(server.sockets).toHaveLength(1);
  });

  test('that missed nothing is connected without waiting for the next event', async () => {
    const server = await inTurn(NOTHING);
    const { connected, sink } = parked(server.port, 41);
    await connected;
    await eventually(() => expect(server.requests).toHaveLength(2));
    const [first, second] = targetsOf(server.requests);
    expect(Number(new URLSearchParams(first?.split('?')[1]).get('hold'))).toBeLessThan(0.1);
    expect(second).toBe('/long-polling?since=41&hold=30');
    expect(sink.calls).toBe(0);
  });

  test('asks to be parked as long as its options say', async () => {
    const server = await inTurn(standsAt(0));
    begin(longPolling, `http://127.0.0.1:${server.port}/long-polling`, { options: { holdSeconds: 7 } });
    await eventually(() => expect(server.requests).toHaveLength(2));
    expect(targetsOf(server.requests)[1]).toBe('/long-polling?since=0&hold=7');
  });

  test('drops a parked poll when it closes', async () => {
    const server = await inTurn(standsAt(0));
    const { sink, meter, connected } = parked(server.port);
    const client = await connected;
    await eventually(() => expect(server.requests).toHaveLength(2));
    await Promise.all([client.close(), client.close()]);
    expect(meter.openSockets.size).toBe(0);
    expect(sink.calls).toBe(0);
  });
});

describe.each([
  ['polling', quickly],
  ['long-polling', parked],
])('a client by %s', (_name, connect) => {
  test('takes events that come in any pieces', async () => {
    const body = range(1, 3)
      .map((seq) => `${eventOf(seq, { pad: 'é🚀' }).text}\n`)
      .join('');
    const server = await inTurn(standsAt(0), async (socket) => {
      for (const byte of Buffer.from(response(200, NDJSON, body))) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const { sink } = connect(server.port);
    await eventually(() => expect(sink.texts).toEqual(body.trimEnd().split('\n')));
  });

  test('is told of a gap, and asks for the oldest event held', async () => {
    const server = await inTurn(gapOf(2, 7), events(7, 8));
    const { sink } = connect(server.port, 2);
    await eventually(() => expect(sink.seqs).toEqual([7, 8]));
    expect(sink.gaps).toEqual([{ after: 2, oldest: 7 }]);
    expect(targetsOf(server.requests)[1]).toMatch(/\?since=6\b/);
  });

  test('that is closed within an event hears no more of the same answer', async () => {
    const server = await inTurn(standsAt(0), events(1, 2, 3));
    const { sink, connected } = connect(server.port);
    const client = await connected;
    let closed: Promise<void> | undefined;
    sink.onEvent = () => {
      closed ??= client.close();
    };
    await eventually(() => expect(closed).toBeDefined());
    await closed;
    expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ['the server answered 500', response(500, {}, 'oh')],
    ['the server answered 400', response(400, {}, '{"error":{}}')],
    ['the server answered 302', response(302, { Location: '/' })],
    ['the server answered 204 without an Event-Cursor', NOTHING],
    ['the server answered 204 without an Event-Cursor', response(204, { 'Event-Cursor': 'soon' })],
    [/./, 'this is not HTTP\r\n\r\n'],
  ])('is refused: %s', async (reason, answer) => {
    const server = await inTurn(answer);
    await expectRefused(connect(server.port), reason);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[object, string | ((socket: Socket) => void)]>([
    [{ kind: 'error', code: 500, message: 'the server answered 500' }, response(500)],
    [{ kind: 'error', message: expect.stringMatching(/^not an event: hello/) }, response(200, {}, 'hello\nworld\n')],
    [{ kind: 'error', message: 'the response ended within an event' }, response(200, {}, '{"seq":1,"due":1}')],
    [{ kind: 'error', code: 410, message: expect.stringMatching(/^not a gap/) }, response(410, {}, '{}')],
    [{ kind: 'error' }, (socket) => void socket.destroy()],
    [{ kind: 'error' }, (socket) => void socket.resetAndDestroy()],
    [{ kind: 'error' }, (socket) => void socket.end('HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{"seq":1')],
  ])('is told once of a poll that failed, and asks no more: %o', async (reason, answer) => {
    const server = await inTurn(standsAt(0), answer);
    const { sink, meter } = connect(server.port);
    await eventually(() => expect(sink.closes).toHaveLength(1));
    expect(sink.closes).toMatchObject([reason]);
    await eventually(() => expect(meter.openSockets.size).toBe(0));
    expect(sink).toMatchObject({ texts: [], gaps: [] });
    expect(sink.closes).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });
});

describe('on tags, a polling client', () => {
  const tagged = (status: number, tag: string, headers: Record<string, string> = {}, body = '') =>
    response(status, { ...headers, ETag: tag }, body);
  const conditionsOf = (requests: readonly string[]) =>
    requests.map((request) => /\r\nIf-None-Match: (.*)/i.exec(request)?.[1]);

  test('names what it was told last, whatever it says, and takes 304 for nothing new', async () => {
    const server = await inTurn(
      tagged(204, '"a"', { 'Event-Cursor': '0' }),
      'HTTP/1.1 304 X\r\nETag: "a"\r\n\r\n',
      tagged(200, 'W/"b"', NDJSON, `${eventOf(1).text}\n`),
      'HTTP/1.1 304 X\r\nETag: W/"b"\r\n\r\n',
      gapOf(1, 9),
      events(9),
    );
    const { sink } = quickly(server.port);
    await eventually(() => expect(server.requests).toHaveLength(7));
    expect(conditionsOf(server.requests)).toEqual([undefined, '"a"', '"a"', 'W/"b"', 'W/"b"', undefined, undefined]);
    expect(sink).toMatchObject({ seqs: [1, 9], gaps: [{ after: 1, oldest: 9 }], closes: [] });
  });
});

describe('connections of a polling client', () => {
  test('are new with each request where they are not kept, and the request says so', async () => {
    const close =
      (status: number, headers: Record<string, string> = {}, body = '') =>
      (socket: Socket) =>
        void socket.end(response(status, { ...headers, Connection: 'close' }, body));
    const server = await openScript((socket, request) => {
      const answer = request.startsWith('POST') ? close(200, {}, '"hello"') : close(204, { 'Event-Cursor': '0' });
      answer(socket);
    });
    const { connected } = begin(polling, `http://127.0.0.1:${server.port}/polling`, {
      options: { intervalMs: 1, connections: 'per-request' },
    });
    const client = await connected;
    await eventually(() => expect(server.requests.length).toBeGreaterThan(1));
    expect(await client.request?.('hello')).toBe('hello');
    await client.close();
    expect(server.sockets.length).toBe(server.requests.length);
    for (const request of server.requests) expect(request).toMatch(/\r\nconnection: close/i);
  });

  test('carry messages between the polls', async () => {
    const server = await openScript((socket, request, count) => {
      if (request.startsWith('POST')) socket.write(response(200, {}, '"hello"'));
      else socket.write(count === 1 ? standsAt(0) : NOTHING);
    });
    const client = await quickly(server.port).connected;
    for (const _ of range(1, 3)) expect(await client.request?.('hello')).toBe('hello');
    expect(server.sockets).toHaveLength(1);
    const post = server.requests.find((request) => request.startsWith('POST'));
    expect(post).toMatch(/^POST \/upstream HTTP\/1\.1\r\n/);
    expect(post).toMatch(/\r\ncontent-type: application\/json/i);
    expect(post).toMatch(/\r\ncontent-length: 7/i);
  });

  test('of which one is parked are two, from the first message on', async () => {
    const server = await openScript((socket, request, count) => {
      if (count === 1) socket.write(standsAt(0));
      if (request.startsWith('POST')) socket.write(response(200, {}, '"hello"'));
    });
    const { connected, meter, sink } = parked(server.port);
    const client = await connected;
    await eventually(() => expect(server.requests).toHaveLength(2));
    expect(server.sockets).toHaveLength(1);
    for (const _ of range(1, 3)) expect(await client.request?.('hello')).toBe('hello');
    expect(server.sockets).toHaveLength(2);
    await client.close();
    expect(meter.openSockets.size).toBe(0);
    expect(sink.calls).toBe(0);
  });

  test('that end with a message under way refuse it', async () => {
    const server = await openScript((socket, request, count) => {
      if (count === 1) socket.write(standsAt(0));
      if (request.startsWith('POST')) socket.destroy();
    });
    const client = await parked(server.port).connected;
    await expect(client.request?.('hello')).rejects.toThrow();
  });

  test('over which a message is refused go on', async () => {
    const server = await openScript((socket, request, count) => {
      if (request.startsWith('POST')) socket.write(response(413, {}, '{"error":{"allowed":"at most 65536 bytes"}}'));
      else if (count === 1) socket.write(standsAt(0));
    });
    const { connected, sink } = parked(server.port);
    const client = await connected;
    await expect(client.request?.('hello')).rejects.toThrow('the server answered 413: {"error":{"allowed":"at most 65');
    expect(sink.closes).toEqual([]);
  });
});
