/** What the numbers were measured under, and what the harness itself did meanwhile. */

import { HEADER_PROFILE_SUMMARIES, HEADER_PROFILES } from '../../../contract/headers.ts';
import type { CompletedCell, Result } from '../../../contract/result.ts';
import type { Column, Conditions, Row, Table, TableCell } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { formatCount, formatNumber, formatPercent, formatRange, formatSetting } from '../words/format.ts';
import { completedByLane, laneLabels, type ScenarioView } from '../words/places.ts';
import { environmentEntries, UNKNOWN } from './environment-list.ts';
import { ledgerTable } from './ledger-table.ts';
import { noiseEntries, sessionsTable } from './sessions.ts';

export function conditionsOf(result: Result, views: readonly ScenarioView[]): Conditions {
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
    rows: result.lanes.map(({ id, title, transport, summary, options }) => ({
      header: title,
      lane: labels.get(id),
      cells: [
        { text: transport },
        { text: summary },
        Object.keys(options).length > 0
          ? {
              text: Object.entries(options)
                .map(([name, value]) => `${name} = ${value}`)
                .join(', '),
            }
          : { text: 'none', isRemark: true },
      ],
    })),
  };
}

interface RoundsSpec extends Pick<Table, 'id' | 'title' | 'definition'> {
  readonly folded: (completed: readonly CompletedCell[]) => string;
  /** Which cells it is about; all when it does not say. */
  readonly takes?: (cell: CompletedCell) => boolean;
  readonly columns: readonly {
    readonly column: Column;
    /** One value a round; its range is shown. */
    readonly of: (cell: CompletedCell) => number;
    readonly format: (value: number) => string;
  }[];
}

const column = (label: string, unit: string, of: (cell: CompletedCell) => number, format = formatNumber) => ({
  column: { label, unit, numeric: true },
  of,
  format,
});
const toMs = (us: number): number => us / 1e3;
const highest = (cell: CompletedCell, of: (usage: CompletedCell['server']) => number): number =>
  Math.max(...cell.workers.map(of));

const PHASES: RoundsSpec = {
  id: PARTS.phases,
  title: 'Phases',
  folded: () => 'warm-up, window and connections of the cells',
  definition:
    'What each cell ran through before and within its measured window; from the lowest to the highest of all points and rounds.',
  columns: [
    column('Warm-up events', '', ({ window }) => window.warmupEvents, formatCount),
    column('Window events', '', ({ window }) => window.events, formatCount),
    column('Window', 's', ({ window }) => window.seconds, formatSetting),
    column('Events reached', '/s', ({ feed }) => feed.achievedEventsPerSecond, formatSetting),
    column('Connections at its end', '', ({ wire }) => wire.window.server.connections, formatCount),
    column('Opened over the cell', '', ({ wire }) => wire.cell.server.connections, formatCount),
  ],
};

const HARNESS: RoundsSpec = {
  id: PARTS.harness,
  title: 'What the harness did',
  folded: (completed) => {
    const shares = completed.flatMap(({ server, workers }) => [server, ...workers].map(({ cpuShare }) => cpuShare));
    return `the busiest process took ${formatPercent(Math.max(...shares))}\u00a0% of a core`;
  },
  definition:
    'Whether the measuring limited what was measured: CPU as a share of one core, utilisation of the event loop and its ' +
    'delay at p99, for the server and for the busiest load worker; how late the feed was. From the lowest to the highest of all points and rounds.',
  columns: [
    column('Server CPU', '%', ({ server }) => server.cpuShare, formatPercent),
    column('Server loop', '%', ({ server }) => server.eventLoopUtilisation, formatPercent),
    column('Server loop delay', 'ms', ({ server }) => toMs(server.eventLoopDelayP99Us)),
    column('Worker CPU', '%', (cell) => highest(cell, ({ cpuShare }) => cpuShare), formatPercent),
    column('Worker loop', '%', (cell) => highest(cell, (usage) => usage.eventLoopUtilisation), formatPercent),
    column('Worker loop delay', 'ms', (cell) => toMs(highest(cell, (usage) => usage.eventLoopDelayP99Us))),
    column('Feed lag p50', 'ms', ({ feed }) => toMs(feed.lagP50Us)),
    column('Feed lag p99', 'ms', ({ feed }) => toMs(feed.lagP99Us)),
    column('Feed lag max', 'ms', ({ feed }) => toMs(feed.lagMaxUs)),
  ],
};

const lateness = ({ link }: CompletedCell) => link?.lateness ?? { p50Us: 0, p99Us: 0, maxUs: 0 };

const LINK: RoundsSpec = {
  id: PARTS.link,
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
    column('Late p50', 'ms', (cell) => toMs(lateness(cell).p50Us)),
    column('Late p99', 'ms', (cell) => toMs(lateness(cell).p99Us)),
    column('Late max', 'ms', (cell) => toMs(lateness(cell).maxUs)),
    column('CPU', '%', ({ link }) => link?.cpuShare ?? 0, formatPercent),
  ],
};

const passed = ({ netem }: CompletedCell) => {
  const ways = netem ? [netem.up, netem.down] : [];
  const dropped = ways.reduce((sum, { droppedPackets }) => sum + droppedPackets, 0);
  return { sent: ways.reduce((sum, { sentPackets }) => sum + sentPackets, 0), dropped };
};

const NETEM: RoundsSpec = {
  id: PARTS.netem,
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
    column('Passed', '', (cell) => passed(cell).sent, formatCount),
    column('Dropped', '', (cell) => passed(cell).dropped, formatCount),
    column(
      'Dropped',
      '%',
      (cell) => passed(cell).dropped / Math.max(1, passed(cell).sent + passed(cell).dropped),
      formatPercent,
    ),
  ],
};

/** undefined where no cell was completed. */
function roundsTable(
  views: readonly ScenarioView[],
  { id, title, definition, folded, takes = () => true, columns }: RoundsSpec,
): Table | undefined {
  const isOneScenario = views.length === 1;
  const measured = views.flatMap((view) =>
    completedByLane(view).flatMap(({ label, completed }) => {
      const taken = completed.filter(takes);
      return taken.length > 0 ? [{ view, label, completed: taken }] : [];
    }),
  );
  if (measured.length === 0) return undefined;
  const rows = measured.map(({ view, label, completed }): Row => {
    const values = columns.map(
      ({ of, format }): TableCell => ({ text: formatRange(completed.map(of), format) ?? UNKNOWN }),
    );
    return { header: label.title, group: isOneScenario ? undefined : view.scenario.title, lane: label, cells: values };
  });
  return {
    id,
    title,
    definition,
    folded: folded(measured.flatMap(({ completed }) => completed)),
    columns: [{ label: 'Lane', numeric: false }, ...columns.map((one) => one.column)],
    rows,
  };
}
