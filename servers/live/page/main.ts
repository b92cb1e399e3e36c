/** The page: watches the server, sets the controls, and draws all columns at the same instants. */

import {
  type Action,
  COLUMNS,
  type Column,
  type Command,
  type Hello,
  type Settings,
  type Snapshot,
  STEPS,
} from '../protocol.ts';
import { tieClock } from './clock.ts';
import { ColumnView } from './column.ts';
import { COLUMN_TEXTS, placeColumns } from './column-elements.ts';
import { button, byId, element, setText } from './dom.ts';
import { type LaneColours, widthBytesFor } from './lane.ts';
import { type Columns, LESSONS, type Lesson, NEUTRAL, type PageSettings } from './lessons.ts';
import { formatBytes, formatMs } from './words.ts';

type AllSettings = Settings & PageSettings;

interface Slider {
  readonly name: keyof AllSettings;
  readonly label: string;
  readonly steps: readonly number[];
  readonly text: (value: number) => string;
}

const milliseconds = (value: number) => (value === 0 ? 'none added' : formatMs(value));
const perSecond = (value: number) => `${value} a second`;
const bits = (value: number) =>
  value === 0 ? 'no limit' : value >= 1e6 ? `${value / 1e6} Mbit/s` : `${value / 1e3} kbit/s`;

const SHARED_SLIDERS: readonly Slider[] = [
  { name: 'eventsPerSecond', label: 'Events', steps: STEPS.eventsPerSecond, text: perSecond },
  { name: 'payloadBytes', label: 'Payload', steps: STEPS.payloadBytes, text: formatBytes },
  { name: 'rttMs', label: 'Round trip', steps: STEPS.rttMs, text: milliseconds },
  { name: 'bandwidthBitsPerSecond', label: 'Bandwidth', steps: STEPS.bandwidthBitsPerSecond, text: bits },
];

/** What the page's own clients do. */
const OWN_SLIDERS: readonly Slider[] = [
  { name: 'pollMs', label: 'Poll every', steps: [100, 200, 500, 1_000, 2_000, 5_000, 10_000], text: formatMs },
  { name: 'holdSeconds', label: 'Long poll held', steps: [1, 5, 10, 30, 60, 120], text: (value) => `${value} s` },
];

const ACTION_TEXTS: Readonly<Record<Action, string>> = {
  cut: 'Cut the connections',
  restart: 'Restart the server',
  'restart-empty': 'Restart, forget events',
};

/** Counters and logs; prices and lanes are drawn with each frame. */
const RENDER_MS = 250;
/** With reduced motion, lanes go on in steps. */
const STILL_MS = 1_000;

const { token = '', columnHost = '' } = document.documentElement.dataset;
const isStill = matchMedia('(prefers-reduced-motion: reduce)');

let settings: AllSettings = NEUTRAL;
let hello: Hello | undefined;
let lesson: Lesson | undefined;

const resumes = byId<HTMLInputElement>('resumes');
const sources = {
  settings: () => ({ pollMs: settings.pollMs, holdSeconds: settings.holdSeconds, resumes: resumes.checked }),
  at: (name: Column) => `${columnHost}:${hello?.ports[name] ?? 0}`,
  startMs: () => hello?.startMs ?? 0,
};
const views = COLUMNS.map((name) => new ColumnView(name, sources));
const columns = Object.fromEntries(views.map((view) => [view.name, view])) as unknown as Columns;
/** Those that are not folded. */
const shown = views.slice(0, -1);

// --- the server ---

function watch(): void {
  const source = new EventSource(`/live/watch?token=${token}`);
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const snapshot = JSON.parse(data) as Snapshot;
    if (snapshot.hello) void begin(snapshot.hello);
    told(snapshot);
  };
  source.onerror = () => {
    const isOver = source.readyState === EventSource.CLOSED;
    sayState(
      isOver ? 'The server refused this page: reload it, or close others.' : 'The server is not reached.',
      false,
    );
  };
}

async function begin(told: Hello): Promise<void> {
  const isFirst = hello === undefined;
  hello = told;
  const boundMs = await tieClock(token);
  setText(byId('clock-bound'), `${boundMs.toFixed(2)} ms`);
  document.documentElement.dataset['ready'] = 'true';
  if (isFirst) connectAll();
}

function told({ settings: set, isUp, counts, messages }: Snapshot): void {
  settings = { ...settings, ...set };
  showControls();
  sayState(isUp ? 'The server is up.' : 'The server is away: it restarts.', isUp);
  for (const name of COLUMNS) columns[name].counted(counts[name]);
  for (const message of messages) columns[message.column].saw(message);
}

function sayState(text: string, isUp: boolean): void {
  const state = byId('state');
  setText(state, text);
  state.classList.toggle('bad', !isUp);
}

async function command(asked: Omit<Command, 'page'>): Promise<void> {
  const body: Command = { page: hello?.page ?? 0, ...asked };
  const response = await fetch('/live/control', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Live-Token': token },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (!response?.ok)
    sayState(`Not done: the server ${response ? `refused it (${response.status})` : 'is not reached'}.`, false);
}

// --- the controls ---

const showers: (() => void)[] = [];
const showControls = () => {
  for (const show of showers) show();
};

function addSlider({ name, label, steps, text }: Slider, set: (value: number) => void): void {
  const range = element('input', { type: 'range', id: `set-${name}`, min: 0, max: steps.length - 1, step: 1 });
  const output = element('output', { for: `set-${name}` });
  range.addEventListener('input', () => set(steps[range.valueAsNumber] ?? 0));
  showers.push(() => {
    const value = Number(settings[name]);
    const words = text(value);
    setText(output, words);
    range.setAttribute('aria-valuetext', words);
    // Whoever drags it is not disturbed by what the server says.
    if (document.activeElement !== range) range.valueAsNumber = nearest(steps, value);
  });
  byId('sliders').append(element('label', { for: `set-${name}` }, element('span', {}, label), output, range));
}

function nearest(steps: readonly number[], value: number): number {
  const distances = steps.map((step) => Math.abs(step - value));
  return distances.indexOf(Math.min(...distances));
}

function addSwitch(name: 'isSilent' | 'isReading', label: string, pressedWhen: boolean): void {
  const made = button(label, () => void command({ set: { [name]: !settings[name] } }), { id: `set-${name}` });
  showers.push(() => made.setAttribute('aria-pressed', String(settings[name] === pressedWhen)));
  byId('actions').append(made);
}

function addControls(): void {
  const hasControl = !byId('actions').hidden;
  for (const slider of hasControl ? SHARED_SLIDERS : []) {
    addSlider(slider, (value) => {
      settings = { ...settings, [slider.name]: value };
      showControls();
      void command({ set: { [slider.name]: value } });
    });
  }
  for (const slider of OWN_SLIDERS) {
    addSlider(slider, (value) => {
      settings = { ...settings, [slider.name]: value };
      showControls();
    });
  }
  addSwitch('isSilent', 'Silence', true);
  addSwitch('isReading', 'Stop reading', false);
  for (const [action, text] of Object.entries(ACTION_TEXTS)) {
    byId('actions').append(button(text, () => void command({ action: action as Action }), { id: `do-${action}` }));
  }
  for (const one of LESSONS) {
    const made = button(one.title, () => teach(one), { 'aria-pressed': 'false' });
    made.disabled = !hasControl;
    showers.push(() => made.setAttribute('aria-pressed', String(lesson === one)));
    byId('lessons').append(made);
  }
  byId('connect-all').addEventListener('click', connectAll);
  byId('disconnect-all').addEventListener('click', () => {
    for (const view of views) view.disconnect();
  });
  byId('reset').addEventListener('click', reset);
  byId('controls').addEventListener('submit', (submit) => submit.preventDefault());
  byId('lesson').append(
    element(
      'p',
      { class: 'look' },
      hasControl
        ? 'Choose a lesson: it sets the controls, connects, and counts from zero.'
        : 'This server takes no controls: the page watches.',
    ),
    element('p', { class: 'now' }),
  );
  showControls();
}

function connectAll(): void {
  for (const view of shown) view.connect();
}

function reset(): void {
  for (const view of views) view.reset();
}

async function teach(one: Lesson): Promise<void> {
  lesson = one;
  const { pollMs, holdSeconds, ...set } = { ...NEUTRAL, ...one.set };
  settings = { ...settings, pollMs, holdSeconds };
  showControls();
  setText(byId('lesson').querySelector('.look') as Element, one.look);
  await command({ set });
  connectAll();
  reset();
}

// --- drawing ---

const coloursOf = (view: ColumnView): LaneColours => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`);
  return {
    axis: colour('rule-strong'),
    grid: colour('rule'),
    quiet: colour('layer-feed'),
    event: colour(COLUMN_TEXTS[view.name].colour),
  };
};

let colours = views.map(coloursOf);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  colours = views.map(coloursOf);
});

let drawnMs = Number.NEGATIVE_INFINITY;
function draw(): void {
  requestAnimationFrame(draw);
  const nowMs = performance.now();
  if (isStill.matches && nowMs - drawnMs < STILL_MS) return;
  drawnMs = nowMs;
  const widthBytes = widthBytesFor(Math.max(...views.map(({ lane }) => lane.longest(nowMs))));
  for (const [at, view] of views.entries()) {
    view.renderPrices();
    view.draw(nowMs, widthBytes, colours[at] as LaneColours);
  }
}

function render(): void {
  for (const view of views) view.render();
  setText(byId('lesson').querySelector('.now') as Element, lesson?.now(columns) ?? '');
}

placeColumns(views);
addControls();
watch();
setInterval(render, RENDER_MS);
requestAnimationFrame(draw);
