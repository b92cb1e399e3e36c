/**
 * TLS 1.3 around a connection (RFC 8446), opened with the secrets that its client logs: record headers, padding, tags,
 * handshake and alerts are `tls`, and what they protect goes to the inner direction, whose problems count bytes of that.
 * Without secrets all bytes are `tls`.
 *
 * Secrets may come after the bytes. Until then records are held, those of both directions in one order, for an answer is
 * read after its question.
 */

import { Direction } from '../direction.ts';
import { chosenSuite, clientRandomOf, HandshakeMessages, MESSAGE } from './handshake-messages.ts';
import type { Epoch, KeyLog } from './key-log.ts';
import { CIPHER_SUITES, type CipherSuite, RecordCipher } from './record-cipher.ts';
import { RECORD, RECORD_HEADER_BYTES, RecordReader } from './record-reader.ts';

/** Bounds the records that one connection holds together. Above it they are given up. */
const MOST_HELD_BYTES = 4 * 1024 * 1024;
const NO_SECRETS = 'TLS: the secrets of this connection did not come';

/** One direction of TLS, as it is on the wire. */
class TlsSide extends Direction {
  readonly inner: Direction;
  readonly handshake = new HandshakeMessages();
  epoch: Epoch = 'handshake';
  cipher: RecordCipher | undefined;
  /** Bytes of the records that open the connection, tickets included. */
  handshakeBytes = 0;
  /** Bytes of held records behind the one that is read: they have come, and a problem leaves them unread. */
  laterBytes = 0;
  #innerBytes = 0;

  constructor(inner: Direction, take: (side: TlsSide, record: Buffer | undefined) => void) {
    super(inner.name);
    this.inner = inner;
    this.reader = new RecordReader(this, (record) => take(this, record));
  }

  override get readBytes(): number {
    return super.readBytes + this.#innerBytes - this.laterBytes;
  }

  feedInner(content: Buffer): void {
    this.layers.tls -= content.length;
    this.#innerBytes += content.length;
    this.inner.feed(content);
  }

  override end(): void {
    super.end();
    // After a problem there is no reader that would end it.
    if (!this.reader) this.inner.end();
  }
}

interface Held {
  readonly side: TlsSide;
  /** Undefined at the end of the direction. */
  readonly record: Buffer | undefined;
}

export class Tls {
  readonly up: TlsSide;
  readonly down: TlsSide;
  readonly #keyLog: KeyLog;
  #clientRandom = '';
  #suite: CipherSuite | undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  #isGivenUp = false;

  /** @param up what the records of the client protect, and `down` those of the server */
  constructor(up: Direction, down: Direction, keyLog: KeyLog) {
    const take = (side: TlsSide, record: Buffer | undefined) => this.#take({ side, record });
    this.#keyLog = keyLog;
    this.up = new TlsSide(up, take);
    this.down = new TlsSide(down, take);
  }

  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  get problems(): readonly (string | undefined)[] {
    return [this.isWaiting || this.#isGivenUp ? NO_SECRETS : undefined, this.up.problem, this.down.problem];
  }

  #take(held: Held): void {
    const { side, record } = held;
    if (this.#isGivenUp && !record) side.inner.end();
    if (this.#isGivenUp || (this.#held.length === 0 && this.#read(held))) return;
    if (this.#held.length === 0) this.#keyLog.wait(this.#clientRandom, () => this.#readHeld());
    this.#held.push({ side, record: record && Buffer.from(record) });
    this.#heldBytes += record?.length ?? 0;
    if (this.#heldBytes > MOST_HELD_BYTES) this.#giveUp();
  }

  #readHeld(): void {
    for (const { side, record } of this.#held) side.laterBytes += record?.length ?? 0;
    const waiting = this.#held.findIndex((held) => {
      held.side.laterBytes -= held.record?.length ?? 0;
      return !this.#read(held);
    });
    this.up.laterBytes = 0;
    this.down.laterBytes = 0;
    this.#held = waiting === -1 ? [] : this.#held.slice(waiting);
    this.#heldBytes = this.#held.reduce((sum, { record }) => sum + (record?.length ?? 0), 0);
    if (this.#held.length === 0) this.#keyLog.stopWaiting(this.#clientRandom);
  }

  #giveUp(): void {
    this.#isGivenUp = true;
    for (const { side, record } of this.#held) if (!record) side.inner.end();
    this.#held = [];
    this.#keyLog.stopWaiting(this.#clientRandom);
  }

  /** Returns false when the secret of a record has not come. */
  #read({ side, record }: Held): boolean {
    if (!record) {
      side.inner.end();
    } else if (!side.reader) {
      side.layers.tls -= record.length;
      side.unreadBytes += record.length;
    } else {
      const type = record[0];
      if (type === RECORD.applicationData) return this.#readProtected(side, record);
      if (type !== RECORD.alert) side.handshakeBytes += record.length;
      if (type === RECORD.handshake && this.#suite) side.fail('a handshake record in the clear');
      else if (type === RECORD.handshake) this.#readHello(side, record.subarray(RECORD_HEADER_BYTES));
    }
    return true;
  }

  #readHello(side: TlsSide, fragment: Buffer): void {
    for (const { type, body } of side.handshake.read(fragment, side)) {
      if (side === this.up && type === MESSAGE.clientHello) this.#clientRandom = clientRandomOf(body);
      if (side === this.down && type === MESSAGE.serverHello) this.#choose(chosenSuite(body));
    }
  }

  #choose(chosen: number | string): void {
    this.#suite = typeof chosen === 'number' ? CIPHER_SUITES.get(chosen) : undefined;
    if (this.#suite) return;
    const problem = typeof chosen === 'number' ? `the cipher suite 0x${chosen.toString(16)}` : chosen;
    this.down.fail(problem);
    this.up.fail(problem);
  }

  #readProtected(side: TlsSide, record: Buffer): boolean {
    if (!this.#suite) {
      side.fail('application data before the ServerHello');
      return true;
    }
    if (!side.cipher) {
      const secret = this.#keyLog.take(this.#clientRandom, side.name, side.epoch);
      if (!secret) return false;
      side.cipher = new RecordCipher(this.#suite, secret);
    }
    const opened = side.cipher.open(record);
    if (opened?.type === RECORD.applicationData) side.feedInner(opened.content);
    else if (opened?.type === RECORD.handshake) this.#readProtectedHandshake(side, opened.content, record.length);
    else if (opened?.type !== RECORD.alert) side.fail('a record that the secret of its connection does not open');
    return true;
  }

  /** A Finished ends its record (RFC 8446, section 5.1): the next is encrypted with another secret. */
  #readProtectedHandshake(side: TlsSide, fragment: Buffer, recordBytes: number): void {
    const types = side.handshake.read(fragment, side).map(({ type }) => type);
    if (types.includes(MESSAGE.keyUpdate)) side.fail('KeyUpdate is not read');
    else side.handshakeBytes += recordBytes;
    if (!types.includes(MESSAGE.finished)) return;
    side.epoch = 'application';
    side.cipher = undefined;
  }
}
