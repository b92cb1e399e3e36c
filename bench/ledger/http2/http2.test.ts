/** What HTTP/2 adds to an event, byte by byte, and what of it is told instead of read. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionLedger } from '../connection.ts';
import { writeGzip } from '../test-gzip.ts';
import {
  expectAccounted,
  expectChangedAccounted,
  expectUnread,
  type Piece,
  piecesOf,
  readAll,
  Script,
} from '../test-wire.ts';
import { http2Connections, PREFACE, sayHttp2, writeFrame, writeSettings } from './test-http2.ts';

const SETTINGS = writeSettings([[3, 100]]);
const ACK = writeFrame(4, 1, 0);
const OPEN_UP = Buffer.concat([Buffer.from(PREFACE), SETTINGS, ACK]);
const OPEN_DOWN = Buffer.concat([SETTINGS, ACK]);
const END_STREAM = 1;
const END_HEADERS = 4;
const TEXT = 'x'.repeat(100);

/** Indices of the static table: `:method: GET`, `:path: /`. */
const GET_BLOCK = Buffer.from([0x82, 0x84]);
const POST_BLOCK = Buffer.from([0x83, 0x84]);
/** `:status: 200`, and `content-type` (31 = 15 + 16) literally. */
const okBlock = (type: string) => Buffer.concat([Buffer.from([0x88, 0x0f, 16, type.length]), Buffer.from(type)]);
const NO_CONTENT_BLOCK = Buffer.from([0x89]);

const get = (stream: number) => writeFrame(1, END_HEADERS | END_STREAM, stream, GET_BLOCK);
const post = (stream: number) => writeFrame(1, END_HEADERS, stream, POST_BLOCK);
const ok = (stream: number, type: string) => writeFrame(1, END_HEADERS, stream, okBlock(type));
const noContent = (stream: number) => writeFrame(1, END_HEADERS | END_STREAM, stream, NO_CONTENT_BLOCK);
const data = (stream: number, content: string | Buffer, isEnd = false) =>
  writeFrame(0, isEnd ? END_STREAM : 0, stream, content);
const reset = (stream: number, code = 8) => writeFrame(3, 0, stream, Buffer.from([0, 0, 0, code]));

const STREAM = 'text/event-stream';
const LINES = 'application/x-ndjson';
/** `content-length: 9`: by it, lines are the answer to a poll and no stream. */
const LENGTH = Buffer.from([0x0f, 13, 1, 0x39]);
const lines = (stream: number) => writeFrame(1, END_HEADERS, stream, Buffer.concat([okBlock(LINES), LENGTH]));

/** What follows once both sides have opened the connection. */
function read(up: readonly Buffer[], down: readonly Buffer[], ledger?: ConnectionLedger) {
  return readAll('http2', [OPEN_UP, ...up], [OPEN_DOWN, ...down], ledger);
}

describe('HTTP/2', () => {
  test('is opened by the preface, the first SETTINGS of each side and their acknowledgement', () => {
    const { up, down, frames, problems } = read([SETTINGS], [ACK, SETTINGS]);
    // 24 + (9 + 6) + 9; what comes later is control
    expect(up).toMatchObject({ handshake: 48, control: 15 });
    expect(down).toMatchObject({ handshake: 24, control: 9 + 15 });
    expect(frames.up).toEqual({ SETTINGS: { count: 3, bytes: 15 + 9 + 15 } });
    expect(problems).toEqual([]);
  });

  test('adds 9 bytes to an event of an event stream, and its heads are the handshake', () => {
    const fields = `id:1\ndata:${TEXT}\n\n`;
    const { up, down, events, cycles } = read([get(1)], [ok(1, STREAM), data(1, fields), data(1, ':\n\n')]);
    expect(down).toMatchObject({ payload: 100, framing: 12, control: 3, chunking: 9 + 9, responseHead: 0 });
    // block: 1 + 2 + 1 + 17
    expect(down.handshake).toBe(OPEN_DOWN.length + 9 + 21);
    expect(up).toMatchObject({ handshake: OPEN_UP.length + 9 + 2, requestHead: 0 });
    expect(events).toBe(1);
    expect(cycles.count).toBe(0);
  });

  test('adds 10 bytes to an event of a stream of lines, whose heads are the handshake and empty lines control', () => {
    const answer = ok(1, LINES);
    const { up, down, events, cycles } = read([get(1)], [answer, data(1, `${TEXT}\n`), data(1, '\n')]);
    expect(down).toMatchObject({ payload: 100, framing: 1, control: 1, chunking: 9 + 9, responseHead: 0 });
    expect(down.handshake).toBe(OPEN_DOWN.length + answer.length);
    expect(up.requestHead).toBe(0);
    expect([events, cycles.count]).toEqual([1, 0]);
  });

  test('exchanges on one connection are cycles, and those without an event empty ones', () => {
    const { up, down, events, cycles, emptyCycles } = read(
      [get(1), get(3)],
      [lines(1), Buffer.concat([data(1, `${TEXT}\n`, true), noContent(3)])],
    );
    expect(up).toMatchObject({ requestHead: 11 + 11, control: 0 });
    expect(down).toMatchObject({ responseHead: 9 + 28 + 9 + 1, payload: 100, framing: 1, chunking: 9 });
    expect(events).toBe(1);
    expect(cycles).toEqual({ count: 2, upBytes: 22, downBytes: 37 + 110 + 10 });
    expect(emptyCycles).toEqual({ count: 1, upBytes: 11, downBytes: 10 });
  });

  test('events in frames of their own streams do not mix', () => {
    const { events, down } = read(
      [get(1), get(3)],
      [ok(1, STREAM), ok(3, STREAM), data(1, 'data:a'), data(3, 'data:bc\n'), data(1, '\n\n'), data(3, '\n')],
    );
    expect(events).toBe(2);
    expect(down).toMatchObject({ payload: 3, framing: 14, control: 0 });
  });

  test('a message up and the echo that answers it are payload', () => {
    const { up, down, messagesUp, events, emptyCycles } = read(
      [post(1), data(1, TEXT, true)],
      [Buffer.alloc(0), ok(1, 'application/json'), data(1, TEXT, true)],
    );
    expect(up).toMatchObject({ payload: 100, chunking: 9, requestHead: 11 });
    expect(down).toMatchObject({ payload: 100, chunking: 9, control: 0 });
    expect([messagesUp, events, emptyCycles.count]).toEqual([1, 1, 0]);
  });

  test('events of a gzip are counted', () => {
    const gzip = writeGzip(Buffer.from('data:a\n\ndata:b\n\n'), [8]);
    const block = Buffer.concat([okBlock(STREAM), Buffer.from([0x0f, 11, 4]), Buffer.from('gzip')]);
    const { events, down } = read([get(1)], [writeFrame(1, END_HEADERS, 1, block), data(1, gzip)]);
    expect(events).toBe(2);
    expect(down).toMatchObject({ payload: gzip.length, chunking: 9, framing: 0, control: 0 });
  });

  test('a stream that the client gives up ends there: what still comes on it is control', () => {
    const { down, up, events, cycles } = read(
      [get(1), Buffer.alloc(0), reset(1), get(3)],
      [ok(1, STREAM), data(1, 'data:a\n\ndata:b'), data(1, '\n\ndata:c\n\n'), noContent(3)],
    );
    expect(events).toBe(1);
    expect(down).toMatchObject({ payload: 1, framing: 7, control: 6 + 9 + 10, chunking: 9 });
    expect(up).toMatchObject({ control: 13, requestHead: 11 });
    expect(cycles.count).toBe(1);
  });

  test('a head on a stream that was given up is decoded, for later heads index its fields', () => {
    const indexed = Buffer.concat([Buffer.from([0x88, 0x5f, LINES.length]), Buffer.from(LINES)]);
    const late = writeFrame(1, END_HEADERS | END_STREAM, 1, indexed);
    const answer = Buffer.concat([Buffer.from([0x88, 0xbe]), LENGTH]);
    const { events, down, problems } = read(
      [get(1), Buffer.concat([reset(1), get(3)])],
      [Buffer.alloc(0), Buffer.concat([late, writeFrame(1, END_HEADERS, 3, answer), data(3, '{}\n')])],
    );
    expect(problems).toEqual([]);
    expect(events).toBe(1);
    expect(down).toMatchObject({ control: late.length, responseHead: 9 + answer.length, payload: 2 });
  });

  test('a server may end a response by a reset without an error; with one, nothing is complete', () => {
    const { cycles, down } = read([get(1), get(3)], [lines(1), data(1, '{}\n'), reset(1, 0), lines(3), reset(3, 2)]);
    expect(cycles).toEqual({ count: 1, upBytes: 11, downBytes: 37 + 12 });
    expect(down).toMatchObject({ control: 13 + 13 });
  });

  test('the answer to HEAD has no events, whatever its type', () => {
    const head = writeFrame(1, END_HEADERS | END_STREAM, 1, Buffer.from([0x02, 4, 0x48, 0x45, 0x41, 0x44, 0x84]));
    const answer = writeFrame(1, END_HEADERS | END_STREAM, 1, okBlock(STREAM));
    expect(read([head], [answer])).toMatchObject({ down: { responseHead: answer.length }, emptyCycles: { count: 1 } });
  });

  test('a frame that is not whole counts in its layer, and as a frame once it is', () => {
    const ledger = new ConnectionLedger('http2');
    read([get(1)], [lines(1), data(1, `${TEXT}\n`).subarray(0, 60)], ledger);
    const begun = ledger.count();
    expect(begun.down).toMatchObject({ payload: 51, chunking: 9, framing: 0 });
    expect(begun.frames.down.DATA).toBeUndefined();
    ledger.fromServer(data(1, `${TEXT}\n`).subarray(60));
    expect(ledger.count().frames.down.DATA).toEqual({ count: 1, bytes: 110 });
  });

  test('header blocks are told by how far the connection has come, in steps that double', () => {
    const streams = Array.from({ length: 9 }, (_, index) => 2 * index + 1);
    const { headBlocks, frames } = read(streams.map(get), streams.map(noContent));
    // 1 | 2 | 3–4 | 5–8 | 9
    expect(headBlocks.map(({ up }) => up)).toEqual([1, 1, 2, 4, 1].map((count) => ({ count, bytes: 2 * count })));
    expect(headBlocks.map(({ down }) => down)).toEqual([1, 1, 2, 4, 1].map((count) => ({ count, bytes: count })));
    expect(frames).toMatchObject({
      up: { HEADERS: { count: 9, bytes: 99 } },
      down: { HEADERS: { count: 9, bytes: 90 } },
    });
  });
});

const up = (what: string, bytes: readonly Buffer[], problem: RegExp) => ({ what, up: bytes, down: [], problem });
const down = (what: string, bytes: readonly Buffer[], problem: RegExp, asked = [get(1)]) => ({
  what,
  up: asked,
  down: bytes,
  problem,
});

describe('is reported, and nothing is read after it:', () => {
  test.each([
    up('DATA on a stream that is not open', [data(1, 'x')], /^up, .*stream 1 was never opened/),
    up('a stream of the server that the client opens', [get(2)], /stream 2 was never opened/),
    up('HEADERS after the end of a stream', [get(1), get(1)], /HEADERS on stream 1 after its end/),
    up('DATA after the end of a stream', [get(1), data(1, 'x')], /DATA on stream 1 after its end/),
    up('trailers', [post(1), post(1)], /^up, byte 68: trailers on stream 1 are not read/),
    up('HEADERS on the connection', [get(0)], /HEADERS on stream 0/),
    up('SETTINGS on a stream', [writeFrame(4, 0, 1)], /SETTINGS on stream 1/),
    up('SETTINGS of half a setting', [writeFrame(4, 0, 0, 'abc')], /SETTINGS of 3 bytes/),
    up('an acknowledgement that says something', [writeFrame(4, 1, 0, '123456')], /SETTINGS of 6 bytes/),
    up('a PING of 7 bytes', [writeFrame(6, 0, 0, '1234567')], /PING of 7 bytes/),
    up('a reset of 3 bytes', [get(1), writeFrame(3, 0, 1, 'abc')], /RST_STREAM of 3 bytes/),
    up('PUSH_PROMISE of the client', [get(1), writeFrame(5, 4, 1, Buffer.alloc(6))], /PUSH_PROMISE is not read/),
    up('PRIORITY', [writeFrame(2, 0, 1, Buffer.alloc(5))], /^up, byte 57: PRIORITY is not read/),
    up(
      'a frame larger than allowed',
      [writeFrame(1, 4, 1, Buffer.alloc(16_385))],
      /16385 bytes where 16384 are allowed/,
    ),
    up('padding of HEADERS', [writeFrame(1, 8 | 4, 1, Buffer.from([1, 0x82, 0x84, 0]))], /padding of HEADERS is not/),
    up('padding of DATA', [post(1), writeFrame(0, 8, 1, Buffer.from([1, 0x78, 0]))], /padding of DATA is not read/),
    up(
      'priority fields',
      [writeFrame(1, 0x20 | 4, 1, Buffer.from([0, 0, 0, 0, 16, 0x82, 0x84]))],
      /priority fields of HEADERS are not read/,
    ),
    up('CONTINUATION', [writeFrame(9, 4, 1)], /CONTINUATION is not read/),
    up(
      'a header block in two frames',
      [writeFrame(1, 0, 1, GET_BLOCK), writeFrame(9, 4, 1, GET_BLOCK)],
      /^up, byte 57: CONTINUATION is not read/,
    ),
    up('a block that is not HPACK', [writeFrame(1, 4, 1, Buffer.from([0x80]))], /HPACK: no field has the index 0/),
    down('an answer without a request', [lines(3)], /^down, .*stream 3 was never opened/),
    down('DATA before its head', [data(1, 'x')], /DATA on stream 1 before its head/),
    down('a status that is none', [writeFrame(1, 4, 1, Buffer.from([0x08, 2, 0x32, 0x30]))], /the status "20"/),
    down('a head without a status', [writeFrame(1, 4, 1, GET_BLOCK)], /the status ""/),
    down(
      'an interim response',
      [writeFrame(1, 4, 1, Buffer.from([0x08, 3, 0x31, 0x30, 0x33])), noContent(1)],
      /an interim response is not read/,
    ),
    down(
      'PUSH_PROMISE',
      [writeFrame(5, END_HEADERS, 1, Buffer.concat([Buffer.from([0, 0, 0, 2]), GET_BLOCK])), ok(2, LINES)],
      /PUSH_PROMISE is not read/,
    ),
    down('a response of the server on a stream of its own', [ok(2, LINES)], /stream 2 was never opened/),
    down('a CR in an event stream', [ok(1, STREAM), data(1, 'data:a\r\n')], /a CR in an event stream is not read/),
    down(
      'a table larger than allowed',
      [writeFrame(1, 4, 1, Buffer.from([0x3f, 0xe2, 0x1f]))],
      /4097 bytes where 4096/,
    ),
    down(
      'events in a coding that is not read',
      [writeFrame(1, 4, 1, Buffer.concat([okBlock(STREAM), Buffer.from([0x0f, 11, 2, 0x62, 0x72])]))],
      /content coding "br"/,
    ),
    down(
      'a gzip that is none',
      [
        writeFrame(1, 4, 1, Buffer.concat([okBlock(STREAM), Buffer.from([0x0f, 11, 4]), Buffer.from('gzip')])),
        data(1, 'data'),
      ],
      /can't be inflated/,
    ),
    down('a tunnel', [noContent(1)], /CONNECT is not read/, [
      writeFrame(1, 4, 1, Buffer.concat([Buffer.from([0x02, 7]), Buffer.from('CONNECT')])),
    ]),
  ])('$what', ({ up, down, problem }) => {
    const said = { up: [OPEN_UP, ...up], down: [OPEN_DOWN, ...down] };
    expectUnread(new ConnectionLedger('http2'), 'http2', said, problem);
  });

  test.each([
    ['HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n', /^up, byte 0: not the preface/],
    ['another preface', 'PRI * HTTP/2.1\r\n\r\n', /^up, byte 13: not the preface/],
  ])('%s', (_, bytes, problem) => {
    expect(readAll('http2', [bytes], []).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('a side that does not begin with SETTINGS', () => {
    expect(readAll('http2', [PREFACE, ACK], [ACK]).problems).toEqual([
      expect.stringMatching(/^up, byte 33: the first frame is not SETTINGS/),
      expect.stringMatching(/^down, byte 9: the first frame is not SETTINGS/),
    ]);
  });
});

describe('whatever comes, the reader does not throw and accounts for every byte', () => {
  const frames = fc
    .tuple(fc.nat({ max: 11 }), fc.nat({ max: 0x2d }), fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 20 }))
    .map(([type, flags, stream, payload]) => writeFrame(type, flags, stream, payload));

  const feed = (sent: readonly Piece[]) => {
    const opening = [{ direction: 'up', bytes: OPEN_UP } as const, { direction: 'down', bytes: OPEN_DOWN } as const];
    expectAccounted(new ConnectionLedger('http2'), [...opening, ...sent]);
  };

  test('random bytes', () => {
    fc.assert(fc.property(piecesOf(fc.uint8Array({ maxLength: 100 })), feed));
  });

  test('frames of random content, in random order', () => {
    fc.assert(fc.property(piecesOf(frames, 30), feed), { numRuns: 500 });
  });

  test('valid connections in which some bytes were changed', () => {
    expectChangedAccounted(http2Connections, (spec) => {
      const script = new Script('http2');
      sayHttp2(script, spec);
      return script;
    });
  });
});
