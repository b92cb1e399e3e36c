import { Direction } from '../direction.ts';
import { HandshakeMessages } from './handshake-messages.ts';
import type { Epoch } from './key-log.ts';
import type { RecordCipher } from './record-cipher.ts';

/** One direction of TLS, as it is on the wire, and what is known of how it is encrypted. */
export class TlsSide extends Direction {
  /** The direction that it protects. */
  readonly inner: Direction;
  readonly handshake = new HandshakeMessages();
  epoch: Epoch = 'handshake';
  /** Of this epoch, once its secret is known. */
  cipher: RecordCipher | undefined;
  /** Of the records that open the connection, tickets included. */
  handshakeBytes = 0;
  #innerBytes = 0;

  constructor(inner: Direction) {
    super(inner.way);
    this.inner = inner;
  }

  override get readBytes(): number {
    return super.readBytes + this.#innerBytes;
  }

  /** Hands on what a record protects. */
  feedInner(content: Buffer): void {
    this.layers.tls -= content.length;
    this.#innerBytes += content.length;
    this.inner.feed(content);
  }

  override end(): void {
    super.end();
    // After a problem there is no reader who would.
    if (!this.reader) this.inner.end();
  }
}
