/** Heads of HTTP/1.1 messages (RFC 9112, sections 2 to 5), and trailers, which are heads without a first line. */

import type { Layer } from '../../contract/ledger.ts';
import type { Direction } from '../direction.ts';

const LF = 0x0a;
/** No head that belongs into a comparison comes near it. */
const LONGEST_HEAD = 64 * 1024;
const FIELD = /^([!#$%&'*+\-.^_`|~\w]+):([\t\x20-\x7e\x80-\xff]*)\r\n$/;

/** `method SP target SP version` */
export const REQUEST_LINE = /^(?<method>[!#$%&'*+\-.^_`|~\w]+) [\x21-\x7e\x80-\xff]+ HTTP\/1\.(?<minor>[01])\r\n$/;
/** `version SP status SP [reason]` */
export const STATUS_LINE = /^HTTP\/1\.(?<minor>[01]) (?<status>[1-9]\d\d) [\t\x20-\x7e\x80-\xff]*\r\n$/;

export class HeadReader {
  readonly #direction: Direction;
  readonly #layer: Layer;
  readonly #startLine: RegExp | undefined;
  /** The line whose end has not come. Text, for the chunk's memory may be used again by whoever read it. */
  #line = '';
  #bytes = 0;
  isDone = false;
  /** The groups of the first line. */
  start: Readonly<Record<string, string>> | undefined;
  /** By name in lower case; values of one name joined with a comma. */
  readonly fields = new Map<string, string>();

  /** @param startLine left out for trailers */
  constructor(direction: Direction, layer: Layer, startLine?: RegExp) {
    this.#direction = direction;
    this.#layer = layer;
    this.#startLine = startLine;
  }

  get isHttp10(): boolean {
    return this.start?.['minor'] === '0';
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a line, or what there is of it. */
  read(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(LF, at);
    const end = Math.min(lineEnd === -1 ? chunk.length : lineEnd + 1, at + LONGEST_HEAD - this.#bytes);
    this.#bytes += end - at;
    this.#direction.layers[this.#layer] += end - at;
    this.#line += chunk.toString('latin1', at, end);
    if (end === lineEnd + 1) {
      const line = this.#line;
      this.#line = '';
      const problem = this.#readLine(line);
      if (problem !== undefined) this.#direction.fail(problem);
    }
    if (this.#bytes === LONGEST_HEAD && !this.isDone)
      this.#direction.fail(`a head is longer than ${LONGEST_HEAD} bytes`);
    return end;
  }

  #readLine(line: string): string | undefined {
    if (this.#startLine && !this.start) {
      // Section 2.2: an empty line before a request is passed over.
      if (line === '\r\n' && this.#layer === 'requestHead') return undefined;
      this.start = this.#startLine.exec(line)?.groups;
      if (!this.start) return `not the first line of a message: ${quote(line)}`;
    } else if (line === '\r\n') {
      this.isDone = true;
    } else {
      const field = FIELD.exec(line);
      if (!field) return `not a header field: ${quote(line)}`;
      const [, name = '', value = ''] = field;
      const key = name.toLowerCase();
      const before = this.fields.get(key);
      this.fields.set(key, before === undefined ? trim(value) : `${before}, ${trim(value)}`);
    }
    return undefined;
  }
}

/** Without the white space around it (section 5.1). A regular expression would take the square of a long run of it. */
function trim(value: string): string {
  let from = 0;
  let to = value.length;
  while (isSpace(value[from])) from++;
  while (to > from && isSpace(value[to - 1])) to--;
  return value.slice(from, to);
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

function quote(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
}
