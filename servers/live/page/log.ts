/** A column's log: what went over the wire and what the client noticed, newest first. Its rows open up. */

import { element } from './dom.ts';
import { formatBytes } from './words.ts';

export interface Entry {
  /** On the page's clock. */
  readonly atMs: number;
  readonly kind: 'up' | 'down' | 'note' | 'echo' | 'more';
  readonly title: string;
  readonly bytes?: number;
  /** Asked when the row is opened. */
  readonly detail?: () => string;
}

/** Of what went over the wire. */
const MOST_ROWS = 60;
/** Of what the client noticed: a close code is still there when many events have come since. */
const MOST_NOTES = 20;
const SIGNS: Readonly<Record<Entry['kind'], string>> = { up: '↑', down: '↓', note: '·', echo: '↩', more: '…' };
const SPOKEN: Readonly<Record<Entry['kind'], string>> = {
  up: 'sent',
  down: 'received',
  note: 'note',
  echo: 'echo',
  more: '',
};

export class Log {
  readonly list: HTMLOListElement;
  #waiting: Entry[] = [];
  #notes: Entry[] = [];
  #leftOut = 0;

  /** @param list stays as it is while one of its rows is open, so that what is read does not move away */
  constructor(list: HTMLOListElement) {
    this.list = list;
  }

  add(entry: Entry): void {
    if (entry.kind === 'note' || entry.kind === 'echo') {
      this.#notes = [...this.#notes, entry].slice(-MOST_NOTES);
      return;
    }
    this.#waiting.push(entry);
    if (this.#waiting.length <= MOST_ROWS) return;
    this.#waiting.shift();
    this.#leftOut++;
  }

  clear(): void {
    this.#waiting = [];
    this.#notes = [];
    this.#leftOut = 0;
    this.list.replaceChildren();
  }

  /** Shows what was added since, unless a row is open. */
  render(): void {
    const entries = [...this.#waiting, ...this.#notes];
    if (entries.length === 0 || this.list.querySelector('[open]')) return;
    // What the server saw comes later than what the client noticed at the same time.
    const rows = entries.sort((a, b) => a.atMs - b.atMs).map(rowOf);
    const more = `${this.#leftOut} more before these`;
    if (this.#leftOut > 0) rows.unshift(rowOf({ atMs: Number.NaN, kind: 'more', title: more }));
    this.#waiting = [];
    this.#notes = [];
    this.#leftOut = 0;
    this.list.prepend(...rows.reverse());
    const isNote = (row: Element) => row.matches('.note, .echo');
    for (const [kind, most] of [
      [true, MOST_NOTES],
      [false, MOST_ROWS],
    ] as const) {
      const old = [...this.list.children].filter((row) => isNote(row) === kind).slice(most);
      for (const row of old) row.remove();
    }
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
