/** What connections take while nothing happens, with the same keep-alive for all; and at the usual ones, in words. */

import { metricOf } from '../../../../stats/metrics/metrics.ts';
import { QUOTED } from '../../../../stats/metrics/quoted.ts';
import { dotChart } from '../../charts/dot-chart.ts';
import { kindFigure } from '../../figures/metric-figure.ts';
import { spanProse } from '../../findings/ranking.ts';
import type { Figure, Panel, Prose, Section } from '../../page-model.ts';
import { PARTS } from '../../words/anchors.ts';
import { formatCount, formatSetting, scaleFor } from '../../words/format.ts';
import { type LaneAtPlace, type ScenarioView, withoutDuplicates } from '../../words/places.ts';
import { type Report, rowOf } from '../../words/quotes.ts';
import { joined } from '../../words/verdicts.ts';
import { notesOn } from '../further/further-sections.ts';

const SOCKETS = QUOTED.silence;
const WITH_TCP_IP = 'idle.tcpIpBytesPerClientMinute';
const PACKETS = 'idle.segmentsPerClientMinute';

/** Between a byte and a poll a second lie four decades: bytes are on a logarithmic axis, which has no place for none. */
const PLOTS = [
  {
    title: 'Bytes per client and minute',
    axis: 'log',
    series: [
      { metric: SOCKETS, label: 'on the sockets' },
      { metric: WITH_TCP_IP, label: 'with TCP/IP' },
    ],
  },
  { title: 'Packets per client and minute', axis: 'linear', series: [{ metric: PACKETS, label: 'packets' }] },
] as const;

export function silenceView(views: readonly ScenarioView[]): ScenarioView | undefined {
  return views.find(({ scenario }) => scenario.figures.includes('idle'));
}

export function silenceSection(report: Report): Section {
  const view = silenceView(report.views);
  const missing = { text: 'Silence was not measured in this run:', command: 'npm run bench -- --scenarios idle' };
  return {
    id: PARTS.silence,
    title: 'Silence',
    question: undefined,
    setting: view?.setting ?? '',
    notes: view ? notesOn(view) : [],
    figures: view ? [silenceFigure(view, report)] : [],
    missing: view ? [] : [missing],
  };
}

function silenceFigure(view: ScenarioView, report: Report): Figure {
  const figure = kindFigure(view, 'idle', report.anchors);
  const { places } = withoutDuplicates(view);
  const panels = places.flatMap((place): Panel[] =>
    PLOTS.flatMap(({ title, axis, series }): Panel[] => {
      const labels = place.lanes.map(({ label }) => label);
      const chart = dotChart(
        labels,
        series.map((one) => ({ ...one, rows: place.lanes })),
        { title, scale: scaleFor(axis === 'log' ? 'wire' : 'count', []), axis, isDense: true },
      );
      const id = report.anchors.take(`${figure.id} chart`);
      return chart ? [{ id, title: [place.varied, title].filter(Boolean).join(': '), chart }] : [];
    }),
  );
  const [place] = places;
  return {
    ...figure,
    finding: place && findingOf(place.lanes, view, report),
    // Below each other: the section has half the page.
    charts: panels.map((panel) => ({ title: undefined, panels: [panel] })),
  };
}

/** At usual periods, and at the same for all, since usual ones make a lane dearer for being asked more often. */
function findingOf(lanes: readonly LaneAtPlace[], { scenario }: ScenarioView, report: Report): Prose | undefined {
  const isCounted = lanes.some(({ estimates }) => estimates.has(WITH_TCP_IP));
  const ranking = spanProse(lanes, metricOf(isCounted ? WITH_TCP_IP : SOCKETS));
  if (ranking.length === 0) return undefined;
  const level = isCounted ? 'TCP/IP headers included' : 'on the sockets';
  const period = scenario.keepAliveSeconds;
  const same = period === undefined ? '' : `with a keep-alive every ${formatSetting(period)}\u00a0s for all: `;
  const usual = lanes.flatMap((lane) => usualOf(lane, report));
  const atUsual = usual.length === 0 ? [] : ['at the usual periods: ', ...joined(usual, '; '), '; '];
  return [`A silent client takes per minute, ${level}, `, ...atUsual, same, ...ranking, '.'];
}

/** `WebSocket 432 B (30 s)`, in inverse proportion to the period; none of a lane that says nothing while nothing happens. */
function usualOf(lane: LaneAtPlace, report: Report): Prose[] {
  const idlePeriodMs = rowOf(report, lane)?.idlePeriodMs;
  const { periodMs = idlePeriodMs, usualPeriodMs = idlePeriodMs } = lane.valid[0]?.keepAlive ?? {};
  const { value = 0 } = lane.estimates.get(WITH_TCP_IP) ?? lane.estimates.get(SOCKETS) ?? {};
  if (periodMs === undefined || usualPeriodMs === undefined || value === 0) return [];
  const bytes = formatCount(Math.round((value * periodMs) / usualPeriodMs));
  const period = `${formatSetting(usualPeriodMs / 1e3)}\u00a0s`;
  return [[{ strong: lane.label.title }, ` ${bytes}\u00a0B`, { quiet: ` (${period})` }]];
}
