import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { constants, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeEvent } from '../../bench/contract/event.ts';
import { decodeBinary } from '../../bench/contract/event-binary.ts';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { ask, getRequest, openServer, RawClient, type TestServer } from '../tests/support.ts';
import { websocket } from './websocket.ts';

// A client of RFC 6455 that shares nothing with the library under test.

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly reserved: number;
  readonly masked: boolean;
  /** Bytes before the payload. */
  readonly headBytes: number;
  readonly payload: Buffer;
}

function readFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [first = 0, second = 0] = bytes.subarray(at, at + 2);
    const short = second & 0x7f;
    const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (at + headBytes > bytes.length) break;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const end = at + headBytes + length;
    if (end > bytes.length) break;
    frames.push({
      opcode: first & 0x0f,
      fin: (first & 0x80) !== 0,
      reserved: first & 0x70,
      masked: (second & 0x80) !== 0,
      headBytes,
      payload: bytes.subarray(at + headBytes, end),
    });
    at = end;
  }
  return frames;
}

function frame(opcode: number, payload: Buffer | string = '', { masked = true } = {}): Buffer {
  const data = Buffer.from(payload);
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  const length = Buffer.alloc(data.length > 65_535 ? 9 : data.length > 125 ? 3 : 1);
  const flag = masked ? 0x80 : 0;
  if (length.length === 9) length.writeBigUInt64BE(BigInt(data.length), 1);
  if (length.length === 3) length.writeUInt16BE(data.length, 1);
  length[0] = flag | (length.length === 9 ? 127 : length.length === 3 ? 126 : data.length);
  for (let at = 0; masked && at < data.length; at++) data[at] = (data[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, mask, data]);
}

const closeFrame = (code: number) => frame(OPCODE.close, Buffer.from([code >> 8, code & 0xff]));

function upgradeRequest(target: string, headers: Readonly<Record<string, string>> = {}): string {
  return getRequest(target, {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  });
}

class RawWebSocket {
  readonly raw: RawClient;

  private constructor(raw: RawClient) {
    this.raw = raw;
  }

  /** Resolves with the answer to the upgrade, whatever it is. */
  static async open(port: number, target = '/websocket', headers: Readonly<Record<string, string>> = {}) {
    const raw = await RawClient.connect(port, true);
    raw.send(upgradeRequest(target, headers));
    await raw.sees('\r\n\r\n');
    return new RawWebSocket(raw);
  }

  get head(): string {
    return this.raw.received.toString('latin1', 0, this.#headEnd);
  }

  get body(): string {
    return this.raw.received.toString('utf8', this.#headEnd);
  }

  get frames(): Frame[] {
    return readFrames(this.raw.received.subarray(this.#headEnd));
  }

  get texts(): string[] {
    return this.frames.filter(({ opcode }) => opcode === OPCODE.text).map(({ payload }) => payload.toString());
  }

  get #headEnd(): number {
    return this.raw.received.indexOf('\r\n\r\n') + 4;
  }

  send(opcode: number, payload?: Buffer | string, options?: { masked: boolean }): void {
    this.raw.send(frame(opcode, payload, options));
  }

  /** Resolves when the server's close frame came, with its code. */
  async closeCode(): Promise<number | undefined> {
    const find = () => this.frames.find(({ opcode }) => opcode === OPCODE.close);
    await eventually(() => expect(find()).toBeDefined());
    return find()?.payload.readUInt16BE(0);
  }
}

async function join(server: TestServer, query = ''): Promise<RawWebSocket> {
  const before = server.clientCount;
  const client = await RawWebSocket.open(server.port, `/websocket${query}`);
  await eventually(() => expect(server.clientCount).toBe(before + 1));
  return client;
}

/** A client that joined before what the test did still gets events, and nothing else. */
async function witnessed(server: TestServer, act: () => Promise<void>): Promise<void> {
  const bystander = await join(server);
  const before = server.feed.lastSeq;
  await act();
  server.feed.publish(eventOf(server.feed.lastSeq + 1));
  const expected = range(before + 1, server.feed.lastSeq).map((seq) => eventOf(seq).text);
  await eventually(() => expect(bystander.texts).toEqual(expected));
  expect(bystander.frames.every(({ opcode }) => opcode === OPCODE.text)).toBe(true);
  expect(bystander.raw.ended).toBe(false);
}

describe('the handshake', () => {
  test('is a 101 that proves it read the key', async () => {
    const { port } = await openServer(websocket);
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    const { head } = await RawWebSocket.open(port, '/websocket', { 'Sec-WebSocket-Key': key });
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(head).toMatch(/\r\nUpgrade: websocket\r\n/i);
    expect(head).toMatch(/\r\nConnection: Upgrade\r\n/i);
    // The example of RFC 6455, section 1.3.
    expect(head).toContain('\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n');
    const another = randomBytes(16).toString('base64');
    const accept = createHash('sha1').update(`${another}${GUID}`).digest('base64');
    const second = await RawWebSocket.open(port, '/websocket', { 'Sec-WebSocket-Key': another });
    expect(second.head).toContain(`\r\nSec-WebSocket-Accept: ${accept}\r\n`);
  });

  test.each([
    ['pushlab.v1', 'pushlab.v1'],
    ['chat, pushlab.v1', 'pushlab.v1'],
    ['chat', undefined],
    [undefined, undefined],
  ])('names the subprotocol when it was offered, and only then: %s → %s', async (offered, taken) => {
    const { port } = await openServer(websocket);
    const headers = offered === undefined ? {} : { 'Sec-WebSocket-Protocol': offered };
    const { head } = await RawWebSocket.open(port, '/websocket', headers);
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(/\r\nSec-WebSocket-Protocol: ([^\r]*)/i.exec(head)?.[1]).toBe(taken);
  });

  test('takes no compression that is offered', async () => {
    const { port } = await openServer(websocket);
    const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
    const { head } = await RawWebSocket.open(port, '/websocket', headers);
    expect(head).not.toMatch(/Sec-WebSocket-Extensions/i);
  });

  test.each([
    ['?since=abc', 'since', 'abc'],
    ['?since=-1', 'since', '-1'],
    ['?since=1&since=2', 'since', '2'],
    ['?hold=1', 'hold', '1'],
  ])('is refused with a 400 before the upgrade on %s, and the socket is gone', async (query, parameter, value) => {
    const server = await openServer(websocket);
    const refused = await RawWebSocket.open(server.port, `/websocket${query}`);
    expect(refused.head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    await eventually(() => expect(refused.body).toMatch(/\}\}$/));
    expect(JSON.parse(refused.body)).toEqual({ error: { parameter, value, allowed: expect.any(String) } });
    // Even though this client keeps its side open.
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test.each(['/nowhere', '/', '/websocket/x', '/sse'])('is refused with a 404 on %s', async (path) => {
    const server = await openServer(websocket);
    const refused = await RawWebSocket.open(server.port, path);
    expect(refused.head).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    await eventually(() => expect(refused.body).toMatch(/\}\}$/));
    expect(JSON.parse(refused.body)).toMatchObject({ error: { path } });
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test.each([
    ['without a key', { 'Sec-WebSocket-Key': '' }],
    ['with a key of the wrong length', { 'Sec-WebSocket-Key': 'YQ==' }],
    ['of an unknown version', { 'Sec-WebSocket-Version': '99' }],
    ['with a subprotocol that is no token', { 'Sec-WebSocket-Protocol': 'a b' }],
  ])('is refused with a 400 %s', async (_name, headers) => {
    const server = await openServer(websocket);
    await witnessed(server, async () => {
      const { head, raw } = await RawWebSocket.open(server.port, '/websocket', headers);
      expect(head).toMatch(/^HTTP\/1\.1 400 /);
      await raw.seesEnd();
      await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
    });
  });

  test('is a 400 to a plain GET, as on HTTP/2, which keeps what the client says of its connection', async () => {
    const { port } = await openServer(websocket);
    const { status, headers, body } = await ask(port, '/websocket');
    expect(status).toBe(400);
    expect(headers).toMatchObject({ connection: 'close' });
    expect(JSON.parse(body)).toEqual({ error: { header: 'Upgrade', allowed: 'websocket' } });
  });

  test('of a foreign origin is refused with a 403, of an allowed one it is not', async () => {
    const server = await openServer(websocket, {}, { host: { allowedOrigins: ['https://app.example'] } });
    for (const origin of ['https://app.example', `http://localhost:${server.port}`]) {
      const allowed = await RawWebSocket.open(server.port, '/websocket', { Origin: origin });
      await eventually(() => expect(server.clientCount).toBeGreaterThan(0));
      server.feed.publish(eventOf(server.feed.lastSeq + 1));
      await eventually(() => expect(allowed.texts).toHaveLength(1));
    }
    const joined = server.clientCount;
    for (const origin of ['https://evil.example', 'null']) {
      const refused = await RawWebSocket.open(server.port, '/websocket?since=0', { Origin: origin });
      expect(refused.head).toMatch(/^HTTP\/1\.1 403 /);
      await refused.raw.seesEnd();
      expect(JSON.parse(refused.body)).toMatchObject({ error: { header: 'Origin', value: origin } });
      expect(server.clientCount).toBe(joined);
    }
  });

  test('under a host that the server does not go by is refused with a 421', async () => {
    const server = await openServer(websocket);
    const { head, raw } = await RawWebSocket.open(server.port, '/websocket', { Host: 'evil.example' });
    expect(head).toMatch(/^HTTP\/1\.1 421 /);
    await raw.seesEnd();
  });

  test.each(['h2c', 'TLS/1.0', 'h2c, other'])('is not made by an offer of %s, which is ignored', async (offer) => {
    const { port } = await openServer(websocket);
    const client = await RawClient.connect(port);
    const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: offer, 'HTTP2-Settings': 'AAMAAABk' };
    client.send(getRequest('/healthz', headers));
    await client.sees('{"lastSeq":0}');
    client.send(getRequest('/healthz'));
    await eventually(() => expect(client.text.match(/HTTP\/1\.1 200 /g)).toHaveLength(2));
    client.send(getRequest('/healthz', headers) + getRequest('/nowhere'));
    await client.sees('HTTP/1.1 404 ');
  });

  test('behind answers that are under way is refused, and after them', async () => {
    const server = await openServer(websocket);
    const http = await server.host.http('http');
    const parked: ServerResponse[] = [];
    http.app.get('/parked', (_request, response) => void parked.push(response));
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/parked') + getRequest('/healthz') + upgradeRequest('/websocket'));
    await eventually(() => expect(parked).toHaveLength(1));
    expect(client.text).toBe('');
    parked[0]?.end('the first');
    await client.seesEnd();
    expect(client.text).toMatch(/^HTTP\/1\.1 200 .*the first.*HTTP\/1\.1 200 .*lastSeq.*HTTP\/1\.1 400 /s);
    expect(client.text).not.toContain(' 101 ');
    expect(server.clientCount).toBe(0);
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test('behind a stream that never ends is never made, and the stream goes on', async () => {
    const server = await openServer(websocket);
    const http = await server.host.http('http');
    http.app.get('/endless', (_request, response) => void response.write('and on'));
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/endless') + upgradeRequest('/websocket'));
    await client.sees('and on');
    await expect(ask(server.port, '/healthz')).resolves.toMatchObject({ status: 200 });
    expect(client.text).not.toContain(' 101 ');
    client.socket.resetAndDestroy();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });
});

describe('an event', () => {
  test.each([
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ])('of %d bytes is one unmasked text frame with the shortest length: %d bytes of head', async (size, headBytes) => {
    const server = await openServer(websocket);
    const client = await join(server);
    const bare = eventOf(1, { pad: '' }).bytes.length;
    const event = eventOf(1, { pad: 'x'.repeat(size - bare) });
    expect(event.bytes).toHaveLength(size);
    server.feed.publish(event);
    await eventually(() => expect(client.frames).toHaveLength(1));
    const [first] = client.frames;
    expect(first).toMatchObject({ opcode: OPCODE.text, fin: true, reserved: 0, masked: false, headBytes });
    expect(first?.payload.toString()).toBe(event.text);
  });

  test('after ?since= comes first, and a gap is a message of its own', async () => {
    const server = await openServer(websocket, {}, { ring: { events: 2, bytes: 1e6 } });
    for (const seq of range(1, 5)) server.feed.publish(eventOf(seq));
    const resumed = await join(server, '?since=4');
    const late = await join(server, '?since=1');
    server.feed.publish(eventOf(6));
    await eventually(() => expect(resumed.texts).toEqual([eventOf(5).text, eventOf(6).text]));
    await eventually(() =>
      expect(late.texts).toEqual(['{"gap":{"after":1,"oldest":4}}', ...range(4, 6).map((seq) => eventOf(seq).text)]),
    );
  });
});

describe('a text message', () => {
  test('comes back as JSON in one text message, and events go on', async () => {
    const server = await openServer(websocket);
    const client = await join(server);
    client.send(OPCODE.text, 'one\n"two" 🚀');
    await eventually(() => expect(client.texts).toEqual(['{"echo":"one\\n\\"two\\" 🚀"}']));
    server.feed.publish(eventOf(1));
    await eventually(() => expect(client.texts.at(-1)).toBe(eventOf(1).text));
  });

  test('after another, from a client that does not read, ends with that client cut off', async () => {
    const server = await openServer(websocket, { maxBacklogBytes: 100_000 });
    const client = await join(server);
    client.raw.socket.pause();
    const flood = setInterval(() => client.send(OPCODE.text, 'x'.repeat(60_000)), 0);
    await eventually(() => expect(server.cutOffCount).toBe(1)).finally(() => clearInterval(flood));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
    expect(server.cutOffCount).toBe(1);
  });
});

describe('compression', () => {
  const OFFER = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
  /** RFC 7692, section 7.2.2: what the sender cut off is put back. */
  const inflate = (payloads: readonly Buffer[]) =>
    inflateRawSync(Buffer.concat(payloads.flatMap((one) => [one, Buffer.from([0, 0, 0xff, 0xff])])), {
      finishFlush: constants.Z_SYNC_FLUSH,
    }).toString();
  const open = async (compression: 'deflate' | 'deflate-fresh', headers: Record<string, string>) => {
    const server = await openServer(websocket, { compression });
    const client = await RawWebSocket.open(server.port, '/websocket', headers);
    await eventually(() => expect(server.clientCount).toBe(1));
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    await eventually(() => expect(client.frames).toHaveLength(3));
    return client;
  };
  const texts = range(1, 3).map((seq) => eventOf(seq).text);

  test.each([
    ['deflate', undefined],
    ['deflate-fresh', 'server_no_context_takeover; client_no_context_takeover'],
  ] as const)(
    'is of every message, however short, where the client offers it (%s)',
    async (compression, parameters) => {
      const { head, frames } = await open(compression, OFFER);
      const agreed = /\r\nSec-WebSocket-Extensions: permessage-deflate(?:; ([^\r]*))?\r/i.exec(head);
      expect(agreed?.[1]).toBe(parameters);
      for (const one of frames) expect(one).toMatchObject({ opcode: OPCODE.text, fin: true, reserved: 0x40 });
      const payloads = frames.map(({ payload }) => payload);
      expect(inflate(payloads)).toBe(texts.join(''));
      // Only without context can a message be read by itself, and only with context does it refer to those before.
      const [first, , last] = payloads.map(({ length }) => length);
      if (parameters) expect(payloads.map((one) => inflate([one]))).toEqual(texts);
      else expect(last).toBeLessThan(first ?? 0);
    },
  );

  test('is not used with a client that does not offer it', async () => {
    const { head, frames } = await open('deflate', {});
    expect(head).not.toMatch(/Sec-WebSocket-Extensions/i);
    expect(frames.map(({ payload }) => payload.toString())).toEqual(texts);
  });
});

describe('in binary', () => {
  test('events, gaps and echoes are binary messages that say the same', async () => {
    const server = await openServer(websocket, { encoding: 'binary' }, { ring: { events: 2, bytes: 1e6 } });
    for (const seq of range(1, 4)) server.feed.publish(encodeEvent(seq, seq, 0.5, 100));
    const client = await join(server, '?since=1');
    server.feed.publish(encodeEvent(5, 5, 0.5, 100));
    client.send(OPCODE.text, 'hello');
    await eventually(() => expect(client.frames).toHaveLength(5));
    for (const one of client.frames) expect(one).toMatchObject({ opcode: OPCODE.binary, fin: true, reserved: 0 });
    expect(client.frames.map(({ payload }) => decodeBinary(payload))).toEqual([
      '{"gap":{"after":1,"oldest":3}}',
      ...range(3, 5).map((seq) => encodeEvent(seq, seq, 0.5, 100).text),
      '{"echo":"hello"}',
    ]);
    expect(client.frames[1]?.payload.length).toBeLessThan(70);
  });
});

describe('a ping', () => {
  test('is answered with its own bytes', async () => {
    const server = await openServer(websocket);
    const client = await join(server);
    client.send(OPCODE.ping, 'are you there');
    await eventually(() => expect(client.frames).toHaveLength(1));
    expect(client.frames[0]).toMatchObject({ opcode: OPCODE.pong, masked: false });
    expect(client.frames[0]?.payload.toString()).toBe('are you there');
  });

  test('comes every pingMs, and a client that answers stays', async () => {
    const server = await openServer(websocket, { pingMs: 200 });
    const client = await join(server);
    for (const count of range(1, 2)) {
      await eventually(() => expect(client.frames.filter(({ opcode }) => opcode === OPCODE.ping)).toHaveLength(count));
      client.send(OPCODE.pong, client.frames.at(-1)?.payload);
    }
    expect(client.frames.every(({ opcode, payload }) => opcode === OPCODE.ping && payload.length <= 125)).toBe(true);
    expect(server.clientCount).toBe(1);
  });

  test('that gets no pong ends the connection', async () => {
    const server = await openServer(websocket, { pingMs: 20 });
    const client = await join(server);
    await client.raw.seesEnd();
    await eventually(() => expect(server.clientCount).toBe(0));
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([OPCODE.ping]);
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });
});

describe('a connection ends', () => {
  test('with 1001 when the server closes', async () => {
    const server = await openServer(websocket);
    const client = await join(server);
    server.feed.publish(eventOf(1));
    const closed = server.close();
    expect(await client.closeCode()).toBe(1001);
    expect(client.texts).toEqual([eventOf(1).text]);
    client.raw.send(closeFrame(1001));
    client.raw.socket.end();
    await closed;
    expect(server.clientCount).toBe(0);
    expect(server.feed.subscriberCount).toBe(0);
  });

  test('when the server closes, whether the client answers or not', async () => {
    const server = await openServer(websocket);
    const client = await join(server);
    await server.close();
    expect(await client.closeCode()).toBe(1001);
    await client.raw.seesEnd();
    expect(server.host.meter.openSockets.size).toBe(0);
  });

  test("with the client's code when it says goodbye", async () => {
    const server = await openServer(websocket);
    const client = await join(server);
    client.raw.send(closeFrame(1000));
    expect(await client.closeCode()).toBe(1000);
    await client.raw.seesEnd();
    client.raw.socket.end();
    await eventually(() => expect(server.clientCount).toBe(0));
  });

  test('and what is published afterwards does not make the leaving client a slow one', async () => {
    const server = await openServer(websocket, { maxBacklogBytes: 1_000 });
    await witnessed(server, async () => {
      // It says goodbye and keeps its side open: until it is gone, it is still among the clients.
      const client = await join(server);
      client.raw.send(closeFrame(1000));
      expect(await client.closeCode()).toBe(1000);
      for (const seq of range(1, 100)) server.feed.publish(eventOf(seq));
      client.raw.socket.destroy();
      await eventually(() => expect(server.clientCount).toBe(1));
    });
    expect(server.cutOffCount).toBe(0);
  });

  test.each<[number, string, Buffer]>([
    [1009, 'too long a message', frame(OPCODE.text, 'x'.repeat(101))],
    [1002, 'an unmasked frame', frame(OPCODE.text, 'hello', { masked: false })],
    [1002, 'a reserved opcode', frame(3, 'hello')],
    [1002, 'reserved bits', Buffer.concat([Buffer.from([0xf1]), frame(OPCODE.text, 'hello').subarray(1)])],
    [1002, 'a ping of more than 125 bytes', frame(OPCODE.ping, 'x'.repeat(126))],
    [1002, 'a continuation of nothing', frame(OPCODE.continuation, 'hello')],
    [1002, 'a close code that may not be sent', closeFrame(1005)],
    [1003, 'a binary message', frame(OPCODE.binary, 'hello')],
    [1007, 'text that is not UTF-8', frame(OPCODE.text, Buffer.from([0xc3, 0x28]))],
  ])('with %d on %s, and others notice nothing', async (code, _name, bytes) => {
    const server = await openServer(websocket, { maxMessageBytes: 100 });
    await witnessed(server, async () => {
      const client = await join(server);
      client.raw.send(bytes);
      expect(await client.closeCode()).toBe(code);
      client.raw.socket.end();
      await eventually(() => expect(server.clientCount).toBe(1));
    });
  });

  test('not by a message of the longest length', async () => {
    const server = await openServer(websocket, { maxMessageBytes: 100 });
    const client = await join(server);
    client.send(OPCODE.text, 'x'.repeat(100));
    client.send(OPCODE.ping, 'still there');
    const answers = [OPCODE.text, OPCODE.pong];
    await eventually(() => expect(client.frames.map((one) => one.opcode)).toEqual(answers));
  });

  test('with 1013 when the client is too slow, and it reads that when it reads again', async () => {
    const pad = 'x'.repeat(60_000);
    const server = await openServer(websocket);
    const slow = await join(server);
    const other = await join(server);
    slow.raw.socket.pause();
    let seq = 0;
    while (server.cutOffCount === 0 && seq < 1_000) {
      server.feed.publish(eventOf(++seq, { pad }));
      if (seq % 4 === 0) await eventually(() => expect(other.raw.received.length).toBeGreaterThan(seq * pad.length));
    }
    expect(server).toMatchObject({ cutOffCount: 1, clientCount: 1 });
    slow.raw.socket.resume();
    expect(await slow.closeCode()).toBe(1013);
    expect(slow.texts).toEqual(range(1, slow.texts.length).map((n) => eventOf(n, { pad }).text));
    slow.raw.send(closeFrame(1013));
    await slow.raw.seesEnd();
    await eventually(() => expect(other.texts).toHaveLength(seq));
  });

  test('without a word when a client that is too slow never reads again', async () => {
    const server = await openServer(websocket, { maxBacklogBytes: 10_000 });
    const slow = await join(server);
    slow.raw.socket.pause();
    const pad = 'x'.repeat(60_000);
    while (server.cutOffCount === 0 && server.feed.lastSeq < 1_000) {
      server.feed.publish(eventOf(server.feed.lastSeq + 1, { pad }));
    }
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });
});

describe('a client that vanishes', () => {
  test.each(['destroy', 'resetAndDestroy'] as const)('in the middle of the stream is forgotten (%s)', async (go) => {
    const server = await openServer(websocket);
    await witnessed(server, async () => {
      const gone = await join(server);
      server.feed.publish(eventOf(1));
      gone.raw.socket[go]();
      server.feed.publish(eventOf(2));
      await eventually(() => expect(server.clientCount).toBe(1));
    });
  });

  test.each([
    ['/websocket', 'destroy'],
    ['/websocket', 'resetAndDestroy'],
    ['/websocket?since=x', 'resetAndDestroy'],
    ['/nowhere', 'resetAndDestroy'],
  ] as const)('in the middle of the handshake on %s harms nobody (%s)', async (target, go) => {
    const server = await openServer(websocket);
    await witnessed(server, async () => {
      for (const length of [40, undefined]) {
        const client = await RawClient.connect(server.port);
        client.send(upgradeRequest(target).slice(0, length));
        await new Promise((resolve) => setImmediate(resolve));
        client.socket[go]();
      }
      await eventually(() => expect(server.host.meter.read().connections).toBe(3));
      await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
      expect(server.clientCount).toBe(1);
    });
  });
});
