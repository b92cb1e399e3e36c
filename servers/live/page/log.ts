/** A column's log: what went over the wire and what the client noticed, newest first. Its rows open up. */

import { element } from './dom.ts';
import { formatBytes } from './words.ts';

export interface Entry {
  /** On the page's clock. */
  readonly atMs: number;
  readonly kind: 'up' | 'down' | 'note' | 'echo';
  readonly title: string;
  readonly bytes?: number;
  /** Asked when the row is opened. */
  readonly detail?: () => string;
}

const MOST_ROWS = 60;
const SIGNS: Readonly<Record<Entry['kind'], string>> = { up: '↑', down: '↓', note: '·', echo: '↩' };
const SPOKEN: Readonly<Record<Entry['kind'], string>> = { up: 'sent', down: 'received', note: 'note', echo: 'echo' };

export class Log {
  readonly list: HTMLOListElement;
  #waiting: Entry[] = [];
  #leftOut = 0;

  /** @param list stays as it is while one of its rows is open, so that what is read does not move away */
  constructor(list: HTMLOListElement) {
    this.list = list;
  }

  add(entry: Entry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length <= MOST_ROWS) return;
    this.#waiting.shift();
    this.#leftOut++;
  }

  clear(): void {
    this.#waiting = [];
    this.#leftOut = 0;
    this.list.replaceChildren();
  }

  /** Shows what was added since, unless a row is open. */
  render(): void {
    if (this.#waiting.length === 0 || this.list.querySelector('[open]')) return;
    // What the server saw comes later than what the client noticed at the same time.
    const rows = this.#waiting.sort((a, b) => a.atMs - b.atMs).map(rowOf);
    if (this.#leftOut > 0)
      rows.unshift(rowOf({ atMs: Number.NaN, kind: 'note', title: `${this.#leftOut} more before these` }));
    this.#waiting = [];
    this.#leftOut = 0;
    this.list.prepend(...rows.reverse());
    while (this.list.childElementCount > MOST_ROWS) this.list.lastElementChild?.remove();
  }
}

function rowOf({ atMs, kind, title, bytes, detail }: Entry): HTMLLIElement {
  const line = [
    element('span', { class: 'at' }, Number.isNaN(atMs) ? '' : (atMs / 1e3).toFixed(2)),
    element('span', { class: `sign of-${kind}`, 'aria-hidden': 'true' }, SIGNS[kind]),
    element('span', { class: 'unseen' }, SPOKEN[kind]),
    element('span', { class: 'title' }, title),
    element('span', { class: 'size' }, bytes === undefined ? '' : formatBytes(bytes)),
  ];
  if (!detail) return element('li', { class: `line ${kind}` }, ...line);
  const fold = element('details', {}, element('summary', { class: 'line' }, ...line));
  fold.addEventListener('toggle', () => {
    if (fold.open && fold.childElementCount === 1) fold.append(element('pre', { tabindex: 0 }, detail()));
  });
  return element('li', {}, fold);
}
