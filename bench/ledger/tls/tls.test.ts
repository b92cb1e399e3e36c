import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sumOf } from '../../contract/ledger.ts';
import { ConnectionLedger } from '../connection.ts';
import { expectAccounted, expectUnread, type Piece, piecesOf, readAll } from '../test-wire.ts';
import { KeyLog } from './key-log.ts';
import { CIPHER_SUITES, RecordCipher } from './record-cipher.ts';
import * as trace from './test-rfc8448.ts';
import { RecordWriter, writeClientHello, writeMessage, writeRecord, writeServerHello } from './test-tls.ts';

const lineOf = (label: string, secret: string) => `${label} ${trace.CLIENT_RANDOM} ${secret}`;
const LINES = Object.entries(trace.SECRETS).map(([label, secret]) => lineOf(label, secret));

const UP = [trace.CLIENT_HELLO, trace.CLIENT_FINISHED, trace.CLIENT_DATA, trace.CLIENT_ALERT];
const DOWN = [
  Buffer.concat([trace.SERVER_HELLO, trace.SERVER_FLIGHT]),
  trace.NEW_SESSION_TICKET,
  trace.SERVER_DATA,
  trace.SERVER_ALERT,
];
const bytesOf = (buffers: readonly Buffer[]) => buffers.reduce((sum, { length }) => sum + length, 0);

/** What a log holds from the start, around the lines of the TCP control. */
function withKeys(lines: readonly string[]): ConnectionLedger {
  const keyLog = new KeyLog();
  keyLog.add(lines);
  return new ConnectionLedger('lines', keyLog);
}

describe('the trace of RFC 8448, section 3', () => {
  const suite = CIPHER_SUITES.get(0x1301) ?? { cipher: 'aes-128-gcm', keyBytes: 0, hash: '' };
  const cipherOf = (label: keyof typeof trace.SECRETS) =>
    new RecordCipher(suite, Buffer.from(trace.SECRETS[label], 'hex'));
  const DATA = Buffer.from(Array.from({ length: 50 }, (_, index) => index));

  test('is opened with its secrets, record by record', () => {
    const serverHandshake = cipherOf('SERVER_HANDSHAKE_TRAFFIC_SECRET').open(trace.SERVER_FLIGHT);
    expect(serverHandshake).toMatchObject({ type: 22, content: { length: 657 } });
    const finished = cipherOf('CLIENT_HANDSHAKE_TRAFFIC_SECRET').open(trace.CLIENT_FINISHED);
    expect(finished?.content.toString('hex')).toBe(
      '14000020a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61',
    );
    const client = cipherOf('CLIENT_TRAFFIC_SECRET_0');
    expect(client.open(trace.CLIENT_DATA)).toEqual({ type: 23, content: DATA });
    expect(client.open(trace.CLIENT_ALERT)).toEqual({ type: 21, content: Buffer.from([1, 0]) });
    const server = cipherOf('SERVER_TRAFFIC_SECRET_0');
    expect(server.open(trace.NEW_SESSION_TICKET)).toMatchObject({ type: 22, content: { length: 205 } });
    expect(server.open(trace.SERVER_DATA)).toEqual({ type: 23, content: DATA });
    expect(server.open(trace.SERVER_ALERT)).toEqual({ type: 21, content: Buffer.from([1, 0]) });
  });

  test('is opened in no other order', () => {
    const server = cipherOf('SERVER_TRAFFIC_SECRET_0');
    expect(server.open(trace.SERVER_DATA)).toBeUndefined();
    expect(server.open(trace.NEW_SESSION_TICKET)).toBeDefined();
    expect(server.open(trace.NEW_SESSION_TICKET)).toBeUndefined();
  });

  test('is all TLS but for 50 bytes in each direction', () => {
    const { up, down, tlsHandshake, problems } = readAll('lines', UP, DOWN, withKeys(LINES));
    expect(problems).toEqual([]);
    // The LF at 10 ends the client's first line, and in the answer a line of 10 bytes.
    expect(up).toMatchObject({ handshake: 11, payload: 39, tls: bytesOf(UP) - 50 });
    expect(down).toMatchObject({ payload: 49, framing: 1, tls: bytesOf(DOWN) - 50 });
    // All but the data and the alerts that close the connection.
    expect(tlsHandshake).toEqual({
      up: bytesOf([trace.CLIENT_HELLO, trace.CLIENT_FINISHED]),
      down: bytesOf([trace.SERVER_HELLO, trace.SERVER_FLIGHT, trace.NEW_SESSION_TICKET]),
    });
  });
});

describe('secrets', () => {
  test('may come after the bytes, one by one, and in any order', () => {
    const keyLog = new KeyLog();
    const ledger = new ConnectionLedger('lines', keyLog);
    const before = readAll('lines', UP, DOWN, ledger);
    ledger.clientEnded();
    ledger.serverEnded();
    expect(before.problems).toEqual([expect.stringMatching(/secrets .* did not come/)]);
    expect(before.up).toMatchObject({ tls: bytesOf(UP), payload: 0 });
    expect(before.down).toMatchObject({ tls: bytesOf(DOWN), payload: 0 });
    for (const line of [...LINES].reverse()) keyLog.add([line]);
    const known = withKeys(LINES);
    readAll('lines', UP, DOWN, known);
    known.clientEnded();
    known.serverEnded();
    expect(ledger.count()).toEqual(known.count());
    expect(ledger.count()).toMatchObject({ problems: [], events: 1, down: { control: 39 } });
  });

  test('of other connections, and lines that are none, are passed over', () => {
    const other = LINES.map((line) => line.replace(trace.CLIENT_RANDOM, '0'.repeat(64)));
    const noise = ['', '# SSL/TLS secrets log file', 'RSA 01 02', `CLIENT_TRAFFIC_SECRET_0 ${trace.CLIENT_RANDOM} x`];
    const ledger = withKeys([...other, ...noise, ...LINES.map((line) => `${line.toUpperCase()}\n`)]);
    expect(readAll('lines', UP, DOWN, ledger).problems).toEqual([]);
  });

  test('that are wrong open nothing, in that direction', () => {
    const wrong = lineOf('CLIENT_TRAFFIC_SECRET_0', trace.SECRETS.SERVER_TRAFFIC_SECRET_0);
    const { up, down, problems, unreadBytes } = readAll(
      'lines',
      UP,
      DOWN,
      withKeys([...LINES.slice(0, 2), wrong, ...LINES.slice(3)]),
    );
    expect(problems).toEqual([expect.stringMatching(/^up, byte 331: a record that the secret .* does not open$/)]);
    expect(up).toMatchObject({ tls: bytesOf(UP.slice(0, 3)), payload: 0 });
    expect(unreadBytes).toEqual({ up: trace.CLIENT_ALERT.length, down: 0 });
    expect(down.payload).toBe(49);
  });

  test('that do not come are given up, and all is TLS then', () => {
    const keyLog = new KeyLog();
    const ledger = new ConnectionLedger('lines', keyLog);
    readAll('lines', UP, DOWN, ledger);
    const data = writeRecord(23, Buffer.alloc(16_384));
    for (let records = 0; records < 300; records++) ledger.fromServer(data);
    keyLog.add(LINES);
    ledger.clientEnded();
    ledger.serverEnded();
    const { down, up, problems } = ledger.count();
    expect(problems).toEqual([expect.stringMatching(/secrets .* did not come/)]);
    expect([sumOf(up), sumOf(down)]).toEqual([up.tls, down.tls]);
    expect(down.tls).toBe(bytesOf(DOWN) + 300 * data.length);
  });
});

describe('is reported, and nothing is read after it:', () => {
  const hello = writeRecord(22, writeClientHello());
  const serverHello = writeRecord(22, writeServerHello(0x1301));
  test.each([
    ['no TLS', ['GET / HTTP/1.1\r\n\r\n'], [], /^up, byte 5: not a TLS record/],
    ['a record of another version', [Buffer.from([22, 2, 0, 0, 5])], [], /^up, byte 5: not a TLS record/],
    ['a record that is too long', [Buffer.from([23, 3, 3, 0x41, 1])], [], /^up, byte 5: a record of 16641 bytes/],
    ['a record of nothing', [Buffer.from([22, 3, 3, 0, 0])], [], /^up, byte 5: a record of 0 bytes/],
    ['early data', [hello, writeRecord(23, Buffer.alloc(40))], [], /^up, .*before the ServerHello/],
    ['an answer before its ServerHello', [hello], [writeRecord(23, Buffer.alloc(40))], /before the ServerHello/],
    [
      'a handshake in the clear after it',
      [hello],
      [serverHello, serverHello],
      /^down, .*a handshake record in the clear/,
    ],
    [
      'a handshake message that is too long',
      [hello],
      [writeRecord(22, Buffer.from([11, 0xff, 0, 0]))],
      /a handshake message of 16711684 bytes/,
    ],
  ] as const)('%s', (_, up, down, problem) => {
    expectUnread(withKeys([]), 'lines', { up, down }, problem);
  });

  test.each([
    ['another version of TLS', writeServerHello(0x1301, { version: [] }), /other than 1\.3/],
    ['HelloRetryRequest', writeServerHello(0x1301, { isRetry: true }), /HelloRetryRequest is not read/],
    ['a suite that is not read', writeServerHello(0x1304), /the cipher suite 0x1304/],
    ['a ServerHello that is cut off', writeMessage(2, Buffer.alloc(36)), /cut off/],
    ['extensions that are cut off', writeServerHello(0x1301).subarray(0, -2), /other than 1\.3/],
  ])('%s, in both directions', (_, message, problem) => {
    message.writeUIntBE(message.length - 4, 1, 3);
    const ledger = withKeys([]);
    const { problems } = readAll('lines', [hello, 'x'], [writeRecord(22, message), 'x'], ledger);
    expect(problems).toEqual([expect.stringMatching(problem), expect.stringMatching(problem)]);
    expect(ledger.count().unreadBytes).toEqual({ up: 1, down: 1 });
  });

  test('a record of a type that TLS 1.3 does not encrypt', () => {
    const { CLIENT_HANDSHAKE_TRAFFIC_SECRET: secret } = trace.SECRETS;
    const strange = new RecordWriter(0x1301, Buffer.from(secret, 'hex')).write(20, Buffer.from([1]));
    const { problems } = readAll('lines', [trace.CLIENT_HELLO, strange], [trace.SERVER_HELLO], withKeys(LINES));
    expect(problems).toEqual([expect.stringMatching(/^up, .*does not open/)]);
  });
});

test('KeyUpdate is not read, and nothing after it, whenever the secrets come', () => {
  const writer = new RecordWriter(0x1301, Buffer.from(trace.SECRETS.CLIENT_TRAFFIC_SECRET_0, 'hex'));
  const update = writer.write(22, writeMessage(24, Buffer.from([0])));
  const up = [...UP.slice(0, 2), update, trace.CLIENT_DATA];
  const known = expectUnread(withKeys(LINES), 'lines', { up, down: DOWN }, /^up, .*: KeyUpdate is not read$/);
  expect(known.unreadBytes.up).toBe(trace.CLIENT_DATA.length);

  const keyLog = new KeyLog();
  const late = new ConnectionLedger('lines', keyLog);
  readAll('lines', up, DOWN, late);
  keyLog.add(LINES);
  expect(late.count()).toEqual(known);
});

test('whatever comes, the reader does not throw and accounts for every byte', () => {
  const pieces = piecesOf(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.constantFrom(20, 21, 22, 23), fc.uint8Array({ maxLength: 60 }))
        .map(([type, bytes]) => writeRecord(type, bytes)),
      fc.constantFrom(...UP, ...DOWN),
    ),
    15,
  );
  const hellos: Piece[] = [
    { direction: 'up', bytes: trace.CLIENT_HELLO },
    { direction: 'down', bytes: trace.SERVER_HELLO },
  ];
  fc.assert(
    fc.property(pieces, fc.boolean(), (random, hasHellos) => {
      expectAccounted(withKeys(LINES), hasHellos ? [...hellos, ...random] : random);
    }),
    { numRuns: 300 },
  );
});
