/** What there is to see: each lesson sets the controls and says what to look at, with the figures of now. */

import type { Column, Settings } from '../protocol.ts';
import type { ColumnView } from './column.ts';
import { formatBytes, formatMs } from './words.ts';

export interface PageSettings {
  readonly pollMs: number;
  readonly holdSeconds: number;
}

export type Columns = Readonly<Record<Column, ColumnView>>;

export interface Lesson {
  readonly title: string;
  readonly set: Partial<Settings & PageSettings>;
  readonly look: string;
  /** What the columns show of it now. */
  readonly now: (columns: Columns) => string;
}

/** What a lesson leaves open. */
export const NEUTRAL: Settings & PageSettings = {
  eventsPerSecond: 1,
  payloadBytes: 128,
  isSilent: false,
  rttMs: 0,
  bandwidthBitsPerSecond: 0,
  isReading: true,
  pollMs: 1_000,
  holdSeconds: 30,
};

const age = ({ medianAgeMs }: ColumnView) => (medianAgeMs === undefined ? '–' : formatMs(Math.max(0, medianAgeMs)));
const size = ({ bytesPerEvent }: ColumnView) =>
  bytesPerEvent === undefined ? '–' : formatBytes(Math.round(bytesPerEvent));
const ages = (columns: Columns) =>
  `Median age now: polling ${age(columns.polling)}, long-polling ${age(columns['long-polling'])}, SSE ${age(columns.sse)}, WebSocket ${age(columns.websocket)}.`;
const sizes = (columns: Columns) =>
  `Bytes per event now: polling ${size(columns.polling)}, long-polling ${size(columns['long-polling'])}, SSE ${size(columns.sse)}, WebSocket ${size(columns.websocket)}.`;

export const LESSONS: readonly Lesson[] = [
  {
    title: 'Polling is late',
    set: { eventsPerSecond: 5, pollMs: 2_000 },
    look: 'An event waits for the next poll, half an interval at the median: here a second. The others have it in milliseconds.',
    now: ages,
  },
  {
    title: 'Empty polls cost bytes',
    set: { eventsPerSecond: 0.2, pollMs: 500 },
    look: 'One event in five seconds, ten polls: nine bring nothing, and each takes two heads. The other lanes are quiet between events.',
    now: sizes,
  },
  {
    title: 'At a high rate polling is cheap',
    set: { eventsPerSecond: 100, pollMs: 1_000 },
    look: 'One answer has a hundred events: the heads are shared by all of them. Long-polling pays heads for nearly each. Watch bytes per event, then the ages.',
    now: (columns) => `${sizes(columns)} ${ages(columns)}`,
  },
  {
    title: 'Over a distance',
    set: { eventsPerSecond: 10, rttMs: 200 },
    look: 'WebSocket and SSE tie at half the round trip. Long-polling must ask anew after each answer: what comes in that gap waits up to three times as long.',
    now: ages,
  },
  {
    title: 'Who resumes?',
    set: { eventsPerSecond: 5, pollMs: 1_000 },
    look: 'Press “Cut the connections”, then “Restart the server”. EventSource returns by itself and tells Last-Event-ID; polls have their cursor in each request; for WebSocket and streaming the page must return with one. Without the tick at “cursor” they miss events. “Restart, forget events” shows a gap.',
    now: (columns) =>
      `Missed now: polling ${columns.polling.missed}, long-polling ${columns['long-polling'].missed}, SSE ${columns.sse.missed}, WebSocket ${columns.websocket.missed}.`,
  },
  {
    title: 'A message up',
    set: { isSilent: true },
    look: 'The feed is silent: send “hello” in each column. Over WebSocket it is 6 + 5 bytes up; by POST it is a head of some hundred, the first with an OPTIONS before it. Open the rows of the log.',
    now: () => '',
  },
  {
    title: 'What a frame looks like',
    set: { eventsPerSecond: 0.5 },
    look: 'Open a row of WebSocket’s log: two bytes of head up to 125 bytes of content, four for this event. Open one of SSE: a chunk of HTTP around “id:” and “data:”. Send a message: its frame has a mask.',
    now: sizes,
  },
  {
    title: 'A reader that stops',
    set: { eventsPerSecond: 50, payloadBytes: 65_536, isReading: false },
    look: 'Nothing is read any more. Buffers of the system take some megabytes; then the server holds up to 1 MiB for each push client and cuts it off: WebSocket says 1013, once it reads again. Press “Stop reading” again to go on.',
    now: (columns) => `Events received: SSE ${columns.sse.events}, WebSocket ${columns.websocket.events}.`,
  },
];
