/** What being current costs: latency against bytes, and against the server's CPU time, each lane at its poll intervals. */

import type { Estimate, Point } from '../../../contract/result.ts';
import { chartedIn, headlineOf, type Metric } from '../../../stats/metrics/metrics.ts';
import { valuesAxis } from '../charts/numeric-axis.ts';
import { valueText } from '../findings/ranking.ts';
import type { Figure, LaneLabel, LaneLine, LineChart, Prose } from '../page-model.ts';
import { lanesOf, metricColumns, metricTable } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatSetting } from '../words/format.ts';
import { type LaneAtPlace, labelsOf, type ScenarioView, scaleIn } from '../words/places.ts';
import { dotName } from '../words/rounds.ts';
import { joined } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';
import { definitionsOf } from './metric-figure.ts';

const LATENCY = headlineOf('tradeoff');
const COSTS = chartedIn('tradeoff').slice(1);
const METRICS = [LATENCY, ...COSTS];
const TITLE = 'Latency against its cost';

export function tradeoffFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} tradeoff`);
  const lanes = lanesOf(view);
  const panels = COSTS.flatMap((cost) => {
    const chart = tradeoffChart(view, cost);
    return chart ? [{ id: anchors.take(`${id} chart`), title: `Against ${inSentence(cost.title)}`, chart }] : [];
  });
  const columns = METRICS.flatMap((metric) =>
    metricColumns(view, metric, scaleIn(lanes, [metric]), `needs ${metric.needs}`, [metric.title, 'Ratio']),
  );
  const metrics = METRICS.map((metric) => metric.id);
  return {
    id,
    title: TITLE,
    definition:
      'Each mark is a lane; down is sooner, left is cheaper. One that polls has a mark for each interval at which it was ' +
      `run, joined from the shortest to the longest. ${definitionsOf(METRICS)}`,
    finding: findingOf(view),
    charts: panels.length > 0 ? [{ title: undefined, panels }] : [],
    tables: [metricTable(view, anchors.take(`${id} table`), TITLE, metrics, columns)],
  };
}

interface Mark {
  readonly point: Point;
  readonly lane: LaneAtPlace;
  readonly across: Estimate;
  readonly up: Estimate;
}

/** A lane where both metrics have a value, from its shortest poll interval to its longest. */
function marksOf({ places }: ScenarioView, { index }: LaneLabel, cost: Metric): Mark[] {
  return places
    .flatMap(({ point, lanes }) =>
      lanes.flatMap((lane): Mark[] => {
        const [across, up] = [lane.estimates.get(cost.id), lane.estimates.get(LATENCY.id)];
        return lane.label.index === index && across && up ? [{ point, lane, across, up }] : [];
      }),
    )
    .sort((a, b) => (a.point.pollIntervalMs ?? 0) - (b.point.pollIntervalMs ?? 0));
}

function tradeoffChart(view: ScenarioView, cost: Metric): LineChart | undefined {
  const all = lanesOf(view);
  const lanes = labelsOf(all).filter((label) => marksOf(view, label, cost).length > 0);
  if (lanes.length === 0) return undefined;
  const [across, up] = [scaleIn(all, [cost]), scaleIn(all, [LATENCY])];
  const lineOf = (label: LaneLabel): LaneLine => {
    const marks = marksOf(view, label, cost);
    const bound = (value: number | null) => (value === null ? null : value / up.factor);
    return {
      rounds: marks.flatMap(({ lane }) =>
        lane.valid.flatMap((cell) => {
          const [x, y] = [cost.of(cell), LATENCY.of(cell)];
          return x === undefined || y === undefined
            ? []
            : { x: x / across.factor, y: y / up.factor, round: dotName(cell) };
        }),
      ),
      points: marks.map((mark, at) => ({
        x: mark.across.value / across.factor,
        y: mark.up.value / up.factor,
        low: bound(mark.up.low),
        high: bound(mark.up.high),
        text: [at === 0 && label.title, intervalText(mark.point)].filter(Boolean).join(', '),
      })),
    };
  };
  const lines = lanes.map(lineOf);
  const marks = lines.flatMap(({ rounds, points }) => [...rounds, ...points]);
  const x = valuesAxis(
    cost.title,
    across,
    marks.map((mark) => mark.x),
    'log',
  );
  const y = valuesAxis(
    LATENCY.title,
    up,
    marks.map((mark) => mark.y),
    'log',
  );
  return {
    kind: 'lines',
    shape: 'straight',
    texts: 'points',
    spread: LATENCY.spread,
    unit: y.unit,
    label:
      `Scatter plot. ${y.title} against ${x.title} for ${countOf(lanes.length, 'lane')}, a small mark for each round. ` +
      'The table that follows has the same numbers.',
    axisTitle: y.title,
    ...{ lanes, lines, x, y },
  };
}

/** `100 ms`, `1 s`; undefined without an interval. */
function intervalText({ pollIntervalMs }: Point): string | undefined {
  if (pollIntervalMs === undefined) return undefined;
  return pollIntervalMs < 1_000 ? `${formatSetting(pollIntervalMs)} ms` : `${formatSetting(pollIntervalMs / 1e3)} s`;
}

/** From the shortest interval to the longest, of each lane that has several; then of the others at their one mark. */
function findingOf(view: ScenarioView): Prose | undefined {
  const said = labelsOf(lanesOf(view))
    .filter(({ duplicateOf }) => duplicateOf === undefined)
    .map((label) => ({ label, marks: marksOf(view, label, headlineOf('bytes')) }))
    .sort((a, b) => b.marks.length - a.marks.length)
    .flatMap(({ label, marks }): Prose[] => {
      const ends = [...new Set([marks[0], marks.at(-1)])].flatMap((mark) => mark ?? []);
      if (ends.length === 0) return [];
      const texts = ends.map(({ point, up, across }): Prose => {
        const interval = intervalText(point);
        const every = interval === undefined ? [] : [{ quiet: ` every ${interval}` }];
        return [`${valueText(up)} for ${valueText(across)}`, ...every];
      });
      return [[{ strong: label.title }, ' ', ...joined(texts, ', ')]];
    });
  return said.length === 0 ? undefined : ['p50 latency for bytes per delivery: ', ...joined(said, '; '), '.'];
}
