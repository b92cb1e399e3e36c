/** The delivery audit of one simulated client. */
export class Tally {
  #next = 1;
  #missing: Set<number> | undefined;
  #duplicated = 0;
  #outOfOrder = 0;

  get duplicated(): number {
    return this.#duplicated;
  }

  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  /** @returns whether the event is seen for the first time */
  see(seq: number): boolean {
    if (seq === this.#next) {
      this.#next++;
      return true;
    }
    if (seq > this.#next) {
      this.#missing ??= new Set();
      for (let lost = this.#next; lost < seq; lost++) this.#missing.add(lost);
      this.#next = seq + 1;
      return true;
    }
    if (this.#missing?.delete(seq)) {
      this.#outOfOrder++;
      return true;
    }
    this.#duplicated++;
    return false;
  }

  /** How many of the events `from` to `to` were never seen. */
  missingOf(from: number, to: number): number {
    let missing = Math.max(0, to - Math.max(from, this.#next) + 1);
    for (const seq of this.#missing ?? []) if (seq >= from && seq <= to) missing++;
    return missing;
  }
}
