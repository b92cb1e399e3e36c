/** When it was measured, what the machine was like before and after, and what others took of it meanwhile. */

import type { CompletedCell, Disturbance, MachineState, Result, Session } from '../../../contract/result.ts';
import type { Entry, Row, Table, TableCell } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { countOf, formatCount, formatDuration, formatInstant, formatNumber, formatPercent } from '../words/format.ts';
import { laneLabels, placeTitles, type ScenarioView } from '../words/places.ts';
import { roundName } from '../words/rounds.ts';
import { UNKNOWN } from './environment-list.ts';

export function sessionsTable({ sessions, merged }: Pick<Result, 'sessions' | 'merged'>): Table {
  return {
    id: PARTS.sessions,
    title: 'Sessions',
    definition:
      `${courseText(sessions.length, merged?.length)} ` +
      'Calibration is what a fixed piece of work takes on this machine; pressure is the share of the last 10 s in which ' +
      'some task was held up. Each before the first cell and after the last.',
    columns: [
      { label: 'Started', numeric: false },
      { label: 'Lasted', numeric: true },
      { label: 'Cells', numeric: true },
      { label: 'Calibration', unit: 'ms', numeric: true },
      { label: 'Difference', unit: '%', numeric: true },
      { label: 'Load average', unit: '1\u00a0min', numeric: true },
      ...['CPU', 'memory', 'I/O'].map((what) => ({ label: `Pressure, ${what}`, unit: '%', numeric: true })),
    ],
    rows: sessions.map(rowOf),
  };
}

function courseText(sessions: number, runs: number | undefined): string {
  if (runs !== undefined) return `${countOf(runs, 'run')} were joined, of ${countOf(sessions, 'session')} in all.`;
  const resumed = sessions - 1;
  if (resumed === 0) return 'The run was measured in one go.';
  return `The run was interrupted, and resumed ${resumed === 1 ? 'once' : `${formatCount(resumed)} times`}.`;
}

function rowOf({ startedAt, endedAt, cells, before, after }: Session): Row {
  const both = (of: (state: MachineState) => number | undefined, format: (value: number) => string): TableCell => {
    const values = [before, after].map((state) => (state ? of(state) : undefined));
    if (values.every((value) => value === undefined)) return { text: UNKNOWN, isRemark: true };
    return { text: values.map((value) => (value === undefined ? UNKNOWN : format(value))).join(' → ') };
  };
  const change = after && after.calibrationUs / before.calibrationUs - 1;
  return {
    header: formatInstant(startedAt),
    cells: [
      { text: endedAt === null ? UNKNOWN : formatDuration(startedAt, endedAt) },
      { text: formatCount(cells) },
      both(({ calibrationUs }) => calibrationUs / 1e3, formatNumber),
      { text: change === null ? UNKNOWN : `${change > 0 ? '+' : ''}${formatPercent(change)}` },
      both(({ loadAverage }) => loadAverage?.[0], formatNumber),
      both(({ pressure }) => pressure?.cpu, formatPercent),
      both(({ pressure }) => pressure?.memory, formatPercent),
      both(({ pressure }) => pressure?.io, formatPercent),
    ],
  };
}

const NOISE: readonly { readonly term: string; readonly of: (disturbance: Disturbance) => number | null }[] = [
  {
    term: 'Wait of the server for its core, longest of all cells',
    of: ({ runDelay }) => runDelay.server?.foreignShare ?? null,
  },
  { term: 'Wait of the probes for theirs, longest', of: ({ runDelay }) => runDelay.probe?.foreignShare ?? null },
  {
    term: 'A core that stood still, longest',
    of: ({ sleepers }) =>
      sleepers.length === 0 ? null : Math.max(...sleepers.map(({ stoppedShare }) => stoppedShare)),
  },
  { term: 'CPU pressure, highest', of: ({ cpuPressure }) => cpuPressure },
  { term: 'Steal, highest', of: ({ steal }) => steal },
  { term: 'Throttling, highest', of: ({ throttled }) => throttled },
];

export function noiseEntries(result: Result, views: readonly ScenarioView[]): Entry[] {
  const cells = result.cells.filter((cell): cell is CompletedCell => cell.state === 'completed');
  const labels = laneLabels(result);
  const titleOf = placeTitles(views);
  return NOISE.map(({ term, of }) => {
    const known = cells.flatMap((cell) => {
      const share = of(cell.disturbance);
      return share === null ? [] : { cell, share };
    });
    const [first, ...others] = known;
    if (!first) return { term, text: UNKNOWN };
    const { cell, share } = others.reduce((worst, one) => (one.share > worst.share ? one : worst), first);
    const unknown = cells.length - known.length;
    const rest = unknown === 0 ? '' : `; of ${countOf(unknown, 'cell')} ${UNKNOWN}`;
    if (share === 0) return { term, text: `none${rest}` };
    const where = `${labels.get(cell.lane)?.title ?? cell.lane}, ${titleOf(cell)}, round ${roundName(cell)}`;
    return { term, text: `${formatPercent(share)}\u00a0% (${where})${rest}` };
  });
}
