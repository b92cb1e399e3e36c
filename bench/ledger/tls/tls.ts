/**
 * TLS 1.3 around a connection (RFC 8446), opened with the secrets that its client told: record headers, padding, tags,
 * handshake and alerts are `tls`, and what they protect goes to the inner reader, whose problems tell bytes of that. Without
 * secrets all of it is `tls`.
 *
 * Secrets may come after the bytes. Until then records are held, those of both directions in one order, for an answer is
 * read after its question.
 */

import type { Direction } from '../direction.ts';
import { chosenSuite, clientRandomOf, type HandshakeMessage, MESSAGE } from './handshake-messages.ts';
import type { KeyLog } from './key-log.ts';
import { CIPHER_SUITES, type CipherSuite, RECORD_HEADER_BYTES, RecordCipher } from './record-cipher.ts';
import { RECORD, RecordReader } from './record-reader.ts';
import { TlsSide } from './side.ts';

/** What the records of one connection may hold together while they wait. Then its secrets are given up. */
const MOST_HELD_BYTES = 4 * 1024 * 1024;
const NO_SECRETS = 'TLS: the secrets of this connection did not come';

interface Held {
  readonly side: TlsSide;
  /** None is the end of the direction. */
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

  /** @param up what is in the records of the client, and `down` in those of the server */
  constructor(up: Direction, down: Direction, keyLog: KeyLog) {
    this.#keyLog = keyLog;
    this.up = this.#listen(new TlsSide(up));
    this.down = this.#listen(new TlsSide(down));
  }

  /** Whether it holds records whose secrets have not come. */
  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  get problems(): readonly (string | undefined)[] {
    return [this.isWaiting || this.#isGivenUp ? NO_SECRETS : undefined, this.up.problem, this.down.problem];
  }

  #listen(side: TlsSide): TlsSide {
    side.reader = new RecordReader(side, (record) => this.#take({ side, record }));
    return side;
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
    const waiting = this.#held.findIndex((held) => !this.#read(held));
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

  /** Returns false when the secret for it is not there. */
  #read({ side, record }: Held): boolean {
    if (!record) {
      side.inner.end();
    } else if (side.reader) {
      const type = record[0];
      if (type === RECORD.applicationData) return this.#readProtected(side, record);
      if (type !== RECORD.alert) side.handshakeBytes += record.length;
      if (type === RECORD.handshake && this.#suite) side.fail('a handshake record in the clear');
      else if (type === RECORD.handshake) this.#readHello(side, record.subarray(RECORD_HEADER_BYTES));
    }
    return true;
  }

  #readHello(side: TlsSide, fragment: Buffer): void {
    for (const { type, body } of this.#messagesOf(side, fragment)) {
      if (side === this.up && type === MESSAGE.clientHello) this.#clientRandom = clientRandomOf(body);
      if (side === this.down && type === MESSAGE.serverHello) this.#choose(chosenSuite(body));
    }
  }

  #choose(chosen: ReturnType<typeof chosenSuite>): void {
    if (!chosen) return;
    this.#suite = 'suite' in chosen ? CIPHER_SUITES.get(chosen.suite) : undefined;
    if (this.#suite) return;
    const problem = 'suite' in chosen ? `the cipher suite 0x${chosen.suite.toString(16)}` : chosen.problem;
    this.down.fail(problem);
    this.up.fail(problem);
  }

  #readProtected(side: TlsSide, record: Buffer): boolean {
    if (!this.#suite) {
      side.fail('application data before the ServerHello');
      return true;
    }
    if (!side.cipher) {
      const secret = this.#keyLog.take(this.#clientRandom, side.way, side.epoch);
      if (!secret) return false;
      side.cipher = new RecordCipher(this.#suite, secret);
    }
    const opened = side.cipher.open(record);
    if (opened?.type === RECORD.applicationData) side.feedInner(opened.content);
    else if (opened?.type === RECORD.handshake) this.#readProtectedHandshake(side, opened.content, record.length);
    else if (opened?.type !== RECORD.alert) side.fail('a record that the secret of its connection does not open');
    return true;
  }

  /** After a KeyUpdate or a Finished the next record is encrypted otherwise: both end theirs (RFC 8446, section 5.1). */
  #readProtectedHandshake(side: TlsSide, fragment: Buffer, recordBytes: number): void {
    const types = this.#messagesOf(side, fragment).map(({ type }) => type);
    if (types.includes(MESSAGE.keyUpdate)) side.cipher = side.cipher?.next();
    else side.handshakeBytes += recordBytes;
    if (!types.includes(MESSAGE.finished)) return;
    side.epoch = 'application';
    side.cipher = undefined;
  }

  #messagesOf(side: TlsSide, fragment: Buffer): readonly HandshakeMessage[] {
    const messages = side.handshake.read(fragment);
    if (typeof messages !== 'string') return messages;
    side.fail(messages);
    return [];
  }
}
