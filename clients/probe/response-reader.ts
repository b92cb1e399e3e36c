/** Reads HTTP/1.1 responses (RFC 9112), in any split of chunks. */

import type { IncomingHttpHeaders } from 'node:http';

/** What a reader tells of each response, in order. */
export interface ResponseParts {
  head(status: number, headers: IncomingHttpHeaders): void;
  /** A piece of the body. @param receivedNs the stamp of the chunk that it came in */
  chunk(piece: Buffer, receivedNs: number): void;
  end(): void;
}

type State = 'head' | 'length' | 'chunkSize' | 'chunk' | 'chunkEnd' | 'trailers' | 'untilClose';

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);
const BODILESS = new Set([204, 304]);

export class ResponseReader {
  readonly #parts: ResponseParts;
  #state: State = 'head';
  /** Of the body, or of the chunk that HTTP frames. */
  #leftBytes = 0;
  /** The beginning of a head or line whose end has not come. */
  #held: Buffer = NOTHING;

  constructor(parts: ResponseParts) {
    this.#parts = parts;
  }

  /** @throws Error on what is no response */
  read(chunk: Buffer, receivedNs: number): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    while (rest.length > 0) {
      const used = this.#step(rest, receivedNs);
      if (used === 0) {
        this.#held = rest;
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** The connection was ended: for a body without a length, that is its end. @returns whether it was */
  close(): boolean {
    if (this.#state !== 'untilClose') return false;
    this.#finish();
    return true;
  }

  /** @returns how many bytes are read; 0 when more are needed first */
  #step(rest: Buffer, receivedNs: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(rest);
      case 'untilClose':
        this.#parts.chunk(rest, receivedNs);
        return rest.length;
      case 'length':
      case 'chunk':
        return this.#readBody(rest, receivedNs);
      default:
        return this.#readLine(rest);
    }
  }

  #readHead(rest: Buffer): number {
    const end = rest.indexOf(HEAD_END);
    if (end === -1) return 0;
    const [statusLine = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1]);
    if (Number.isNaN(status)) throw new Error(`not an HTTP response: ${statusLine.slice(0, 80)}`);
    const headers = readHeaders(lines);
    this.#parts.head(status, headers);
    this.#beginBody(status, headers);
    return end + HEAD_END.length;
  }

  #beginBody(status: number, headers: IncomingHttpHeaders): void {
    const { 'content-length': length, 'transfer-encoding': coding } = headers;
    if (BODILESS.has(status)) {
      this.#finish();
    } else if (coding?.toLowerCase().endsWith('chunked')) {
      this.#state = 'chunkSize';
    } else if (length === undefined) {
      this.#state = 'untilClose';
    } else {
      this.#leftBytes = Number(length);
      if (!Number.isSafeInteger(this.#leftBytes)) throw new Error(`not a length: ${length.slice(0, 80)}`);
      if (this.#leftBytes === 0) this.#finish();
      else this.#state = 'length';
    }
  }

  #readBody(rest: Buffer, receivedNs: number): number {
    const bytes = Math.min(this.#leftBytes, rest.length);
    this.#leftBytes -= bytes;
    this.#parts.chunk(bytes === rest.length ? rest : rest.subarray(0, bytes), receivedNs);
    if (this.#leftBytes > 0) return bytes;
    if (this.#state === 'chunk') this.#state = 'chunkEnd';
    else this.#finish();
    return bytes;
  }

  #readLine(rest: Buffer): number {
    const end = rest.indexOf(LINE_END);
    if (end === -1) return 0;
    const line = rest.toString('latin1', 0, end);
    if (this.#state === 'chunkSize') {
      this.#leftBytes = Number.parseInt(line, 16);
      if (Number.isNaN(this.#leftBytes)) throw new Error(`not the size of a chunk: ${line.slice(0, 80)}`);
      this.#state = this.#leftBytes === 0 ? 'trailers' : 'chunk';
    } else if (this.#state === 'chunkEnd') {
      this.#state = 'chunkSize';
    } else if (line === '') {
      this.#finish();
    }
    return end + LINE_END.length;
  }

  #finish(): void {
    this.#state = 'head';
    this.#parts.end();
  }
}

function readHeaders(lines: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
