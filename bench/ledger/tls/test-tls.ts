/** TLS 1.3 around a script, for tests: written record by record (RFC 8446), with a key schedule of its own. */

import { type CipherGCMTypes, createCipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { DirectionName } from '../direction.ts';
import { cutParts, type Part, part, Script, type Secret } from '../test-wire.ts';

export interface TlsSpec {
  readonly suite: number;
  /** Bytes of the secrets, over and over. */
  readonly seed: readonly number[];
  /** Whether both sides look like TLS 1.2 to what stands between them (RFC 8446, appendix D.4). */
  readonly isDisguised: boolean;
  readonly certificateBytes: number;
  readonly tickets: number;
  /** Lengths of the content of each record, over and over. */
  readonly contentBytes: readonly number[];
  readonly paddingBytes: readonly number[];
  readonly hasCloseNotify: boolean;
  /** After how much of all bytes each secret is told, from 0 to 1, over and over. */
  readonly toldAt: readonly number[];
}

export const tlsSpecs: fc.Arbitrary<TlsSpec> = fc.record({
  suite: fc.constantFrom(0x1301, 0x1302, 0x1303),
  seed: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 8 }),
  isDisguised: fc.boolean(),
  certificateBytes: fc.constantFrom(0, 300, 3_000, 20_000),
  tickets: fc.nat({ max: 2 }),
  contentBytes: fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 16_384)), {
    minLength: 1,
    maxLength: 5,
  }),
  paddingBytes: fc.array(fc.constantFrom(0, 0, 1, 100), { minLength: 1, maxLength: 3 }),
  hasCloseNotify: fc.boolean(),
  toldAt: fc.array(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 4,
  }),
});

const SUITES: Readonly<Record<number, readonly [cipher: string, keyBytes: number, hash: string, hashBytes: number]>> = {
  4865: ['aes-128-gcm', 16, 'sha256', 32],
  4866: ['aes-256-gcm', 32, 'sha384', 48],
  4867: ['chacha20-poly1305', 32, 'sha256', 32],
};
const CLIENT_RANDOM = Buffer.alloc(32, 0xc1);
const RETRY_RANDOM = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

/** Bounds the records of what is said at once. */
const MOST_RECORDS = 40;

/** The same said within TLS, and the secrets to it. */
export function wrapInTls(
  script: Script,
  spec: TlsSpec,
): { readonly script: Script; readonly secrets: readonly Secret[] } {
  const writer = new TlsWriter(script, spec);
  writer.open();
  for (const { direction, parts, needs } of script.turns) writer.say(direction, parts, needs);
  writer.close();
  const { toldAt } = spec;
  const secrets = writer.lines.map((line, index) => ({ line, toldAt: toldAt[index % toldAt.length] ?? 0 }));
  return { script: writer.script, secrets };
}

export function writeRecord(type: number, fragment: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, 3, 3, fragment.length >> 8, fragment.length & 0xff]), fragment]);
}

export function writeMessage(type: number, body: Uint8Array): Buffer {
  const header = Buffer.from([type, 0, 0, 0]);
  header.writeUIntBE(body.length, 1, 3);
  return Buffer.concat([header, body]);
}

export function writeClientHello(): Buffer {
  const suites = Buffer.from([0x13, 0x01, 0x13, 0x02, 0x13, 0x03]);
  return writeMessage(
    1,
    Buffer.concat([Buffer.from([3, 3]), CLIENT_RANDOM, Buffer.from([0, 0, 6]), suites, Buffer.from([1, 0, 0, 0])]),
  );
}

/** @param version in its extension; TLS 1.2 has none */
export function writeServerHello(
  suite: number,
  { isRetry = false, sessionBytes = 0, version = [0x03, 0x04] } = {},
): Buffer {
  const random = isRetry ? RETRY_RANDOM : Buffer.alloc(32, 0x5e);
  const other = [0, 51, 0, 4, 1, 2, 3, 4];
  const extensions = Buffer.from([...other, ...(version.length > 0 ? [0, 43, 0, 2, ...version] : [])]);
  return writeMessage(
    2,
    Buffer.concat([
      Buffer.from([3, 3]),
      random,
      Buffer.from([sessionBytes]),
      Buffer.alloc(sessionBytes),
      Buffer.from([suite >> 8, suite & 0xff, 0, 0, extensions.length]),
      extensions,
    ]),
  );
}

/** Encrypts the records of one side with one secret. */
export class RecordWriter {
  readonly #suite: number;
  readonly #secret: Buffer;
  #records = 0;

  constructor(suite: number, secret: Buffer) {
    this.#suite = suite;
    this.#secret = secret;
  }

  write(type: number, content: Uint8Array, paddingBytes = 0): Buffer {
    const [cipher = '', keyBytes = 0] = SUITES[this.#suite] ?? [];
    const nonce = this.#expand('iv', 12);
    const number = Buffer.alloc(12);
    number.writeUInt32BE(this.#records++, 8);
    const iv = nonce.map((byte, index) => byte ^ (number[index] ?? 0));
    const inner = Buffer.concat([content, Buffer.from([type]), Buffer.alloc(paddingBytes)]);
    const header = writeRecord(APPLICATION_DATA, Buffer.alloc(inner.length + 16)).subarray(0, 5);
    const aead = createCipheriv(cipher as CipherGCMTypes, this.#expand('key', keyBytes), iv, { authTagLength: 16 });
    aead.setAAD(header);
    return Buffer.concat([header, aead.update(inner), aead.final(), aead.getAuthTag()]);
  }

  #expand(label: string, bytes: number): Buffer {
    const [, , hash = ''] = SUITES[this.#suite] ?? [];
    const name = Buffer.from(`tls13 ${label}`);
    const input = Buffer.concat([Buffer.from([0, bytes, name.length]), name, Buffer.from([0, 1])]);
    return createHmac(hash, this.#secret).update(input).digest().subarray(0, bytes);
  }
}

class TlsWriter {
  readonly script: Script;
  readonly lines: string[] = ['# a comment', `EXPORTER_SECRET ${CLIENT_RANDOM.toString('hex')} 00`];
  readonly #spec: TlsSpec;
  readonly #writers: Record<DirectionName, RecordWriter>;
  readonly #handshakeWriters: Record<DirectionName, RecordWriter>;
  /** After which byte on the wire so many of what is protected have come. */
  readonly #reached: Record<DirectionName, { readonly plain: number; readonly wire: number }[]> = { up: [], down: [] };
  #record = 0;

  constructor(plain: Script, spec: TlsSpec) {
    this.script = new Script(plain.protocol);
    Object.assign(this.script.expected, plain.expected, { tlsHandshake: { up: 0, down: 0 } });
    this.#spec = spec;
    const open = (label: string, mark: number) => {
      const bytes = SUITES[spec.suite]?.[3] ?? 0;
      const secret = Buffer.from(
        Array.from({ length: bytes }, (_, index) => (spec.seed[index % spec.seed.length] ?? 0) ^ mark),
      );
      this.lines.push(`${label} ${CLIENT_RANDOM.toString('hex')} ${secret.toString('hex')}\n`);
      return new RecordWriter(spec.suite, secret);
    };
    this.#handshakeWriters = {
      up: open('CLIENT_HANDSHAKE_TRAFFIC_SECRET', 1),
      down: open('SERVER_HANDSHAKE_TRAFFIC_SECRET', 2),
    };
    this.#writers = { up: open('CLIENT_TRAFFIC_SECRET_0', 3), down: open('SERVER_TRAFFIC_SECRET_0', 4) };
  }

  open(): void {
    const { suite, isDisguised, certificateBytes, tickets } = this.#spec;
    const sessionBytes = isDisguised ? 32 : 0;
    const disguise = isDisguised ? [writeRecord(20, Buffer.from([1]))] : [];
    const hello = writeRecord(HANDSHAKE, writeClientHello());
    this.#sayTls('up', [hello]);
    this.#sayTls('down', [writeRecord(HANDSHAKE, writeServerHello(suite, { sessionBytes })), ...disguise]);
    const finished = writeMessage(20, Buffer.alloc(32));
    const flight = Buffer.concat([
      writeMessage(8, Buffer.alloc(2)),
      writeMessage(11, Buffer.alloc(certificateBytes)),
      writeMessage(15, Buffer.alloc(70)),
      finished,
    ]);
    this.#sayTls('down', this.#protect(this.#handshakeWriters.down, HANDSHAKE, flight));
    this.#sayTls('up', [...disguise, ...this.#protect(this.#handshakeWriters.up, HANDSHAKE, finished)]);
    for (let ticket = 0; ticket < tickets; ticket++) {
      this.#sayTls('down', this.#protect(this.#writers.down, HANDSHAKE, writeMessage(4, Buffer.alloc(200))));
    }
    for (const direction of ['up', 'down'] as const)
      this.#reached[direction].push({ plain: 0, wire: this.script.length(direction) });
  }

  say(direction: DirectionName, parts: readonly Part[], needs: number): void {
    const other = direction === 'up' ? 'down' : 'up';
    const wireNeeds = this.#reached[other].find(({ plain }) => plain >= needs)?.wire ?? 0;
    const whole = parts.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    for (let at = 0; at < whole; ) {
      const { contentBytes, paddingBytes } = this.#spec;
      const bytes = contentBytes[this.#record % contentBytes.length] ?? 1;
      const to = Math.min(whole, at + Math.max(bytes, Math.ceil(whole / MOST_RECORDS)));
      const padding = paddingBytes[this.#record++ % paddingBytes.length] ?? 0;
      this.script.say(direction, this.#recordOf(direction, cutParts(parts, at, to), padding), wireNeeds);
      this.#reached[direction].push({
        plain: (this.#reached[direction].at(-1)?.plain ?? 0) + to - at,
        wire: this.script.length(direction),
      });
      at = to;
    }
  }

  close(): void {
    if (!this.#spec.hasCloseNotify) return;
    for (const direction of ['up', 'down'] as const) {
      const alert = this.#writers[direction].write(21, Buffer.from([1, 0]));
      this.script.say(direction, [part('tls', alert)]);
    }
  }

  /** A record as parts: of what is protected each byte has one on the wire. */
  #recordOf(direction: DirectionName, parts: readonly Part[], paddingBytes: number): Part[] {
    const content = Buffer.concat(parts.map(([, bytes]) => bytes));
    const record = this.#writers[direction].write(APPLICATION_DATA, content, paddingBytes);
    let at = 5;
    const inner = parts.map(([layer, bytes]) => {
      at += bytes.length;
      return part(layer, record.subarray(at - bytes.length, at));
    });
    return [part('tls', record.subarray(0, 5)), ...inner, part('tls', record.subarray(at))];
  }

  /** Cut into records wherever the spec says; some may hold less than a message. */
  #protect(writer: RecordWriter, type: number, content: Buffer): Buffer[] {
    const [bytes = 1] = this.#spec.contentBytes;
    const step = Math.max(bytes, 40);
    const starts = Array.from({ length: Math.ceil(content.length / step) }, (_, index) => index * step);
    return starts.map((at) => writer.write(type, content.subarray(at, at + step)));
  }

  /** Each waits for all that the other side said before. */
  #sayTls(direction: DirectionName, records: readonly Buffer[]): void {
    const other = direction === 'up' ? 'down' : 'up';
    const bytes = Buffer.concat(records);
    this.script.expected.tlsHandshake[direction] += bytes.length;
    this.script.say(direction, [part('tls', bytes)], this.script.length(other));
  }
}
