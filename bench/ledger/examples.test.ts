/** What each protocol adds to an event, byte by byte: the sums are written out. */

import { describe, expect, test } from 'vitest';
import { sumOf } from '../contract/ledger.ts';
import { writeFrame } from './test-frames.ts';
import { readAll } from './test-wire.ts';

const GET = 'GET /events HTTP/1.1\r\nHost: a\r\n\r\n';
const TEXT = 'x'.repeat(100);

describe('WebSocket', () => {
  const UPGRADE = 'GET /websocket HTTP/1.1\r\nUpgrade: websocket\r\n\r\n';
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
  const afterUpgrade = (up: readonly Buffer[], down: readonly Buffer[]) => {
    const count = readAll('http', [UPGRADE, ...up], [SWITCH, ...down]);
    expect(count.problems).toEqual([]);
    expect(count.up.handshake).toBe(UPGRADE.length);
    expect(count.down.handshake).toBe(SWITCH.length);
    return count;
  };

  test.each([
    [1, 2], // FIN and opcode + a length of 7 bits
    [125, 2],
    [126, 4], // 2 + 16 bits
    [65_535, 4],
    [65_536, 10], // 2 + 64 bits
  ])('an event of %i bytes has %i bytes of framing, and 4 more upwards for the mask', (payloadBytes, framingBytes) => {
    const payload = Buffer.alloc(payloadBytes, 'x');
    const pushed = afterUpgrade([], writeFrame({ opcode: 1 }, payload));
    expect(pushed.down).toMatchObject({ payload: payloadBytes, framing: framingBytes, control: 0 });
    expect(pushed).toMatchObject({ events: 1, messagesUp: 0 });

    const said = afterUpgrade(writeFrame({ opcode: 1, mask: 0x12345678 }, payload), []);
    expect(said.up).toMatchObject({ payload: payloadBytes, framing: framingBytes + 4, control: 0 });
    expect(said).toMatchObject({ events: 0, messagesUp: 1 });
  });

  test('a binary message is an event as a text is', () => {
    const count = afterUpgrade(
      writeFrame({ opcode: 2, mask: 1 }, Buffer.from([0, 1, 2])),
      writeFrame({ opcode: 2 }, Buffer.from([0, 0xff])),
    );
    expect(count).toMatchObject({ events: 1, messagesUp: 1, up: { payload: 3 }, down: { payload: 2, framing: 2 } });
  });

  test('ping, pong and close are control as a whole', () => {
    const goingAway = Buffer.from([0x03, 0xe9]);
    const count = afterUpgrade(
      [...writeFrame({ opcode: 10, mask: 1 }, Buffer.alloc(0)), ...writeFrame({ opcode: 8, mask: 1 }, goingAway)],
      [...writeFrame({ opcode: 9 }, Buffer.alloc(0)), ...writeFrame({ opcode: 8 }, goingAway)],
    );
    // pong 2 + 4, close 2 + 4 + 2; ping 2, close 2 + 2
    expect(count.up.control).toBe(6 + 8);
    expect(count.down.control).toBe(2 + 4);
    expect(count.events).toBe(0);
  });

  test('an upgrade that is refused stays HTTP, and an exchange without an event', () => {
    const refusal = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}';
    const count = readAll('http', [UPGRADE], [refusal]);
    expect(count.down).toMatchObject({ responseHead: refusal.length - 2, control: 2, handshake: 0 });
    expect(count.up).toMatchObject({ requestHead: UPGRADE.length, handshake: 0 });
    expect(count.emptyCycles).toEqual({ count: 1, upBytes: UPGRADE.length, downBytes: refusal.length });
  });
});

describe('Server-Sent Events', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

  test('an event of 100 bytes is 118 on the wire', () => {
    const lines = `id:1\ndata:${TEXT}\n\n`;
    // id:1⏎ 5 + data: 5 + 100 + ⏎ 1 + ⏎ 1 = 112, in hexadecimal 70; 70␍⏎ 4 + 112 + ␍⏎ 2 = 118
    const { down, up, events } = readAll('http', [GET], [HEAD, `70\r\n${lines}\r\n`]);
    expect(down).toMatchObject({ payload: 100, framing: 5 + 5 + 1 + 1, chunking: 4 + 2, handshake: HEAD.length });
    expect(sumOf(down) - HEAD.length).toBe(118);
    expect(up).toMatchObject({ handshake: GET.length, requestHead: 0 });
    expect(events).toBe(1);
  });

  test('comments and retry are control, in the chunks of any other content', () => {
    // retry:3000⏎⏎ 12 = c; c␍⏎ 3 + 2. :⏎⏎ 3; 3␍⏎ 3 + 2
    const { down, events } = readAll('http', [GET], [HEAD, 'c\r\nretry:3000\n\n\r\n', '3\r\n:\n\n\r\n']);
    expect(down).toMatchObject({ payload: 0, framing: 0, control: 12 + 3, chunking: 5 + 5 });
    expect(events).toBe(0);
  });

  test.each([
    // a⏎ + bc: the first line end joins the two and is payload
    ['data:a\ndata:bc\n\n', { payload: 1 + 1 + 2, framing: 5 + 5 + 1 + 1, control: 0 }],
    ['data\ndata\n\n', { payload: 1, framing: 4 + 4 + 1 + 1, control: 0 }],
    ['data:  a\n\n', { payload: 2, framing: 5 + 1 + 1 + 1, control: 0 }],
    ['data:a\n:c\ndata:b\n\n', { payload: 1 + 1 + 1, framing: 5 + 5 + 1 + 1, control: 3 }],
    ['data:\ufeff\ndata:a\n\ufeffdata:b\n\n', { payload: 3 + 1 + 1, framing: 5 + 5 + 1 + 1, control: 10 }],
    ['id:7\n\ndata:a\n\n', { payload: 1, framing: 5 + 5 + 1 + 1, control: 1 }],
    ['data:a\n\nid:8\ndata:b\n', { payload: 1, framing: 5 + 1 + 1, control: 5 + 5 + 1 + 1 }],
  ])('%j is read as WHATWG HTML 9.2.6 says', (body, layers) => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
    expect(readAll('http', [GET], [head, body]).down).toMatchObject(layers);
  });

  test('as many chunks as there are bytes are read, and each is 5 bytes of chunking', () => {
    const body = '1\r\n\n\r\n'.repeat(20_000);
    expect(readAll('http', [GET], [HEAD, body])).toMatchObject({
      problems: [],
      down: { chunking: 100_000, control: 20_000 },
    });
  });
});

describe('newline-delimited JSON', () => {
  test('adds one byte to an event', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 202\r\n\r\n';
    const { down, up, events, cycles, emptyCycles } = readAll('http', [GET], [head, `${TEXT}\n${TEXT}\n`]);
    expect(down).toMatchObject({ payload: 200, framing: 2, chunking: 0, responseHead: head.length });
    expect(up).toMatchObject({ requestHead: GET.length });
    expect(events).toBe(2);
    expect(cycles).toEqual({ count: 1, upBytes: GET.length, downBytes: head.length + 202 });
    expect(emptyCycles.count).toBe(0);
  });

  test('in chunks is a stream: its heads are the handshake, and its empty lines are control', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { down, up, events, cycles } = readAll('http', [GET], [head, `65\r\n${TEXT}\n\r\n`, '1\r\n\n\r\n']);
    expect(up).toMatchObject({ handshake: GET.length, requestHead: 0 });
    // 2 digits and CRLF, and CRLF after the content; then one digit
    const layers = { payload: 100, framing: 1, control: 1, chunking: 6 + 5 };
    expect(down).toMatchObject({ ...layers, handshake: head.length, responseHead: 0 });
    expect(events).toBe(1);
    expect(cycles.count).toBe(0);
  });

  test('a poll without an event is an empty cycle, as is one that is told of a gap', () => {
    const none = 'HTTP/1.1 204 No Content\r\nEvent-Cursor: 4\r\n\r\n';
    const gap = '{"gap":{"after":1,"oldest":3}}';
    const lost = `HTTP/1.1 410 Gone\r\nContent-Type: application/json\r\nContent-Length: ${gap.length}\r\n\r\n`;
    const count = readAll('http', [GET, GET], [none, lost, gap]);
    expect(count.down).toMatchObject({ responseHead: none.length + lost.length, control: gap.length, payload: 0 });
    const bytes = { upBytes: 2 * GET.length, downBytes: none.length + lost.length + gap.length };
    expect(count.emptyCycles).toEqual({ count: 2, ...bytes });
  });

  test('a poll under way is in the heads and in no cycle', () => {
    const count = readAll('http', [GET, 'GET /ev'], ['HTTP/1.1 204 No Content\r\n\r\n']);
    expect(count.up.requestHead).toBe(GET.length + 7);
    expect(count.cycles).toMatchObject({ count: 1, upBytes: GET.length });
  });
});

describe('HTTP/1.1 exchanges', () => {
  const post = (body: string) => `POST /up HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const json = (body: string, status = '200 OK') =>
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  test('a message up and the echo that answers it are payload, each is a message, and the exchange is not empty', () => {
    const count = readAll('http', [post(TEXT), post(TEXT)], [json(TEXT), json(TEXT)]);
    expect(count.up).toMatchObject({ payload: 200, requestHead: 2 * post(TEXT).length - 200, control: 0 });
    expect(count.down).toMatchObject({ payload: 200, responseHead: 2 * json(TEXT).length - 200, control: 0 });
    expect(count).toMatchObject({ messagesUp: 2, events: 2, cycles: { count: 2 }, emptyCycles: { count: 0 } });
  });

  test('an answer to no message is control, and so is a refusal of one', () => {
    const refusal = json('{"error":{}}', '400 Bad Request');
    const count = readAll('http', [GET, post(TEXT)], [json(TEXT), refusal]);
    expect(count.down).toMatchObject({ payload: 0, control: 100 + 12 });
    expect(count).toMatchObject({ messagesUp: 1, events: 0, cycles: { count: 2 }, emptyCycles: { count: 1 } });
  });

  test('a poll on a connection of its own is a cycle like any other', () => {
    const request = 'GET /polling HTTP/1.1\r\nConnection: close\r\n\r\n';
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n';
    const withoutLength = readAll('http', [request], [head, `${TEXT}\n`]);
    const bytes = { count: 1, upBytes: request.length, downBytes: head.length + 101 };
    expect(withoutLength).toMatchObject({ events: 1, cycles: bytes, emptyCycles: { count: 0 }, problems: [] });
  });

  test('a 304 has no body, whatever length it tells, and is an empty cycle', () => {
    const notModified = 'HTTP/1.1 304 Not Modified\r\nETag: W/"4"\r\nContent-Length: 202\r\n\r\n';
    const count = readAll('http', [GET, GET], [notModified, notModified]);
    expect(count.down).toMatchObject({ responseHead: 2 * notModified.length, payload: 0, control: 0 });
    expect(count.emptyCycles).toEqual({ count: 2, upBytes: 2 * GET.length, downBytes: 2 * notModified.length });
    expect(count.problems).toEqual([]);
  });
});

describe('the TCP control', () => {
  test('adds one byte to an event, and a line in each direction to the connection', () => {
    const count = readAll('lines', ['since=4&ack=1\n'], ['\n', `${TEXT}\n`]);
    expect(count.up).toMatchObject({ handshake: 14, payload: 0, framing: 0 });
    expect(count.down).toMatchObject({ handshake: 1, payload: 100, framing: 1 });
    expect(count).toMatchObject({ events: 1, messagesUp: 0 });
  });

  test('a later empty line is no event', () => {
    const count = readAll('lines', ['\n'], ['\n', `${TEXT}\n\n`]);
    expect(count.down).toMatchObject({ handshake: 1, payload: 100, framing: 1, control: 1 });
    expect(count.events).toBe(1);
  });
});
