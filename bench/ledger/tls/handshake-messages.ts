/** Handshake messages of TLS 1.3 (RFC 8446, section 4), as far as a reader needs them. */

import type { Direction } from '../direction.ts';

/** Appendix B.3. */
export const MESSAGE = { clientHello: 1, serverHello: 2, finished: 20, keyUpdate: 24 } as const;

const HEADER_BYTES = 4;
/** Bounds the memory of a message; the certificate of the measured servers has 342 bytes. */
const LONGEST_MESSAGE = 128 * 1024;
const RANDOM_AT = 2;
const RANDOM_BYTES = 32;
const TLS_1_3 = 0x0304;
const SUPPORTED_VERSIONS = 43;
/** The random of a ServerHello that is a HelloRetryRequest (section 4.1.3). */
const RETRY_RANDOM = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** Puts together the messages of one side, which may share a record or need several. */
export class HandshakeMessages {
  #rest: Buffer = Buffer.alloc(0);

  /** Returns the messages that are complete. Fails the direction when one is too long. */
  read(fragment: Buffer, direction: Direction): { readonly type: number; readonly body: Buffer }[] {
    const messages = [];
    // A copy: the memory of a record is used again once it is read.
    this.#rest = Buffer.concat([this.#rest, fragment]);
    while (this.#rest.length >= HEADER_BYTES) {
      const bytes = HEADER_BYTES + this.#rest.readUIntBE(1, 3);
      if (bytes > LONGEST_MESSAGE) direction.fail(`a handshake message of ${bytes} bytes`);
      if (bytes > this.#rest.length) break;
      messages.push({ type: this.#rest[0] ?? 0, body: this.#rest.subarray(HEADER_BYTES, bytes) });
      this.#rest = this.#rest.subarray(bytes);
    }
    return messages;
  }
}

/** The random of a ClientHello in hexadecimal: the key of its connection in a key log. */
export function clientRandomOf(clientHello: Buffer): string {
  return clientHello.toString('hex', RANDOM_AT, RANDOM_AT + RANDOM_BYTES);
}

/** Returns the code of the cipher suite that a ServerHello chooses, or what is wrong. */
export function chosenSuite(serverHello: Buffer): number | string {
  const sessionAt = RANDOM_AT + RANDOM_BYTES;
  const suiteAt = sessionAt + 1 + (serverHello[sessionAt] ?? 0);
  const extensionsAt = suiteAt + 2 + 1 + 2;
  if (serverHello.length < extensionsAt) return 'a ServerHello that is cut off';
  if (serverHello.toString('hex', RANDOM_AT, sessionAt) === RETRY_RANDOM) return 'HelloRetryRequest is not read';
  for (let at = extensionsAt; at + 6 <= serverHello.length; at += 4 + serverHello.readUInt16BE(at + 2)) {
    const isVersion = serverHello.readUInt16BE(at) === SUPPORTED_VERSIONS;
    if (isVersion && serverHello.readUInt16BE(at + 4) === TLS_1_3) return serverHello.readUInt16BE(suiteAt);
  }
  return 'a version of TLS other than 1.3';
}
