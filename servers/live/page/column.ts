/** One transport on the page: its client, what it received, what its connections took, and how all that is shown. */

import type { Column as Name, WireCount, WireMessage } from '../protocol.ts';
import { CLIENTS, type Client, type ClientSettings, type State } from './clients.ts';
import { toPageMs } from './clock.ts';
import { type ColumnElements, type Counter, makeColumn, STATE_WORDS } from './column-elements.ts';
import { setText } from './dom.ts';
import { LANE_SECONDS, Lane, type LaneColours } from './lane.ts';
import { type Entry, Log } from './log.ts';
import { detailOf, formatBytes, formatCount, formatMs, titleOf } from './words.ts';

const EVENT = /^\{"seq":(\d+),"due":(\d+)(?:,"symbol":"(\w+)")?(?:,"price":([\d.]+))?/;
/** The median is of so many. */
const AGES = 101;
/** The same place for a symbol in every column. */
const placeOf = new Map<string, number>();

const NONE: WireCount = {
  sentBytes: 0,
  receivedBytes: 0,
  connections: 0,
  openConnections: 0,
  headerBytes: 0,
  messagesUp: 0,
  messagesDown: 0,
};

/** What all columns share, as it is now. */
interface ColumnSources {
  readonly settings: () => Omit<ClientSettings, 'at' | 'since'> & { readonly resumes: boolean };
  /** Host and port that the column connects to. */
  readonly at: (column: Name) => string;
  readonly startMs: () => number;
}

export class ColumnView {
  readonly name: Name;
  readonly lane: Lane;
  readonly #log: Log;
  readonly #sources: ColumnSources;
  readonly elements: ColumnElements;
  #client: Client | undefined;
  #cursor: number | undefined;
  #hasEvent = false;
  #state: State = 'closed';
  #count = NONE;
  #zero = NONE;
  #events = 0;
  #missed = 0;
  #ages: number[] = [];
  #lastPlace: number | undefined;
  #prices = new Map<number, readonly [symbol: string, price: string]>();

  constructor(name: Name, sources: ColumnSources) {
    this.name = name;
    this.#sources = sources;
    this.elements = makeColumn(name);
    this.lane = new Lane(this.elements.canvas);
    this.#log = new Log(this.elements.list);
    const { toggle, form, field } = this.elements;
    toggle.addEventListener('click', () => (this.#client ? this.disconnect() : this.connect()));
    form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      if (this.#client) this.#client.send(field.value);
      else this.#add({ kind: 'note', title: 'not sent: connect first' });
    });
  }

  connect(): void {
    if (this.#client) return;
    const { resumes } = this.#sources.settings();
    // Without a cursor, the first event may be any.
    if (!resumes) this.#cursor = undefined;
    this.#setState('connecting');
    const settings = () => ({ ...this.#sources.settings(), at: this.#sources.at(this.name), since: this.#since });
    this.#client = CLIENTS[this.name](settings, {
      event: (text) => this.#take(text),
      gap: (after, oldest) => {
        this.#missed += oldest - 1 - after;
        this.#cursor = oldest - 1;
        this.#add({ kind: 'note', title: `gap: events ${after + 1} to ${oldest - 1} are lost` });
      },
      cursor: (seq) => {
        this.#cursor = seq;
      },
      echo: (text, tookMs) => this.#add({ kind: 'echo', title: `${text} after ${formatMs(tookMs)}` }),
      note: (text) => this.#add({ kind: 'note', title: text }),
      state: (state) => this.#client && this.#setState(state),
    });
  }

  disconnect(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.close();
    if (client) this.#setState('closed');
  }

  /** Counts from zero. */
  reset(): void {
    this.#zero = this.#count;
    this.#events = 0;
    this.#missed = 0;
    this.#ages = [];
    this.#log.clear();
  }

  saw(message: WireMessage): void {
    const { isUp, bytes, eventBytes } = message;
    const atMs = toPageMs(message.atMs);
    this.lane.add({ isUp, atMs, bytes, eventBytes });
    this.#log.add({
      atMs,
      kind: isUp ? 'up' : 'down',
      title: message.head === undefined ? message.kind : titleOf(message),
      bytes,
      detail: () => detailOf(message),
    });
  }

  counted(count: WireCount): void {
    this.#count = count;
  }

  get events(): number {
    return this.#events;
  }

  get missed(): number {
    return this.#missed;
  }

  get medianAgeMs(): number | undefined {
    return this.#ages.toSorted((a, b) => a - b)[Math.floor(this.#ages.length / 2)];
  }

  /** Both ways, of the server's sockets; undefined before the first event. */
  get bytesPerEvent(): number | undefined {
    return this.#events === 0 ? undefined : (this.#upBytes + this.#downBytes) / this.#events;
  }

  renderPrices(): void {
    for (const [place, texts] of this.#prices) {
      for (const [at, part] of [...(this.elements.cells[place]?.children ?? [])].entries())
        setText(part, texts[at] ?? '–');
    }
    for (const [place, cell] of this.elements.cells.entries())
      cell.classList.toggle('fresh', place === this.#lastPlace);
    this.#prices.clear();
  }

  draw(nowMs: number, widthBytes: number, colours: LaneColours): void {
    this.lane.draw(nowMs, widthBytes, colours);
    setText(this.elements.scale, `${formatBytes(widthBytes)} wide, ${LANE_SECONDS} s`);
  }

  render(): void {
    const { messagesUp, messagesDown, headerBytes } = this.#count;
    const show = (counter: Counter, text: string) => setText(this.elements.values[counter], text);
    const bytes = this.#upBytes + this.#downBytes;
    const [median, last] = [this.medianAgeMs, this.#ages.at(-1)];
    const age = (ms: number | undefined) => (ms === undefined ? '–' : formatMs(Math.max(0, ms)));
    show('events', formatCount(this.#events));
    show('missed', formatCount(this.#missed));
    this.elements.values.missed.classList.toggle('bad', this.#missed > 0);
    show(
      'messages',
      `↑ ${formatCount(messagesUp - this.#zero.messagesUp)}  ↓ ${formatCount(messagesDown - this.#zero.messagesDown)}`,
    );
    show('bytes', `↑ ${formatBytes(this.#upBytes)}  ↓ ${formatBytes(this.#downBytes)}`);
    show('wire', formatBytes(bytes + headerBytes - this.#zero.headerBytes));
    show('perEvent', this.bytesPerEvent === undefined ? '–' : formatBytes(Math.round(this.bytesPerEvent)));
    show('age', age(last));
    show('median', age(median));
    this.elements.root.dataset['up'] = String(this.#count.receivedBytes);
    this.elements.root.dataset['down'] = String(this.#count.sentBytes);
    this.#log.render();
  }

  get #since(): number | undefined {
    return this.#sources.settings().resumes || this.name === 'polling' || this.name === 'long-polling'
      ? this.#cursor
      : undefined;
  }

  get #upBytes(): number {
    return this.#count.receivedBytes - this.#zero.receivedBytes;
  }

  get #downBytes(): number {
    return this.#count.sentBytes - this.#zero.sentBytes;
  }

  #take(text: string): void {
    const nowMs = performance.now();
    const [, seq, due, symbol, price] = EVENT.exec(text) ?? [];
    if (seq === undefined) return void this.#add({ kind: 'note', title: `not an event: ${text.slice(0, 80)}` });
    const number = Number(seq);
    if (this.#hasEvent && this.#cursor !== undefined && number > this.#cursor + 1) {
      this.#missed += number - this.#cursor - 1;
      this.#add({ kind: 'note', title: `events ${this.#cursor + 1} to ${number - 1} were missed` });
    }
    this.#hasEvent = true;
    this.#cursor = number;
    this.#events++;
    this.#ages.push(nowMs - toPageMs(this.#sources.startMs() + Number(due) / 1e3));
    if (this.#ages.length > AGES) this.#ages.shift();
    if (symbol === undefined) return;
    const place = placeOf.get(symbol) ?? placeOf.size;
    placeOf.set(symbol, place);
    this.#lastPlace = place;
    this.#prices.set(place, [symbol, price ?? '–']);
  }

  #add(entry: Omit<Entry, 'atMs'>): void {
    this.#log.add({ atMs: performance.now(), ...entry });
  }

  #setState(state: State): void {
    if (state === this.#state) return;
    this.#state = state;
    this.elements.root.dataset['state'] = state;
    setText(this.elements.state, STATE_WORDS[state]);
    setText(this.elements.toggle, this.#client || state === 'connecting' ? 'Disconnect' : 'Connect');
  }
}
