import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResponseReader } from './response-reader.ts';

interface Told {
  status?: number;
  headers?: Record<string, unknown>;
  body: string;
  ended: boolean;
  /** The chunk in which the body's last byte came. */
  lastNs: number;
}

function open() {
  const told: Told[] = [];
  const current = () => told.at(-1) ?? { body: '', ended: false, lastNs: 0 };
  const reader = new ResponseReader({
    head: (status, headers) => told.push({ status, headers, body: '', ended: false, lastNs: 0 }),
    chunk(piece, receivedNs) {
      current().body += piece.toString('latin1');
      current().lastNs = receivedNs;
    },
    end() {
      current().ended = true;
    },
  });
  return { reader, told };
}

const chunked = (...parts: readonly string[]) =>
  `${[...parts, ''].map((part) => `${part.length.toString(16)}\r\n${part}${part === '' ? '' : '\r\n'}`).join('')}\r\n`;

/** Responses on one connection, with what must come out of each. */
const EXAMPLES = [
  { bytes: 'HTTP/1.1 204 No Content\r\nEvent-Cursor: 5\r\n\r\n', status: 204, body: '' },
  { bytes: 'HTTP/1.1 304 Not Modified\r\nETag: "5"\r\nContent-Length: 9\r\n\r\n', status: 304, body: '' },
  { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"seq":1}\r\n\r', status: 200, body: '{"seq":1}\r\n\r' },
  { bytes: 'HTTP/1.1 200\r\ncontent-length:0\r\n\r\n', status: 200, body: '' },
  {
    bytes: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('id:1\ndata:x\n\n', '0\r\n\r\n', 'a'.repeat(300))}`,
    status: 200,
    body: `id:1\ndata:x\n\n0\r\n\r\n${'a'.repeat(300)}`,
  },
  {
    bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value\r\nabc\r\n0\r\nTrailer: x\r\n\r\n',
    status: 200,
    body: 'abc',
  },
  { bytes: 'HTTP/1.1 410 Gone\r\nContent-Length: 2\r\n\r\n{}', status: 410, body: '{}' },
];

describe('a reader of responses', () => {
  test('tells each of them, however the bytes are cut', () => {
    const bytes = Buffer.from(EXAMPLES.map((one) => one.bytes).join(''));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const { reader, told } = open();
        for (const [index, to] of at.slice(1).entries()) reader.read(bytes.subarray(at[index], to), to);
        expect(told).toMatchObject(EXAMPLES.map(({ status, body }) => ({ status, body, ended: true })));
      }),
    );
  });

  test('tells each of them byte by byte, with the stamp of the last', () => {
    const { bytes, body } = EXAMPLES[2] ?? { bytes: '', body: '' };
    const { reader, told } = open();
    for (const [at, byte] of Buffer.from(bytes).entries()) reader.read(Buffer.of(byte), at);
    expect(told).toMatchObject([{ body, ended: true, lastNs: bytes.length - 1 }]);
  });

  test('tells headers by their names in lower case, and joins those that come twice', () => {
    const { reader, told } = open();
    reader.read(Buffer.from('HTTP/1.1 204 X\r\nEvent-Cursor:  5 \r\nVary: a\r\nvary: b\r\nX: 1:2\r\n\r\n'), 1);
    expect(told[0]?.headers).toEqual({ 'event-cursor': '5', vary: 'a, b', x: '1:2' });
  });

  test('ends a body without a length with the connection, and no other', () => {
    const { reader, told } = open();
    expect(reader.close()).toBe(false);
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\n\r\nabc'), 1);
    expect(told[0]).toMatchObject({ body: 'abc', ended: false });
    expect(reader.close()).toBe(true);
    expect(told[0]?.ended).toBe(true);
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'), 1);
    expect(reader.close()).toBe(false);
    expect(told[1]).toMatchObject({ body: 'abc', ended: false });
  });

  test.each([
    ['not an HTTP response', 'SSH-2.0-x\r\n\r\n'],
    ['not a length', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n'],
    ['not the size of a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
  ])('refuses what is %s', (message, bytes) => {
    expect(() => open().reader.read(Buffer.from(bytes), 1)).toThrow(message);
  });
});
