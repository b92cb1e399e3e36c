import type { Layer } from '../../contract/ledger.ts';
import type { Direction } from '../direction.ts';
import { type FrameListener, Http2Reader } from './frame-reader.ts';
import { HeaderBlocks } from './header-blocks.ts';

/** Settings that bind what the other side sends (RFC 9113, section 6.5.2). */
const SETTING = { headerTableSize: 1, maxFrameSize: 5 } as const;
const SETTING_BYTES = 6;

/** One direction of HTTP/2: who reads it, and what it has said so far. */
export class Http2Side {
  readonly direction: Direction;
  readonly blocks = new HeaderBlocks();
  /** The highest stream that it opened: odd for the client's, even for those that a server promises. */
  lastStream = 0;
  /** Of the frame that is read. */
  layer: Layer = 'control';
  readonly #reader: Http2Reader;
  #hasSettings = false;
  #hasAcknowledged = false;

  constructor(direction: Direction, listener: FrameListener) {
    this.direction = direction;
    this.#reader = new Http2Reader(direction, listener);
    direction.reader = this.#reader;
  }

  get hasSettings(): boolean {
    return this.#hasSettings;
  }

  /** The first SETTINGS and the first acknowledgement are how the connection is opened. */
  beginSettings(isAcknowledgement: boolean): Layer {
    const had = isAcknowledgement ? this.#hasAcknowledged : this.#hasSettings;
    if (isAcknowledgement) this.#hasAcknowledged = true;
    else this.#hasSettings = true;
    return had ? 'control' : 'handshake';
  }

  /** What the other side says of itself holds for what this one sends. */
  apply(settings: Buffer): void {
    for (let at = 0; at < settings.length; at += SETTING_BYTES) {
      const setting = settings.readUInt16BE(at);
      const value = settings.readUInt32BE(at + 2);
      if (setting === SETTING.headerTableSize) this.blocks.decoder.allow(value);
      else if (setting === SETTING.maxFrameSize) this.#reader.allow(value);
    }
  }
}
