/** The delivery audit of one simulated client, by the number of each event in its cell: 1, 2, 3 … */
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
  see(number: number): boolean {
    if (number === this.#next) {
      this.#next++;
      return true;
    }
    if (number > this.#next) {
      this.#missing ??= new Set();
      for (let lost = this.#next; lost < number; lost++) this.#missing.add(lost);
      this.#next = number + 1;
      return true;
    }
    if (this.#missing?.delete(number)) {
      this.#outOfOrder++;
      return true;
    }
    this.#duplicated++;
    return false;
  }

  /** How many of the events `from` to `to` were never seen. */
  missingOf(from: number, to: number): number {
    let missing = Math.max(0, to - Math.max(from, this.#next) + 1);
    for (const lost of this.#missing ?? []) if (lost >= from && lost <= to) missing++;
    return missing;
  }
}
