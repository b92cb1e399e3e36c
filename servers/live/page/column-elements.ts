/** What a column is made of, and its words. */

import type { Column as Name } from '../protocol.ts';
import type { State } from './clients.ts';
import { button, byId, element } from './dom.ts';

interface ColumnText {
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
    api: 'fetch, held for an event',
    colour: 'lane-3',
    mark: 'square',
  },
  sse: { title: 'Server-Sent Events', api: 'EventSource', colour: 'lane-4', mark: 'diamond' },
  websocket: { title: 'WebSocket', api: 'WebSocket', colour: 'lane-5', mark: 'down' },
  streaming: { title: 'Streaming', api: 'fetch, read as it comes', colour: 'lane-6', mark: 'circle' },
};

export const STATE_WORDS: Readonly<Record<State, string>> = {
  connecting: 'connecting',
  open: 'connected',
  away: 'connection lost',
  closed: 'not connected',
};

const SYMBOLS = 8;

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

export type Counter = keyof typeof COUNTERS;

export interface ColumnElements {
  readonly root: HTMLElement;
  readonly toggle: HTMLButtonElement;
  readonly state: HTMLElement;
  /** One for each symbol: its name, and its price. */
  readonly cells: readonly HTMLElement[];
  readonly canvas: HTMLCanvasElement;
  readonly scale: HTMLElement;
  readonly values: Readonly<Record<Counter, HTMLElement>>;
  readonly form: HTMLFormElement;
  readonly field: HTMLInputElement;
  readonly list: HTMLOListElement;
}

export function makeColumn(name: Name): ColumnElements {
  const { title, api, colour, mark } = COLUMN_TEXTS[name];
  const id = `column-${name}`;
  const toggle = button('Connect', () => {}, { class: 'toggle', 'aria-describedby': id });
  const state = element('span', { class: 'state', role: 'status' }, STATE_WORDS.closed);
  const cells = Array.from({ length: SYMBOLS }, () =>
    element('li', {}, element('span', {}, '–'), element('b', {}, '–')),
  );
  const canvas = element('canvas', { role: 'img', 'aria-label': `${title}: what was said, newest above` });
  const scale = element('span', { class: 'scale' });
  const values = Object.fromEntries(
    Object.keys(COUNTERS).map((key) => [key, element('dd', { 'data-counter': key }, '–')]),
  ) as Record<Counter, HTMLElement>;
  const counters = Object.entries(COUNTERS).map(([key, text]) =>
    element('div', {}, element('dt', {}, text), values[key as Counter]),
  );
  const field = element('input', {
    type: 'text',
    value: 'hello',
    maxlength: 1_000,
    autocomplete: 'off',
    'aria-label': `Message by ${title}`,
  });
  const form = element('form', { class: 'send' }, field, element('button', { type: 'submit' }, 'Send'));
  const list = element('ol', { class: 'log', tabindex: 0, 'aria-label': `${title}: log, newest first` });
  const root = element(
    'article',
    { class: `column ${colour}`, 'aria-labelledby': id, 'data-column': name },
    element(
      'header',
      {},
      element('h3', { id }, element('span', { class: `mark ${mark}`, 'aria-hidden': 'true' }), title),
      toggle,
      element('p', { class: 'api' }, `${api} `, state),
    ),
    element('ul', { class: 'prices', 'aria-label': `${title}: prices` }, ...cells),
    element(
      'p',
      { class: 'sides', 'aria-hidden': 'true' },
      element('span', {}, '← up'),
      element('span', {}, 'down →'),
      scale,
    ),
    canvas,
    element('dl', { class: 'counters' }, ...counters),
    form,
    list,
  );
  return { root, toggle, state, cells, canvas, scale, values, form, field, list };
}

/** Puts the columns into the page, the last one folded. */
export function placeColumns(columns: readonly { readonly elements: ColumnElements }[]): void {
  for (const [at, { elements }] of columns.entries()) {
    byId(at < columns.length - 1 ? 'columns' : 'folded-column').append(elements.root);
  }
}
