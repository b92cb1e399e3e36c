/** Record protection of TLS 1.3 (RFC 8446, sections 5.2 to 5.4, 7.1 and 7.3), the reading half of it. */

import { type CipherGCMTypes, createDecipheriv, createHmac } from 'node:crypto';
import { RECORD_HEADER_BYTES } from './record-reader.ts';

export interface CipherSuite {
  /** A name of node:crypto; ChaCha20-Poly1305 has the same interface as GCM. */
  readonly cipher: CipherGCMTypes | 'chacha20-poly1305';
  readonly keyBytes: number;
  readonly hash: string;
}

/** By their codes (appendix B.4). */
export const CIPHER_SUITES: ReadonlyMap<number, CipherSuite> = new Map([
  [0x1301, { cipher: 'aes-128-gcm', keyBytes: 16, hash: 'sha256' }],
  [0x1302, { cipher: 'aes-256-gcm', keyBytes: 32, hash: 'sha384' }],
  [0x1303, { cipher: 'chacha20-poly1305', keyBytes: 32, hash: 'sha256' }],
]);

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The records that one side encrypts with one secret, in order. */
export class RecordCipher {
  readonly #suite: CipherSuite;
  readonly #key: Buffer;
  readonly #iv: Buffer;
  #records = 0n;

  constructor(suite: CipherSuite, secret: Buffer) {
    this.#suite = suite;
    this.#key = expandLabel(suite, secret, 'key', suite.keyBytes);
    this.#iv = expandLabel(suite, secret, 'iv', IV_BYTES);
  }

  /**
   * Returns the type and the content of a record without its padding, undefined when it is not the next of this secret.
   *
   * @param record with its header
   */
  open(record: Buffer): { readonly type: number; readonly content: Buffer } | undefined {
    const tagAt = record.length - TAG_BYTES;
    if (tagAt <= RECORD_HEADER_BYTES) return undefined;
    const nonce = Buffer.from(this.#iv);
    nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) ^ this.#records, 4);
    const decipher = createDecipheriv(this.#suite.cipher as CipherGCMTypes, this.#key, nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(record.subarray(0, RECORD_HEADER_BYTES));
    decipher.setAuthTag(record.subarray(tagAt));
    const inner = decipher.update(record.subarray(RECORD_HEADER_BYTES, tagAt));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    this.#records++;
    let typeAt = inner.length - 1;
    while (typeAt >= 0 && inner[typeAt] === 0) typeAt--;
    return { type: inner[typeAt] ?? 0, content: inner.subarray(0, Math.max(typeAt, 0)) };
  }
}

/** HKDF-Expand-Label with an empty context, of no more than one hash: that is one HMAC (RFC 5869, section 2.3). */
function expandLabel({ hash }: CipherSuite, secret: Buffer, label: string, bytes: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.from([bytes >> 8, bytes & 0xff, name.length, ...Buffer.from(name), 0, 1]);
  return createHmac(hash, secret).update(info).digest().subarray(0, bytes);
}
