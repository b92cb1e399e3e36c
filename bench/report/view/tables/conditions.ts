/** What the numbers were measured under, and what the harness itself did meanwhile. */

import { HEADER_PROFILE_SUMMARIES, HEADER_PROFILES } from '../../../contract/headers.ts';
import type { CompletedCell, Result } from '../../../contract/result.ts';
import type { Table } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { formatCount, formatNumber, formatPercent, formatSetting } from '../words/format.ts';
import { laneLabels, type ScenarioView } from '../words/places.ts';
import { environmentEntries } from './environment-list.ts';
import { ledgerTable } from './ledger-table.ts';
import { type RoundsSpec, rangeColumn, roundsTable } from './rounds-table.ts';
import { noiseEntries, sessionsTable } from './sessions.ts';

export function conditionsOf(result: Result, views: readonly ScenarioView[]) {
  return {
    sessions: sessionsTable(result),
    noise: noiseEntries(result, views),
    environment: environmentEntries(result),
    lanes: lanesTable(result),
    phases: roundsTable(views, PHASES),
    harness: roundsTable(views, HARNESS),
    link: roundsTable(views, LINK),
    netem: roundsTable(views, NETEM),
    ledger: ledgerTable(views),
    notes: [...headerProfiles(result), 'Compression is off, but in lanes whose options name it.'],
  };
}

function headerProfiles({ cells }: Result): string[] {
  const used = HEADER_PROFILES.filter((profile) => cells.some(({ point }) => point.headers === profile));
  return used.map((profile) => `HTTP requests with ${profile} headers: ${HEADER_PROFILE_SUMMARIES[profile]}`);
}

function lanesTable(result: Result): Table {
  const labels = laneLabels(result);
  return {
    id: PARTS.lanes,
    title: 'Lanes',
    definition: 'A lane is a transport with its options.',
    columns: ['Lane', 'Transport', 'What it does', 'Options'].map((label) => ({ label, numeric: false })),
    rows: result.lanes.map(({ id, title, transport, summary, options }) => {
      const text = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
      const optionsCell = text.length > 0 ? { text: text.join(', ') } : { text: 'none', isRemark: true };
      return { header: title, lane: labels.get(id), cells: [{ text: transport }, { text: summary }, optionsCell] };
    }),
  };
}

const toMs = (us: number): number => us / 1e3;
const highest = (cell: CompletedCell, of: (usage: CompletedCell['server']) => number): number =>
  Math.max(0, ...cell.workers.map(of));

const PHASES: RoundsSpec = {
  id: PARTS.phases,
  isOfCounting: true,
  title: 'Phases',
  folded: () => 'warm-up, window and connections of the cells',
  definition:
    'What each cell ran through before and within its measured window; from the lowest to the highest of all points and rounds.',
  columns: [
    rangeColumn('Warm-up events', '', ({ window }) => window.warmupEvents, formatCount),
    rangeColumn('Window events', '', ({ window }) => window.events, formatCount),
    rangeColumn('Window', 's', ({ window }) => window.seconds, formatSetting),
    rangeColumn('Events reached', '/s', ({ feed }) => feed.achievedEventsPerSecond, formatSetting),
    rangeColumn('Connections at its end', '', ({ wire }) => wire.window.server.connections, formatCount),
    rangeColumn('Opened over the cell', '', ({ wire }) => wire.cell.server.connections, formatCount),
  ],
};

const HARNESS: RoundsSpec = {
  id: PARTS.harness,
  isOfCounting: true,
  title: 'What the harness did',
  folded: (completed) => {
    const shares = completed.flatMap(({ server, workers }) => [server, ...workers].map(({ cpuShare }) => cpuShare));
    return `the busiest process took ${formatPercent(Math.max(...shares))}\u00a0% of a core`;
  },
  definition:
    'Whether the measuring limited what was measured: CPU as a share of one core, utilisation of the event loop, ' +
    'for the server and for the busiest load worker, with its delay at p99; how late the feed was. From the lowest to the highest of all points and rounds.',
  columns: [
    rangeColumn('Server CPU', '%', ({ server }) => server.cpuShare, formatPercent),
    rangeColumn('Server loop', '%', ({ server }) => server.eventLoopUtilisation, formatPercent),
    rangeColumn('Worker CPU', '%', (cell) => highest(cell, ({ cpuShare }) => cpuShare), formatPercent),
    rangeColumn('Worker loop', '%', (cell) => highest(cell, (usage) => usage.eventLoopUtilisation), formatPercent),
    rangeColumn('Worker loop delay', 'ms', (cell) => toMs(highest(cell, (usage) => usage.eventLoopDelayP99Us ?? 0))),
    rangeColumn('Feed lag p50', 'ms', ({ feed }) => toMs(feed.lagP50Us)),
    rangeColumn('Feed lag p99', 'ms', ({ feed }) => toMs(feed.lagP99Us)),
    rangeColumn('Feed lag max', 'ms', ({ feed }) => toMs(feed.lagMaxUs)),
  ],
};

const lateness = ({ link }: CompletedCell) => link?.lateness ?? { p50Us: 0, p99Us: 0, maxUs: 0 };

const LINK: RoundsSpec = {
  id: PARTS.link,
  isOfCounting: true,
  title: 'What the link did',
  takes: ({ link }) => link !== undefined,
  folded: (completed) => {
    const latest = Math.max(...completed.map((cell) => lateness(cell).p99Us));
    return `late by up to ${formatNumber(toMs(latest))}\u00a0ms at p99`;
  },
  definition:
    'How late the process between clients and server handed on what it had held for half a round trip, and its CPU as a share of ' +
    'one core. From the lowest to the highest of all points and rounds.',
  columns: [
    rangeColumn('Late p50', 'ms', (cell) => toMs(lateness(cell).p50Us)),
    rangeColumn('Late p99', 'ms', (cell) => toMs(lateness(cell).p99Us)),
    rangeColumn('Late max', 'ms', (cell) => toMs(lateness(cell).maxUs)),
    rangeColumn('CPU', '%', ({ link }) => link?.cpuShare ?? 0, formatPercent),
  ],
};

const passed = ({ netem }: CompletedCell) => {
  const ways = netem ? [netem.up, netem.down] : [];
  const dropped = ways.reduce((sum, { droppedPackets }) => sum + droppedPackets, 0);
  return { sent: ways.reduce((sum, { sentPackets }) => sum + sentPackets, 0), dropped };
};

const NETEM: RoundsSpec = {
  id: PARTS.netem,
  isOfCounting: true,
  title: 'What the kernel did with packets',
  takes: ({ netem }) => netem !== undefined,
  folded: (completed) => {
    const dropped = completed.reduce((sum, cell) => sum + passed(cell).dropped, 0);
    return `${formatCount(dropped)} packets dropped`;
  },
  definition:
    'Packets of both directions that netem let through within the window, and those that it dropped, as a share of all. From the ' +
    'lowest to the highest of all points and rounds.',
  columns: [
    rangeColumn('Passed', '', (cell) => passed(cell).sent, formatCount),
    rangeColumn('Dropped', '', (cell) => passed(cell).dropped, formatCount),
    rangeColumn(
      'Dropped',
      '%',
      (cell) => passed(cell).dropped / Math.max(1, passed(cell).sent + passed(cell).dropped),
      formatPercent,
    ),
  ],
};
