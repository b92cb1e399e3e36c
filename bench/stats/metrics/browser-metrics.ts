/** Rows of the table of metrics, of the client in a browser's page, beside the probe of the same cell. */

import { sumOf } from '../../contract/ledger.ts';
import type { CompletedCell } from '../../contract/result.ts';
import { EVENTS_NEEDED } from '../percentiles.ts';
import { BYTES, COUNTED, DURATION, LATENCY, type Metric, takes } from './metric.ts';

const PLOT = 'Latency p50, in the page and beside it';
const TIMED = {
  needs: 'a page that is not behind the relay: a second round, or --no-ledger',
  samplesOf: ({ browser }: CompletedCell) => browser?.latency?.count ?? 0,
  uncertaintyUsOf,
  isPercentile: true,
};
const READ = { needs: 'a page behind the relay, in the first round, without TLS' };

export const browserMetrics: readonly Metric[] = [
  {
    id: 'browser.p50Us',
    title: 'Latency p50 in the page',
    label: 'p50 in the page',
    ...DURATION,
    definition:
      "p50 of the time from the instant an event was due to the first clock reading in the page's handler; the interval is wider by what the page's clock is not told to",
    of: pageP50Us,
    ...TIMED,
    shown: {
      figures: ['browser'],
      rank: 0,
      chart: { plot: PLOT, label: 'In the page' },
      exported: { table: 'browser', isQuoted: true },
      terminal: { label: 'p50 in the page' },
      comparedFor: ['browser'],
      progress: { label: 'ms in the page', per: 1e3, decimals: 2 },
    },
  },
  {
    id: 'browser.probeP50Us',
    title: 'Latency p50 of the probe beside the page',
    label: 'p50 beside it',
    ...DURATION,
    definition: 'p50 of the same events at the probe on a bare socket, in the cells whose page is timed',
    of: (cell) => (pageP50Us(cell) === undefined ? undefined : cell.latency.p50Us),
    ...TIMED,
    uncertaintyUsOf: undefined,
    isPart: true,
    shown: {
      figures: ['browser'],
      rank: 1,
      chart: { plot: PLOT, label: 'At a bare socket' },
      exported: { table: 'browser' },
    },
  },
  {
    id: 'browser.costUs',
    title: 'What the page takes beside a socket',
    label: 'More than the socket',
    unit: 'µs',
    ...LATENCY,
    verbs: { lower: 'takes less in the page than', higher: 'takes more in the page than' },
    definition:
      "p50 in the page less p50 of the probe in the same cell, of lanes whose events do not wait for a timer; the interval is wider by what the page's clock is not told to",
    // Of polls on timers either client waits for its own.
    of: (cell) => {
      const pageUs = isPolledOnTimer(cell) ? undefined : pageP50Us(cell);
      return pageUs === undefined ? undefined : pageUs - cell.latency.p50Us;
    },
    ...TIMED,
    isPart: true,
    shown: { figures: ['browser'], rank: 2, chart: { missing: 'polled' }, exported: { table: 'browser' } },
  },
  {
    id: 'browser.clockBoundUs',
    title: 'Bound of the page\u2019s clock',
    label: 'Clock within ±',
    unit: 'µs',
    ...COUNTED,
    kind: 'latency',
    verbs: { lower: 'has a closer clock than', higher: 'has a wider clock than' },
    definition:
      "How far the page's clock may be off at the most, as stamps show that were exchanged before and after the window: the larger of its two sides",
    of: uncertaintyUsOf,
    needs: 'a page',
    isPart: true,
    shown: { figures: ['browser'], rank: 3, exported: { table: 'browser' } },
  },
  {
    id: 'browser.perDeliveryBytes',
    title: 'Bytes per delivery of the page',
    label: 'Bytes per delivery',
    ...BYTES,
    verbs: takes('bytes per delivery to a page', 'fewer'),
    definition:
      'All bytes of the page\u2019s connections, both directions, by events within the window, as the ledger reads them',
    of: ({ browser, wire: { ledger } }) =>
      browser && ledger && ledger.window.events > 0
        ? (sumOf(ledger.window.up) + sumOf(ledger.window.down)) / ledger.window.events
        : undefined,
    ...READ,
    samplesOf: ({ wire }) => wire.ledger?.window.events ?? 0,
    isPart: true,
    shown: { figures: ['browser'], rank: 4, exported: { table: 'browser' } },
  },
  {
    id: 'browser.headsApartBytes',
    title: 'Request heads of the page less those of the profile',
    label: 'Heads beyond the profile',
    ...BYTES,
    verbs: takes('bytes of heads beyond the profile', 'fewer'),
    definition:
      'Bytes of all request heads of the page over the whole cell, as the ledger reads them, less those of the same requests with the headers of the profile browser',
    of: ({ browser }) => browser?.heads && browser.heads.bytes - browser.heads.profileBytes,
    ...READ,
    samplesOf: ({ browser }) => browser?.heads?.requests ?? 0,
    isPart: true,
    shown: { figures: ['browser'], rank: 5, exported: { table: 'browser' } },
  },
  {
    id: 'browser.openStreams',
    title: 'Streams that a page holds at once',
    label: 'Of 12 streams, open',
    unit: '',
    ...COUNTED,
    kind: 'bytes',
    verbs: { lower: 'lets a page hold fewer streams than', higher: 'lets a page hold more streams than' },
    definition:
      'How many of twelve clients that a page asks for at once are open together: browsers open six connections to an origin over HTTP/1.1',
    of: ({ browser }) => browser?.streams?.open,
    needs: 'pushed events, and a page that is not behind the relay',
    samplesOf: ({ browser }) => browser?.streams?.asked ?? 0,
    isPart: true,
    shown: { figures: ['browser'], rank: 6, exported: { table: 'browser' } },
  },
  {
    id: 'browser.hiddenPollsPerSecond',
    title: 'Polls of a tab in the background',
    label: 'Polls, in the background',
    unit: '1/s',
    ...COUNTED,
    kind: 'latency',
    verbs: { lower: 'polls less in the background than', higher: 'polls more in the background than' },
    definition: 'How often a tab in the background polls by a timer that has the interval of the lane',
    of: ({ browser }) => browser?.hiddenPolls?.perSecond,
    needs: 'polls on a timer, and a browser that hides a tab',
    isPart: true,
    shown: { figures: ['browser'], rank: 7, exported: { table: 'browser' } },
  },
];

function pageP50Us({ browser, window }: CompletedCell): number | undefined {
  return window.events >= EVENTS_NEEDED.p50 ? browser?.latency?.p50Us : undefined;
}

/** Of every stamp of the page, the same way: more rounds do not make it less. */
function uncertaintyUsOf({ browser }: CompletedCell): number | undefined {
  return browser && Math.max(browser.clock.lessUs, browser.clock.moreUs);
}

/** A lane that parks polls counts what waited for one. */
function isPolledOnTimer({ polls }: CompletedCell): boolean {
  return polls !== undefined && polls.parkedDeliveries === undefined;
}
