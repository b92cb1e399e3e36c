const NEWLINE = 0x0a;

/** Splits a byte stream into lines at LF. Takes chunks in any split; a line may be as long as it likes. */
export class LineReader {
  /** Pieces of a line whose end has not come; joined once, or a long line in many pieces would cost its square. */
  #pieces: Buffer[] = [];

  push(chunk: Buffer, use: (line: string) => void): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      if (this.#pieces.length === 0) {
        use(chunk.toString('utf8', from, end));
      } else {
        this.#pieces.push(chunk.subarray(from, end));
        const line = Buffer.concat(this.#pieces).toString('utf8');
        this.#pieces = [];
        use(line);
      }
      from = end + 1;
    }
    if (from < chunk.length) this.#pieces.push(chunk.subarray(from));
  }

  /** True when the bytes so far end within a line. */
  get isInLine(): boolean {
    return this.#pieces.length > 0;
  }
}
