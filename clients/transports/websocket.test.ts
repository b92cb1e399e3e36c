import { describe, expect, test } from 'vitest';
import { encodeEvent } from '../../bench/contract/event.ts';
import { encodeBinary } from '../../bench/contract/event-binary.ts';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { begin, expectRefused, openScript, response, switchProtocols } from '../tests/support.ts';
import { websocket } from './websocket.ts';

/** A server's frame (RFC 6455, section 5.2): final, unmasked. */
function frame(opcode: number, payload: Buffer | string): Buffer {
  const data = Buffer.from(payload);
  const length = data.length > 125 ? [126, data.length >> 8, data.length & 0xff] : [data.length];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length]), data]);
}
const text = (content: string) => frame(1, content);
const close = (code: number, reason = '') =>
  frame(8, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));

async function openStream(first: Buffer = Buffer.alloc(0)) {
  const server = await openScript(
    (socket, request) => void socket.write(Buffer.concat([Buffer.from(switchProtocols(request)), first])),
  );
  const { sink, meter, connected } = begin(websocket, `ws://127.0.0.1:${server.port}/websocket`);
  const client = await connected;
  return { server, sink, meter, client, write: (data: Buffer) => server.sockets[0]?.write(data) };
}

describe('a WebSocket client', () => {
  test('asks to upgrade, and for what comes after its cursor', async () => {
    const server = await openScript((socket, request) => void socket.write(switchProtocols(request)));
    const url = `ws://127.0.0.1:${server.port}/websocket`;
    await begin(websocket, url).connected;
    await begin(websocket, url, { since: 41 }).connected;
    expect(server.requests[0]).toMatch(/^GET \/websocket HTTP\/1\.1\r\n/);
    expect(server.requests[0]).toMatch(/\r\nUpgrade: websocket\b/i);
    expect(server.requests[1]).toMatch(/^GET \/websocket\?since=41 HTTP\/1\.1\r\n/);
  });

  test('takes what comes together with the 101, with the instant it came', async () => {
    const beforeNs = nowNs();
    const gap = '{"gap":{"after":1,"oldest":3}}';
    const { sink } = await openStream(Buffer.concat([text(gap), text(eventOf(3).text), text(eventOf(4).text)]));
    await eventually(() => expect(sink.seqs).toEqual([3, 4]));
    expect(sink.gaps).toEqual([{ after: 1, oldest: 3 }]);
    expect(Math.min(...sink.receivedNs)).toBeGreaterThan(beforeNs);
  });

  test('takes the same text for an event when a gap is only quoted in it', async () => {
    const { sink, write } = await openStream();
    write(text('{"gap":{"after":1,"oldest":3}} '));
    await eventually(() => expect(sink.texts).toEqual(['{"gap":{"after":1,"oldest":3}} ']));
  });

  test('reads a frame in many pieces, and many frames in one', async () => {
    const { sink, write } = await openStream();
    const event = eventOf(1, { pad: 'é🚀'.repeat(40) });
    for (const byte of text(event.text)) {
      write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(sink.texts).toEqual([event.text]));
    write(Buffer.concat(range(2, 9).map((seq) => text(eventOf(seq).text))));
    await eventually(() => expect(sink.seqs).toEqual(range(1, 9)));
  });

  test('that is closed within an event hears no more of the same chunk', async () => {
    const { server, sink, client, write } = await openStream();
    let closed: Promise<void> | undefined;
    sink.onEvent = () => {
      closed ??= client.close();
    };
    write(Buffer.concat(range(1, 5).map((seq) => text(eventOf(seq).text))));
    await eventually(() => expect(closed).toBeDefined());
    server.sockets[0]?.end(close(1000));
    await closed;
    expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
  });

  test('that closes is gone, whether the server answers or not', async () => {
    const { client, meter, sink } = await openStream();
    await Promise.all([client.close(), client.close()]);
    expect(meter.openSockets.size).toBe(0);
    expect(sink.calls).toBe(0);
  });

  test.each([
    [1001, 'the server shuts down'],
    [1013, 'the client reads too slowly'],
    [1008, ''],
  ])('is told the code and the reason of the server: %d %s', async (code, reason) => {
    const { server, sink } = await openStream();
    server.sockets[0]?.end(close(code, reason));
    const message = reason || `closed with ${code}`;
    await eventually(() => expect(sink.closes).toEqual([{ kind: 'server', code, message }]));
  });

  test.each(['end', 'resetAndDestroy'] as const)('is told of a connection that was lost (%s)', async (go) => {
    const { server, sink, meter } = await openStream();
    server.sockets[0]?.[go]();
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error', code: 1006 }]));
    expect(meter.openSockets.size).toBe(0);
  });

  test('is told of a server that breaks the protocol', async () => {
    const { sink, write } = await openStream();
    write(Buffer.concat([text(eventOf(1).text), frame(3, 'what is this')]));
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error' }]));
    expect(sink.seqs).toEqual([1]);
  });

  test.each([
    ['the server answered 400', response(400, {}, '{"error":{}}')],
    ['the server answered 503', response(503)],
    ['the server answered 200', response(200, {}, 'hello')],
    [/./, 'HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n'],
    [/./, 'this is not HTTP\r\n\r\n'],
  ])('is refused: %s', async (reason, answer) => {
    const server = await openScript((socket) => void socket.write(answer));
    await expectRefused(begin(websocket, `ws://127.0.0.1:${server.port}/websocket`), reason);
  });

  test('is refused by a server that ends the connection without an answer', async () => {
    const server = await openScript((socket) => void socket.destroy());
    await expectRefused(begin(websocket, `ws://127.0.0.1:${server.port}/websocket`), /./);
  });
});

describe('a message', () => {
  test('comes back in its turn, whatever comes between', async () => {
    const { sink, client, write } = await openStream();
    const echoes = ['one', 'two'].map((message) => client.request?.(message));
    write(Buffer.concat([text('{"echo":"one"}'), text(eventOf(1).text), text('{"echo":"two"}')]));
    expect(await Promise.all(echoes)).toEqual(['one', 'two']);
    expect(sink.seqs).toEqual([1]);
  });

  test('is refused when the connection ends instead', async () => {
    const { server, client } = await openStream();
    const echo = client.request?.('hello');
    server.sockets[0]?.end(close(1009, 'too long'));
    await expect(echo).rejects.toThrow('too long');
  });
});

describe('a binary message', () => {
  const binary = (content: Buffer) => frame(2, content);

  test('is the event that was encoded in it', async () => {
    const { sink, write } = await openStream();
    const texts = [encodeEvent(1, 1, 0.5, 100).text, eventOf(2, { pad: '🚀' }).text];
    write(Buffer.concat([...texts, '{"gap":{"after":2,"oldest":9}}'].map((one) => binary(encodeBinary(one)))));
    await eventually(() => expect(sink.gaps).toHaveLength(1));
    expect(sink.texts).toEqual(texts);
  });

  test('that encodes nothing is left to the audit', async () => {
    const { sink, write } = await openStream();
    write(binary(Buffer.from([0xff, 1])));
    await eventually(() => expect(sink.texts).toHaveLength(1));
  });
});
