/** Bytes that the reader can't read are reported, and not guessed. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WireProtocol } from '../contract/ledger.ts';
import { ConnectionLedger } from './connection.ts';
import { sayWebSocket, webSockets, writeFrame } from './test-frames.ts';
import { writeGzip } from './test-gzip.ts';
import { exchanges, sayExchange } from './test-http.ts';
import {
  expectAccounted,
  expectChangedAccounted,
  expectUnread,
  type Piece,
  piecesOf,
  readAll,
  Script,
} from './test-wire.ts';

const GET = 'GET / HTTP/1.1\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n';
const DEFLATE = 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n';
const GZIP = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

interface Malformed {
  readonly what: string;
  readonly up?: readonly (string | Buffer)[];
  readonly down?: readonly (string | Buffer)[];
  readonly problem: RegExp;
}

/** Bytes given in hexadecimal, after an upgrade. */
const frames = (what: string, direction: 'up' | 'down', hex: string, problem: RegExp, answer = SWITCH): Malformed => ({
  what,
  up: direction === 'up' ? [UPGRADE, Buffer.from(hex.replaceAll(' ', ''), 'hex')] : [UPGRADE],
  down: direction === 'down' ? [answer, Buffer.from(hex.replaceAll(' ', ''), 'hex')] : [answer],
  problem,
});

const request = (what: string, text: string, problem: RegExp): Malformed => ({ what, up: [text], problem });
const response = (what: string, text: string, problem: RegExp): Malformed => ({
  what,
  up: [GET],
  down: [text],
  problem,
});

const malformed: readonly Malformed[] = [
  request(
    'a request line without a version',
    'GET /\r\n',
    /^up, byte 7: not the first line of a message: "GET \/\\r\\n"$/,
  ),
  request('another version', 'GET / HTTP/2.0\r\n', /not the first line/),
  request('HTTP/1.0', 'GET / HTTP/1.0\r\n', /^up, byte 16: not the first line/),
  request('an empty line before a request', `\r\n${GET}`, /^up, byte 2: not the first line/),
  request('a line that ends with LF alone', 'GET / HTTP/1.1\n', /not the first line/),
  request('white space in a method', 'G T / HTTP/1.1\r\n', /not the first line/),
  request('a folded line', 'GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n', /not a header field: " c\\r\\n"/),
  request('white space before a colon', 'GET / HTTP/1.1\r\na : b\r\n', /not a header field/),
  request('a field without a name', 'GET / HTTP/1.1\r\n: b\r\n', /not a header field/),
  request('a control character in a value', 'GET / HTTP/1.1\r\na: \0\r\n', /not a header field/),
  request(
    'an endless head',
    `GET / HTTP/1.1\r\na: ${'x'.repeat(70_000)}`,
    /^up, byte 65536: a head is longer than 65536/,
  ),
  request(
    'both length and chunks',
    'POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
    /both Content-Length and Transfer-Encoding/,
  ),
  request('another coding', 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', /"gzip, chunked"/),
  request(
    'a length twice',
    'POST / HTTP/1.1\r\nContent-Length: 3\r\ncontent-length: 3\r\n\r\n',
    /Content-Length "3, 3"/,
  ),
  request('a length below zero', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n', /Content-Length "-1"/),
  request('a length without digits', 'POST / HTTP/1.1\r\nContent-Length:\r\n\r\n', /Content-Length ""/),
  request('a length above 2^53', `POST / HTTP/1.1\r\nContent-Length: ${2 ** 53}\r\n\r\n`, /Content-Length/),
  response(
    'a length of an answer that is none',
    'HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n',
    /Content-Length "1x"/,
  ),
  { what: 'an answer without a question', down: ['HTTP/1.1 200 OK\r\n'], problem: /^down, byte 0: .*no request asked/ },
  response('an empty line before an answer', '\r\nHTTP/1.1 200 OK\r\n\r\n', /not the first line/),
  response('HTTP/1.0 downwards', 'HTTP/1.0 200 OK\r\n', /^down, byte 17: not the first line/),
  response(
    'an interim response',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n`,
    /byte 25: an interim response is not read/,
  ),
  response('a status of two digits', 'HTTP/1.1 20 OK\r\n', /not the first line/),
  response('a chunk without a size', `${CHUNKED}\r\n`, /begins without its size/),
  response('a size that is no number', `${CHUNKED}5x\r\n`, /not hexadecimal/),
  response('a size with a prefix', `${CHUNKED}0x5\r\nhello\r\n`, /not hexadecimal/),
  response('a size in two parts', `${CHUNKED}5 5\r\n`, /not hexadecimal/),
  response('a size with white space after it', `${CHUNKED}5 \r\n`, /not hexadecimal/),
  response('a size above 2^53', `${CHUNKED}${'f'.repeat(14)}\r\n`, /above 2\^53/),
  response('a size line that ends with LF alone', `${CHUNKED}5\nhello`, /not hexadecimal/),
  response('a size line with CR and no LF', `${CHUNKED}5\rhello`, /no LF after the CR in a chunk/),
  response('a chunk extension', `${CHUNKED}5;a=b\r\nhello\r\n`, /a chunk extension is not read/),
  response('a chunk longer than its size', `${CHUNKED}5\r\nhello!\r\n`, /longer than its size/),
  response('a chunk that ends with CR alone', `${CHUNKED}5\r\nhello\r5`, /no LF after the CR that ends/),
  response('a trailer', `${CHUNKED}0\r\na: b\r\n\r\n`, /a trailer is not read/),
  response(
    'a byte order mark in an event stream',
    `${STREAM}\ufeffdata:a\n\n`,
    /byte 52: a byte order mark .* is not read/,
  ),
  response('a CRLF in an event stream', `${STREAM}data:a\r\n\r\n`, /byte 58: a CR .* is not read/),
  response('a CR in an event stream', `${STREAM}data:a\r\r`, /a CR .* is not read/),
  {
    what: 'a CR in the gzip of an event stream',
    up: [GET],
    down: [GZIP, writeGzip(Buffer.from('data:x\r\n'), [])],
    problem: /the text of a gzip: down, byte 6: a CR/,
  },
  response(
    'events in a coding that is not read',
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: br\r\n\r\nx',
    /content coding "br"/,
  ),
  response('events that are said to be a gzip', `${GZIP}data:x\n\n`, /can't be inflated: incorrect header check/),
  {
    what: 'a gzip that has changed on its way',
    up: [GET],
    down: [GZIP, writeGzip(Buffer.from('data:x\n\n'), []).subarray(0, -8), Buffer.alloc(8)],
    problem: /can't be inflated: incorrect data check/,
  },
  {
    what: 'bytes after the end of a gzip',
    up: [GET],
    down: [GZIP, writeGzip(Buffer.from('data:x\n\n'), []), 'x'],
    problem: /after the end of a gzip/,
  },
  {
    what: 'a tunnel',
    up: ['CONNECT a:1 HTTP/1.1\r\n\r\n'],
    down: ['HTTP/1.1 200 OK\r\n\r\nx'],
    problem: /^down, byte 19: CONNECT is not read/,
  },
  response('an upgrade without a request for it', SWITCH, /101 to something other/),
  {
    what: 'another upgrade',
    up: [UPGRADE],
    down: ['HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n'],
    problem: /101 to something/,
  },
  { what: 'a 101 before the question', up: ['GET / HT'], down: [SWITCH], problem: /101 to something other/ },
  {
    what: 'a 101 in the middle of the request',
    up: ['GET / HTTP/1.1\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nx'],
    down: [SWITCH],
    problem: /not complete/,
  },
  {
    what: 'a request after an upgrade',
    up: [UPGRADE + GET],
    down: [SWITCH],
    problem: /^up, .*follows the one that became/,
  },

  frames('a reserved bit', 'down', 'a1 00', /reserved bit/),
  frames('a reserved opcode of data', 'down', '83 00', /opcode 3 is reserved/),
  frames('a reserved opcode of control', 'down', '8b 00', /opcode 11 is reserved/),
  frames('a control frame in pieces', 'down', '09 00', /control frame is fragmented/),
  frames('a control frame of 126 bytes', 'down', '89 7e 007e', /longer than 125/),
  frames('a control frame that is compressed', 'down', 'c9 00', /control frame is compressed/, DEFLATE),
  frames('a close frame of one byte', 'down', '88 01 03', /half a code/),
  frames('a message after the close frame', 'down', '88 00 81 00', /^down, byte \d+: a data frame follows/),
  frames('126 bytes told in 64 bits', 'down', '81 7f 000000000000007e', /64 bits tell a length of 126/),
  frames('65535 bytes told in 64 bits', 'down', '81 7f 000000000000ffff', /64 bits tell a length of 65535/),
  frames('125 bytes told in 16 bits', 'down', '81 7e 007d', /16 bits tell a length of 125/),
  frames('a length with the top bit', 'down', '81 7f 8000000000000000', /top bit/),
  frames('a masked frame of the server', 'down', '81 80 00000000', /server is masked/),
  frames('an unmasked frame of the client', 'up', '81 00', /^up, .*client is not masked/),
  frames('a continuation', 'down', '80 00', /fragmented message is not read/),
  frames('a fragmented message', 'down', '01 01 61 80 01 62', /fragmented message is not read/),
  frames('compression that was not negotiated', 'down', 'c1 00', /no extension was agreed/),
  frames('a fragmented message that is compressed', 'down', '41 00 80 00', /fragmented message is not/, DEFLATE),
];

describe('is reported, and nothing is read after it:', () => {
  test.each(malformed)('$what', ({ up = [], down = [], problem }) => {
    const { cycles } = expectUnread(new ConnectionLedger('http'), 'http', { up, down }, problem);
    expect(cycles.count).toBe(0);
  });
});

test('what a problem leaves unread begins at the byte that it names', () => {
  const { problems, down, unreadBytes } = readAll('http', [GET], [CHUNKED, '5\r\nhello!\r\n']);
  expect(problems).toEqual([`down, byte ${CHUNKED.length + 3 + 5}: a chunk is longer than its size`]);
  expect(down).toMatchObject({ responseHead: CHUNKED.length, chunking: 3, control: 5 });
  expect(unreadBytes.down).toBe(3);
});

test('a problem of one direction leaves the other alone', () => {
  const unmasked = writeFrame({ opcode: 1 }, Buffer.from('hello'));
  const count = readAll('http', [UPGRADE, ...unmasked], [SWITCH, ...unmasked]);
  expect(count.problems).toHaveLength(1);
  expect(count.down).toMatchObject({ payload: 5, framing: 2 });
  expect(count.unreadBytes).toEqual({ up: 5, down: 0 });
});

describe('whatever comes, the reader does not throw and accounts for every byte', () => {
  const feed = (protocol: WireProtocol, pieces: readonly Piece[]) =>
    expectAccounted(new ConnectionLedger(protocol), pieces);
  const pieces = piecesOf(fc.uint8Array({ maxLength: 300 }));

  test('random bytes from the start, and a problem is told once a line of them is complete', () => {
    const line: Piece = { direction: 'up', bytes: Buffer.from('\r\n\0\r\n') };
    fc.assert(
      fc.property(pieces, (random) => {
        expect(feed('http', [...random, line]).problems).not.toEqual([]);
        expect(feed('lines', random).problems).toEqual([]);
      }),
    );
  });

  test.each([
    ['heads', GET, 'HTTP/1.1 200 OK\r\n'],
    ['chunks', GET, CHUNKED],
    ['an event stream', GET, STREAM],
    ['a gzip', GET, GZIP],
    ['frames', UPGRADE, SWITCH],
    ['compressed frames', UPGRADE, DEFLATE],
  ])('random bytes instead of %s', (_, up, down) => {
    const opening: Piece[] = [
      { direction: 'up', bytes: Buffer.from(up) },
      { direction: 'down', bytes: Buffer.from(down) },
    ];
    fc.assert(fc.property(pieces, (random) => void feed('http', [...opening, ...random])));
  });

  test('valid streams in which some bytes were changed', () => {
    expectChangedAccounted(fc.tuple(fc.array(exchanges, { maxLength: 2 }), webSockets), ([before, spec]) => {
      const script = new Script('http');
      for (const exchange of before) sayExchange(script, exchange, false);
      sayWebSocket(script, spec);
      return script;
    });
  });
});
