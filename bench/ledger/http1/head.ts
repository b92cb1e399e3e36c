/** Heads of HTTP/1.1 messages (RFC 9112, sections 2 to 5). */

import type { Direction } from '../direction.ts';

const LF = 0x0a;
/** Bounds the memory of a head that never ends; the longest of the header profiles is about 1 KiB. */
const LONGEST_HEAD = 64 * 1024;
const FIELD = /^([!#$%&'*+\-.^_`|~\w]+):([\t\x20-\x7e\x80-\xff]*)\r\n$/;

/** By direction: `method SP target SP version`, and `version SP status SP [reason]`. */
const START_LINE = {
  up: /^(?<method>[!#$%&'*+\-.^_`|~\w]+) [\x21-\x7e\x80-\xff]+ HTTP\/1\.1\r\n$/,
  down: /^HTTP\/1\.1 (?<status>[1-9]\d\d) [\t\x20-\x7e\x80-\xff]*\r\n$/,
} as const;

export class HeadReader {
  readonly #direction: Direction;
  /** The line whose end has not come, as text: the memory of a chunk is used again once it is read. */
  #line = '';
  bytes = 0;
  isDone = false;
  /** The named groups of the first line. */
  start: Readonly<Record<string, string>> | undefined;
  /** By name in lower case; values of one name joined with a comma. */
  readonly fields = new Map<string, string>();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  /** Takes a line, or as much of it as there is. */
  read(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(LF, at);
    const end = Math.min(lineEnd === -1 ? chunk.length : lineEnd + 1, at + LONGEST_HEAD - this.bytes);
    this.bytes += end - at;
    this.#direction.layers[this.#direction.name === 'up' ? 'requestHead' : 'responseHead'] += end - at;
    this.#line += chunk.toString('latin1', at, end);
    if (end === lineEnd + 1) {
      const problem = this.#readLine(this.#line);
      this.#line = '';
      if (problem !== undefined) this.#direction.fail(problem);
    }
    if (this.bytes === LONGEST_HEAD && !this.isDone)
      this.#direction.fail(`a head is longer than ${LONGEST_HEAD} bytes`);
    return end;
  }

  #readLine(line: string): string | undefined {
    if (!this.start) {
      this.start = START_LINE[this.#direction.name].exec(line)?.groups;
      return this.start ? undefined : `not the first line of a message: ${quote(line)}`;
    }
    if (line === '\r\n') {
      this.isDone = true;
      return undefined;
    }
    const [, name = '', value = ''] = FIELD.exec(line) ?? [];
    if (name === '') return `not a header field: ${quote(line)}`;
    const key = name.toLowerCase();
    const before = this.fields.get(key);
    // A regular expression in place of `trim` would take the square of a long run of spaces.
    this.fields.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
    return undefined;
  }
}

function quote(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
}
