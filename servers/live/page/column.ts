/** One transport on the page: its client, what it received, what its connections took, and how all that is shown. */

import type { Column as Name, WireCount, WireMessage } from '../protocol.ts';
import { CLIENTS, type Client, type ClientSettings, type State } from './clients.ts';
import { toPageMs } from './clock.ts';
import { button, byId, element, setText } from './dom.ts';
import { LANE_SECONDS, Lane, type LaneColours } from './lane.ts';
import { type Entry, Log } from './log.ts';
import { detailOf, formatBytes, formatCount, formatMs, titleOf } from './words.ts';

export interface ColumnText {
  readonly title: string;
  readonly api: string;
  /** The colour and the mark of the transport's lanes in the report. */
  readonly colour: string;
  readonly mark: string;
}

export const COLUMN_TEXTS: Readonly<Record<Name, ColumnText>> = {
  polling: { title: 'Polling', api: 'fetch, again and again', colour: 'lane-2', mark: 'up' },
  'long-polling': {
    title: 'Long-polling',
    api: 'fetch, parked until there is an event',
    colour: 'lane-3',
    mark: 'square',
  },
  sse: { title: 'Server-Sent Events', api: 'EventSource', colour: 'lane-4', mark: 'diamond' },
  websocket: { title: 'WebSocket', api: 'WebSocket', colour: 'lane-5', mark: 'down' },
  streaming: { title: 'Streaming', api: 'fetch, read as it comes', colour: 'lane-6', mark: 'circle' },
};

const STATE_WORDS: Readonly<Record<State, string>> = {
  connecting: 'connecting',
  open: 'connected',
  away: 'connection lost',
  closed: 'not connected',
};

const EVENT = /^\{"seq":(\d+),"due":(\d+)(?:,"symbol":"(\w+)")?(?:,"price":([\d.]+))?/;
/** The median is of so many. */
const AGES = 101;
const SYMBOLS = 8;
/** The same place for a symbol in every column. */
const placeOf = new Map<string, number>();

const COUNTERS = {
  events: 'events',
  missed: 'missed',
  messages: 'messages',
  bytes: 'bytes',
  wire: 'with TCP/IP, about',
  perEvent: 'bytes per event',
  age: 'age on arrival',
  median: 'its median',
} as const;

type Counter = keyof typeof COUNTERS;

const NONE: WireCount = {
  sentBytes: 0,
  receivedBytes: 0,
  connections: 0,
  openConnections: 0,
  headerBytes: 0,
  messagesUp: 0,
  messagesDown: 0,
};

export class ColumnView {
  readonly name: Name;
  readonly lane: Lane;
  readonly #log: Log;
  readonly #settings: () => Omit<ClientSettings, 'at' | 'since'> & { readonly resumes: boolean };
  readonly #at: () => string;
  readonly #startMs: () => number;
  readonly #toggle: HTMLButtonElement;
  readonly #stateText: HTMLElement;
  readonly #cells: HTMLElement[] = [];
  readonly #values = {} as Record<Counter, HTMLElement>;
  readonly #scale: HTMLElement;
  readonly root: HTMLElement;
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

  constructor(
    name: Name,
    sources: {
      readonly settings: () => Omit<ClientSettings, 'at' | 'since'> & { readonly resumes: boolean };
      readonly at: () => string;
      readonly startMs: () => number;
    },
  ) {
    this.name = name;
    this.#settings = sources.settings;
    this.#at = sources.at;
    this.#startMs = sources.startMs;
    const { title, api, colour, mark } = COLUMN_TEXTS[name];
    const id = `column-${name}`;
    this.#toggle = button('Connect', () => (this.#client ? this.disconnect() : this.connect()), {
      class: 'toggle',
      'aria-describedby': id,
    });
    this.#stateText = element('span', { class: 'state', role: 'status' }, STATE_WORDS.closed);
    const prices = element('ul', { class: 'prices', 'aria-label': `${title}: prices` });
    for (let place = 0; place < SYMBOLS; place++) {
      const cell = element('li', {}, element('span', {}, '–'), element('b', {}, '–'));
      this.#cells.push(cell);
      prices.append(cell);
    }
    const canvas = element('canvas', { role: 'img', 'aria-label': `${title}: what was said, newest above` });
    this.lane = new Lane(canvas);
    this.#scale = element('span', { class: 'scale' });
    const counters = element('dl', { class: 'counters' });
    for (const [key, text] of Object.entries(COUNTERS)) {
      const value = element('dd', { 'data-counter': key }, '–');
      this.#values[key as Counter] = value;
      counters.append(element('div', {}, element('dt', {}, text), value));
    }
    const field = element('input', {
      type: 'text',
      value: 'hello',
      maxlength: 1_000,
      autocomplete: 'off',
      'aria-label': `Message by ${title}`,
    });
    const form = element('form', { class: 'send' }, field, element('button', { type: 'submit' }, 'Send'));
    form.addEventListener('submit', (submit) => {
      submit.preventDefault();
      if (this.#client) this.#client.send(field.value);
      else this.#add({ kind: 'note', title: 'not sent: connect first' });
    });
    const list = element('ol', { class: 'log', tabindex: 0, 'aria-label': `${title}: log, newest first` });
    this.#log = new Log(list);
    this.root = element(
      'article',
      { class: `column ${colour}`, 'aria-labelledby': id, 'data-column': name },
      element(
        'header',
        {},
        element('h3', { id }, element('span', { class: `mark ${mark}`, 'aria-hidden': 'true' }), title),
        this.#toggle,
        element('p', { class: 'api' }, `${api} `, this.#stateText),
      ),
      prices,
      element(
        'p',
        { class: 'sides', 'aria-hidden': 'true' },
        element('span', {}, '← up'),
        element('span', {}, 'down →'),
        this.#scale,
      ),
      canvas,
      counters,
      form,
      list,
    );
  }

  connect(): void {
    if (this.#client) return;
    const { resumes } = this.#settings();
    // Without a cursor, the first event may be any.
    if (!resumes) this.#cursor = undefined;
    this.#setState('connecting');
    const settings = () => ({ ...this.#settings(), at: this.#at(), since: this.#since });
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

  /** Tells that another way to the server began: the cursor is of another feed. */
  forget(): void {
    this.#cursor = undefined;
    this.#hasEvent = false;
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
      for (const [at, part] of [...(this.#cells[place]?.children ?? [])].entries()) setText(part, texts[at] ?? '–');
    }
    for (const [place, cell] of this.#cells.entries()) cell.classList.toggle('fresh', place === this.#lastPlace);
    this.#prices.clear();
  }

  draw(nowMs: number, widthBytes: number, colours: LaneColours): void {
    this.lane.draw(nowMs, widthBytes, colours);
    setText(this.#scale, `${formatBytes(widthBytes)} wide, ${LANE_SECONDS} s`);
  }

  render(): void {
    const { messagesUp, messagesDown, headerBytes } = this.#count;
    const show = (counter: Counter, text: string) => setText(this.#values[counter], text);
    const bytes = this.#upBytes + this.#downBytes;
    const [median, last] = [this.medianAgeMs, this.#ages.at(-1)];
    const age = (ms: number | undefined) => (ms === undefined ? '–' : formatMs(Math.max(0, ms)));
    show('events', formatCount(this.#events));
    show('missed', formatCount(this.#missed));
    this.#values.missed.classList.toggle('bad', this.#missed > 0);
    show(
      'messages',
      `↑ ${formatCount(messagesUp - this.#zero.messagesUp)}  ↓ ${formatCount(messagesDown - this.#zero.messagesDown)}`,
    );
    show('bytes', `↑ ${formatBytes(this.#upBytes)}  ↓ ${formatBytes(this.#downBytes)}`);
    show('wire', formatBytes(bytes + headerBytes - this.#zero.headerBytes));
    show('perEvent', this.bytesPerEvent === undefined ? '–' : formatBytes(Math.round(this.bytesPerEvent)));
    show('age', age(last));
    show('median', age(median));
    this.root.dataset['up'] = String(this.#count.receivedBytes);
    this.root.dataset['down'] = String(this.#count.sentBytes);
    this.#log.render();
  }

  get #since(): number | undefined {
    return this.#settings().resumes || this.name === 'polling' || this.name === 'long-polling'
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
    this.#ages.push(nowMs - toPageMs(this.#startMs() + Number(due) / 1e3));
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
    this.root.dataset['state'] = state;
    setText(this.#stateText, STATE_WORDS[state]);
    setText(this.#toggle, this.#client || state === 'connecting' ? 'Disconnect' : 'Connect');
  }
}

/** Puts the columns into the page, the last one folded. */
export function placeColumns(columns: readonly ColumnView[]): void {
  for (const [at, { root }] of columns.entries()) {
    byId(at < columns.length - 1 ? 'columns' : 'folded-column').append(root);
  }
}
