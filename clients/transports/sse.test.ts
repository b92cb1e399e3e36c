import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HeaderProfile } from '../../bench/contract/headers.ts';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { begin, expectRefused, openScript, response } from '../tests/support.ts';
import { sse } from './sse.ts';

const HEAD = response(200, { 'Content-Type': 'text/event-stream', 'Transfer-Encoding': 'chunked' });
const chunk = (text: string | Buffer) => Buffer.concat([hex(text), Buffer.from(text), Buffer.from('\r\n')]);
const hex = (text: string | Buffer) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n`);
const END = '0\r\n\r\n';

async function openStream(first: string | Buffer = '') {
  const server = await openScript(
    (socket) => void socket.write(Buffer.concat([Buffer.from(HEAD), Buffer.from(first)])),
  );
  const { sink, meter, connected } = begin(sse, `http://127.0.0.1:${server.port}/sse`);
  const client = await connected;
  const write = (data: string | Buffer) => server.sockets[0]?.write(data);
  return { server, sink, meter, client, write };
}

describe('an SSE client', () => {
  test('asks for an event stream, and for what comes after its cursor', async () => {
    const server = await openScript((socket) => void socket.write(HEAD));
    const url = `http://127.0.0.1:${server.port}/sse`;
    await begin(sse, url).connected;
    await begin(sse, url, { since: 41 }).connected;
    expect(server.requests[0]).toMatch(/^GET \/sse HTTP\/1\.1\r\n/);
    expect(server.requests[0]).toMatch(/\r\naccept: text\/event-stream/i);
    expect(server.requests[0]).not.toMatch(/last-event-id/i);
    expect(server.requests[1]).toMatch(/\r\nlast-event-id: 41/i);
  });

  test('reads what the standard allows a server to write', async () => {
    const { sink, write } = await openStream();
    const texts = [1, 2, 3, 4, 5].map((seq) => eventOf(seq).text);
    write(chunk(`:comment\r\nretry: 1\r\n\r\nid: 1\r\ndata: ${texts[0]}\r\n\r\n`));
    write(chunk(`data:${texts[1]}\n\ndata\n\n:\n\nevent:\ndata:${texts[2]}\rid\r\r`));
    write(chunk(`unknown: x\ndata: ${texts[3]}\nid:4\n\nevent: gap\ndata: {"gap":{"after":1,"oldest":3}}\n\n`));
    write(chunk(`data:${texts[4]}\n\n`));
    await eventually(() => expect(sink.texts).toContain(texts[4]));
    expect(sink.texts.filter((text) => text !== '')).toEqual(texts);
    expect(sink.gaps).toEqual([{ after: 1, oldest: 3 }]);
  });

  test('reads the same however the bytes are cut', async () => {
    const texts = ['{"seq":1,"due":0,"pad":"é🚀\u2028"}', '{"seq":2,\n"due":0}', '{"seq":3,"due":0}'];
    const stream = Buffer.from(texts.map((text) => `data:${text.replaceAll('\n', '\ndata:')}\n\n`).join(''));
    const cuts = fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const at = [0, ...new Set(places.toSorted((a, b) => a - b)), stream.length];
        const pieces = at.slice(1).map((end, index) => chunk(stream.subarray(at[index], end)));
        const { sink, client } = await openStream(Buffer.concat(pieces));
        await eventually(() => expect(sink.texts).toEqual(texts));
        await client.close();
      }),
      { numRuns: 20 },
    );
  });

  test('that is closed within an event hears no more of the same chunk', async () => {
    const { sink, client, write } = await openStream();
    let closed: Promise<void> | undefined;
    sink.onEvent = () => {
      closed ??= client.close();
    };
    write(
      chunk(`data:${eventOf(1).text}\n\ndata:${eventOf(2).text}\n\nevent:gap\ndata:{"gap":{"after":1,"oldest":3}}\n\n`),
    );
    await eventually(() => expect(closed).toBeDefined());
    await closed;
    expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
  });

  test('is told that the server ended the stream, and drops an unfinished event', async () => {
    const { sink, meter, write } = await openStream();
    write(Buffer.concat([chunk(`data:${eventOf(1).text}\n\ndata:${eventOf(2).text}\n`), Buffer.from(END)]));
    await eventually(() => expect(sink.closes).toEqual([{ kind: 'server', message: 'the stream ended' }]));
    await eventually(() => expect(meter.openSockets.size).toBe(0));
    expect(sink.seqs).toEqual([1]);
  });

  test('that was answered and ended in one packet is connected, then told once', async () => {
    const { sink } = await openStream(END);
    await eventually(() => expect(sink.closes).toHaveLength(1));
  });

  test.each(['destroy', 'resetAndDestroy'] as const)('is told once of a connection that was lost (%s)', async (go) => {
    const { server, sink, meter } = await openStream();
    server.sockets[0]?.[go]();
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error' }]));
    await eventually(() => expect(meter.openSockets.size).toBe(0));
    expect(sink.closes).toHaveLength(1);
  });

  test.each([
    ['the server answered 503', response(503, {}, 'busy')],
    ['the server answered 204', response(204)],
    ['the server answered 301', response(301, { Location: '/elsewhere' })],
    ['not an event stream: text/html', response(200, { 'Content-Type': 'text/html' }, 'data: x\n\n')],
    ['not an event stream: undefined', response(200, {}, 'data: x\n\n')],
    [/./, 'this is not HTTP\r\n\r\n'],
  ])('is refused: %s', async (reason, answer) => {
    const server = await openScript((socket) => void socket.write(answer));
    await expectRefused(begin(sse, `http://127.0.0.1:${server.port}/sse`), reason);
  });

  test('is refused by a server that ends the connection without an answer', async () => {
    const server = await openScript((socket) => void socket.destroy());
    await expectRefused(begin(sse, `http://127.0.0.1:${server.port}/sse`), /./);
  });
});

describe('a compressed stream', () => {
  const GZIP_HEAD = response(200, {
    'Content-Type': 'text/event-stream',
    'Content-Encoding': 'gzip',
    'Transfer-Encoding': 'chunked',
  });
  const openGzip = async (headers: HeaderProfile) => {
    const server = await openScript((socket) => void socket.write(GZIP_HEAD));
    const url = `http://127.0.0.1:${server.port}/sse`;
    const { sink, connected } = begin(sse, url, { headers, options: { compression: 'gzip' } });
    const client = await connected;
    return { server, sink, client, write: (data: Buffer | string) => server.sockets[0]?.write(data) };
  };

  test.each([
    ['minimal', 'gzip'],
    ['browser', 'gzip, deflate, br, zstd'],
  ] as const)('is asked for as its headers do (%s)', async (headers, accepted) => {
    const { server } = await openGzip(headers);
    expect(/\r\naccept-encoding: ([^\r]*)/i.exec(server.requests[0] ?? '')?.[1]).toBe(accepted);
  });

  test('is read to its end', async () => {
    const { sink, write } = await openGzip('minimal');
    const texts = range(1, 20).map((seq) => eventOf(seq, { pad: 'é🚀'.repeat(1_000) }).text);
    write(chunk(gzipSync(texts.map((text) => `data:${text}\n\n`).join(''))));
    write(END);
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'server' }]));
    expect(sink.texts).toEqual(texts);
  });

  test('that is none ends the client with an error', async () => {
    const { sink, write } = await openGzip('minimal');
    write(chunk('data:not compressed\n\n'));
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error' }]));
    expect(sink.texts).toEqual([]);
  });
});

test('messages of an SSE client go over a second connection, which is kept', async () => {
  const server = await openScript((socket, request) => {
    socket.write(request.startsWith('POST') ? response(200, {}, '"hello"') : HEAD);
  });
  const { connected, meter } = begin(sse, `http://127.0.0.1:${server.port}/sse`);
  const client = await connected;
  expect(server.sockets).toHaveLength(1);
  for (const _ of range(1, 3)) expect(await client.request?.('hello')).toBe('hello');
  expect(server.sockets).toHaveLength(2);
  await client.close();
  expect(meter.openSockets.size).toBe(0);
});
