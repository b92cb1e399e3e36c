import { describe, expect, test } from 'vitest';
import { MessageReader, type ReadMessage } from './message-reader.ts';

const EVENT = '{"seq":7,"due":12,"symbol":"ALFA","price":101.50,"pad":"x"}';

/** @param pieceBytes how the bytes are split */
function read(said: readonly (readonly ['up' | 'down', string | Buffer])[], pieceBytes = 1_000): ReadMessage[] {
  const messages: ReadMessage[] = [];
  const reader = new MessageReader((message) => messages.push(message));
  for (const [direction, text] of said) {
    const bytes = Buffer.from(text as string);
    for (let at = 0; at < bytes.length; at += pieceBytes) reader[direction].feed(bytes.subarray(at, at + pieceBytes));
  }
  return messages;
}

const REQUEST = 'GET /polling?since=6 HTTP/1.1\r\nHost: a\r\n\r\n';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${EVENT.length + 1}\r\n\r\n${EVENT}\n`;
const EMPTY = 'HTTP/1.1 204 No Content\r\n\r\n';
const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
const STREAM = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe.each([1, 7, 1_000])('in pieces of %i bytes', (pieceBytes) => {
  test('a poll is a request and an answer, and every byte is in one of them', () => {
    const said = [
      ['up', REQUEST],
      ['down', ANSWER],
      ['up', REQUEST],
      ['down', EMPTY],
    ] as const;
    const messages = read(said, pieceBytes);
    expect(messages.map(({ kind, isUp, bytes, eventBytes }) => ({ kind, isUp, bytes, eventBytes }))).toEqual([
      { kind: 'request', isUp: true, bytes: REQUEST.length, eventBytes: 0 },
      { kind: 'answer', isUp: false, bytes: ANSWER.length, eventBytes: EVENT.length },
      { kind: 'request', isUp: true, bytes: REQUEST.length, eventBytes: 0 },
      { kind: 'answer', isUp: false, bytes: EMPTY.length, eventBytes: 0 },
    ]);
    expect(messages[1]).toMatchObject({ body: `${EVENT}\n`, head: expect.stringMatching(/^HTTP\/1\.1 200 OK\r\n/) });
  });

  test('an answer that goes on is its head, and then a part for each chunk', () => {
    const content = `id:7\ndata:${EVENT}\n\n`;
    const chunk = `${content.length.toString(16)}\r\n${content}\r\n`;
    const said = [
      ['up', REQUEST],
      ['down', STREAM],
      ['down', chunk],
      ['down', '0\r\n\r\n'],
      ['down', EMPTY],
    ] as const;
    const messages = read(said, pieceBytes);
    expect(messages.map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ['request', REQUEST.length],
      ['answer', STREAM.length],
      ['part', chunk.length],
      ['part', 5],
      ['answer', EMPTY.length],
    ]);
    expect(messages[2]).toMatchObject({ eventBytes: EVENT.length, body: `${content}\r\n` });
  });

  test('after an upgrade both sides say frames: short, long, masked, and a close with its code', () => {
    const long = Buffer.alloc(200, 'y');
    const masked = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2]);
    const close = Buffer.from([0x88, 5, 0x03, 0xe9, 0x62, 0x79, 0x65]);
    const said = [
      ['up', REQUEST],
      ['down', UPGRADE],
      ['down', Buffer.concat([Buffer.from([0x81, EVENT.length]), Buffer.from(EVENT)])],
      ['down', Buffer.concat([Buffer.from([0x81, 126, 0, 200]), long])],
      ['up', masked],
      ['down', Buffer.from([0x89, 0])],
      ['down', close],
    ] as const;
    const frames = read(said, pieceBytes).slice(2);
    expect(frames.map(({ bytes, eventBytes, head, body }) => ({ bytes, eventBytes, head, body }))).toEqual([
      { bytes: 2 + EVENT.length, eventBytes: EVENT.length, head: `81${EVENT.length.toString(16)}`, body: EVENT },
      { bytes: 204, eventBytes: 0, head: '817e00c8', body: long.toString() },
      { bytes: 8, eventBytes: 0, head: '818201020304', body: 'hi' },
      { bytes: 2, eventBytes: 0, head: '8900', body: '' },
      { bytes: 7, eventBytes: 0, head: '8805', body: '1001 bye' },
    ]);
  });
});

test('of a long content the beginning is kept, and all of it counted', () => {
  const event = `{"seq":1,"due":2,"pad":"${'z'.repeat(65_500)}"}`;
  const [message] = read([['down', `HTTP/1.1 200 OK\r\nContent-Length: ${event.length}\r\n\r\n${event}`]]);
  expect(message?.eventBytes).toBe(event.length);
  expect(message?.body).toBe(event.slice(0, 1_024));
});

test.each([
  ['neither HTTP nor frames', [['up', 'x'.repeat(70_000)]], [['part', 70_000]]],
  [
    'a chunk without a length',
    [
      ['down', STREAM],
      ['down', 'none\r\n'],
    ],
    [
      ['answer', STREAM.length],
      ['part', 6],
    ],
  ],
] as const)('what is not read is told all the same: %s', (_, said, messages) => {
  expect(read(said, 70_000).map(({ kind, bytes }) => [kind, bytes])).toEqual(messages);
});
