/**
 * The instants at which messages came. ws emits a compressed message once it is inflated, off the event loop: later bytes may
 * have come by then. So where messages are compressed, the heads of frames are read here too (RFC 6455, section 5.2).
 */

const FINAL = 0x80;
const CONTROL = 0x08;
const LENGTH = 0x7f;

export class MessageArrivals {
  readonly #isLate: boolean;
  /** The arrivals of messages that ws has not emitted yet. */
  readonly #waitingNs: number[] = [];
  #lastNs = 0;
  #head: number[] = [];
  #payloadLeft = 0;
  #endsMessage = false;

  /** @param isLate whether ws may emit messages after the turn in which their last byte came */
  constructor(isLate: boolean) {
    this.#isLate = isLate;
  }

  /** Called before ws reads the bytes. */
  note(chunk: Buffer, receivedNs: number): void {
    this.#lastNs = receivedNs;
    if (!this.#isLate) return;
    for (let at = 0; at < chunk.length; ) {
      if (this.#payloadLeft === 0) at = this.#readHead(chunk, at);
      const taken = Math.min(this.#payloadLeft, chunk.length - at);
      at += taken;
      this.#payloadLeft -= taken;
      if (this.#payloadLeft > 0 || this.#head.length > 0 || !this.#endsMessage) continue;
      this.#endsMessage = false;
      this.#waitingNs.push(receivedNs);
    }
  }

  /** Called once for each message, in order: when its last byte came. */
  take(): number {
    return this.#waitingNs.shift() ?? this.#lastNs;
  }

  /** Returns where the head ends, or the chunk does. A server's frames have no mask. */
  #readHead(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      this.#head.push(chunk[at++] ?? 0);
      const [first = 0, second = 0] = this.#head;
      const length = second & LENGTH;
      const headBytes = length === 126 ? 4 : length === 127 ? 10 : 2;
      if (this.#head.length < headBytes) continue;
      this.#payloadLeft = headBytes === 2 ? length : this.#head.slice(2).reduce((sum, byte) => sum * 256 + byte, 0);
      this.#endsMessage = (first & FINAL) > 0 && (first & CONTROL) === 0;
      this.#head = [];
      break;
    }
    return at;
  }
}
