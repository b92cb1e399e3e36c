/** Rows of the table of metrics, of the client in a browser's page, beside the probe of the same cell. */

import { sumOf } from '../../contract/ledger.ts';
import type { CompletedCell } from '../../contract/result.ts';
import { EVENTS_NEEDED } from '../percentiles.ts';
import { BYTES, COUNTED, DURATION, type FigureKind, LATENCY, type Metric, takes, type Uncertainty } from './metric.ts';

const PAGE: { readonly figures: readonly FigureKind[] } = { figures: ['browser'] };
const PLOT = 'Latency p50, in the page and beside it';
const TIMED = {
  needs: 'a page that is not behind the relay: a second round, or --no-ledger',
  samplesOf: ({ browser }: CompletedCell) => browser?.latency?.count ?? 0,
  uncertaintyOf: clockOf,
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
    uncertaintyOf: undefined,
    isPart: true,
    shown: {
      figures: [],
      rank: 1,
      chart: { ...PAGE, plot: PLOT, label: 'At a bare socket' },
      exported: { table: 'browser', ...PAGE },
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
    shown: { figures: [], rank: 2, chart: { ...PAGE, missing: 'polled' }, exported: { table: 'browser', ...PAGE } },
  },
  {
    id: 'browser.clockBoundUs',
    title: 'Bound of the page\u2019s clock',
    label: 'Clock within ±',
    unit: 'µs',
    ...LATENCY,
    verbs: { lower: 'has a closer clock than', higher: 'has a wider clock than' },
    definition:
      "Half of the distance between the bounds of the page's clock, as stamps show that were exchanged before and after the window",
    of: ({ browser }) => browser && (browser.clock.lessUs + browser.clock.moreUs) / 2,
    needs: 'a page',
    isPart: true,
    shown: { figures: [], rank: 3, chart: PAGE, exported: { table: 'browser', ...PAGE } },
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
    shown: { figures: [], rank: 4, chart: PAGE, exported: { table: 'browser', ...PAGE } },
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
    shown: { figures: [], rank: 5, chart: PAGE, exported: { table: 'browser', ...PAGE } },
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
    shown: { figures: [], rank: 6, chart: PAGE, exported: { table: 'browser', ...PAGE } },
  },
  {
    id: 'browser.hiddenPollUs',
    title: 'Time between polls of a tab in the background',
    label: 'Between polls, in the background',
    ...DURATION,
    definition: 'Mean time from poll to poll of a tab in the background whose timer has the interval of the lane',
    of: ({ browser }) => browser?.hiddenPolls && 1e6 / browser.hiddenPolls.perSecond,
    needs: 'polls on a timer, and a browser that hides a tab',
    isPart: true,
    shown: { figures: [], rank: 7, chart: PAGE, exported: { table: 'browser', ...PAGE } },
  },
];

function pageP50Us({ browser, window }: CompletedCell): number | undefined {
  return window.events >= EVENTS_NEEDED.p50 ? browser?.latency?.p50Us : undefined;
}

/** Of every stamp of the page, the same way: more rounds do not make it less. */
function clockOf({ browser }: CompletedCell): Uncertainty | undefined {
  return browser?.clock;
}

/** A lane that parks polls counts what waited for one. */
function isPolledOnTimer({ polls }: CompletedCell): boolean {
  return polls !== undefined && polls.parkedDeliveries === undefined;
}
