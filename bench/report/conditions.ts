/** What the numbers were measured under, and what the harness itself did meanwhile. */

import { HEADER_PROFILE_SUMMARIES, HEADER_PROFILES } from '../contract/headers.ts';
import type { CompletedCell, Environment, Result } from '../contract/result.ts';
import { PARTS } from './anchors.ts';
import { formatCount, formatNumber, formatPercent, formatRange, formatSetting } from './format.ts';
import { ledgerTable } from './ledger-table.ts';
import type { Column, Conditions, Entry, Row, Table, TableCell } from './page-model.ts';
import { completedByLane, laneLabels, type ScenarioView } from './places.ts';

const UNKNOWN = 'not known';

export function conditionsOf(result: Result, views: readonly ScenarioView[]): Conditions {
  return {
    environment: environmentEntries(result.environment),
    lanes: lanesTable(result),
    phases: roundsTable(views, PHASES),
    harness: roundsTable(views, HARNESS),
    ledger: ledgerTable(views),
    notes: [...headerProfiles(result), 'Compression is off.'],
  };
}

function headerProfiles({ cells }: Result): string[] {
  const used = HEADER_PROFILES.filter((profile) => cells.some(({ point }) => point.headers === profile));
  return used.map((profile) => `HTTP requests with ${profile} headers: ${HEADER_PROFILE_SUMMARIES[profile]}`);
}

function environmentEntries(environment: Environment): Entry[] {
  const { cpu, versions, git, pinning } = environment;
  const core = (number: number | null) => (number === null ? 'not pinned' : `core ${number}`);
  const entries: readonly (readonly [string, string | number | null])[] = [
    ['CPU', cpu.model],
    ['Cores', `${cpu.cores}${cpu.allowedCores === null ? '' : ` (allowed: ${cpu.allowedCores})`}`],
    ['Server on', core(pinning.server)],
    ['Load workers on', pinning.workers.map(core).join(', ')],
    ['Governor', cpu.governor],
    ['Frequency driver', cpu.frequencyDriver],
    ['Memory', `${formatNumber(environment.memoryBytes / 1024 ** 3)} GiB`],
    ['Virtualisation', environment.virtualisation],
    ['System', `${environment.platform}, ${environment.kernel}`],
    ['Kernel timing parameters', environment.kernelTimingParameters],
    ['Clock source', environment.clockSource],
    ['TCP congestion control', environment.tcpCongestionControl],
    [
      'File descriptors',
      environment.fileDescriptorLimit === null ? null : formatCount(environment.fileDescriptorLimit),
    ],
    ['Loopback MTU', environment.loopbackMtuBytes === null ? null : `${formatCount(environment.loopbackMtuBytes)} B`],
    ...Object.entries(versions),
    ['Node flags', environment.nodeFlags.join(' ') || 'none'],
    ['Commit', git.commit === null ? null : `${git.commit}${git.dirty ? ' with changes' : ''}`],
    ['Lockfile, SHA-256', environment.lockfileSha256],
  ];
  return entries.map(([term, text]) => ({ term, text: text === null ? UNKNOWN : String(text) }));
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

/** undefined where no cell was completed. */
function roundsTable(
  views: readonly ScenarioView[],
  { id, title, definition, columns }: RoundsSpec,
): Table | undefined {
  const isOneScenario = views.length === 1;
  const rows = views.flatMap((view) =>
    completedByLane(view).map(({ label, completed }): Row => {
      const values = columns.map(
        ({ of, format }): TableCell => ({ text: formatRange(completed.map(of), format) ?? UNKNOWN }),
      );
      return {
        header: label.title,
        group: isOneScenario ? undefined : view.scenario.title,
        lane: label,
        cells: values,
      };
    }),
  );
  if (rows.length === 0) return undefined;
  return {
    id,
    title,
    definition,
    columns: [{ label: 'Lane', numeric: false }, ...columns.map((one) => one.column)],
    rows,
  };
}
