const NEWLINE = 0x0a;

/** Splits a byte stream into lines at LF. Takes chunks in any split; a line may be as long as it likes. */
export class LineReader {
  #heldBytes = 0;
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
        this.#heldBytes = 0;
        use(line);
      }
      from = end + 1;
    }
    if (from === chunk.length) return;
    this.#pieces.push(chunk.subarray(from));
    this.#heldBytes += chunk.length - from;
  }

  /** Bytes of a line whose end has not come. */
  get heldBytes(): number {
    return this.#heldBytes;
  }
}
