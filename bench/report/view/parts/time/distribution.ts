/** The latencies of all deliveries of a place, up to the furthest percentile that its events allow. */

import { InvalidResult } from '../../../../contract/result.ts';
import { latenciesAtUs } from '../../../../stats/metrics/merged.ts';
import { latencyMetric } from '../../../../stats/metrics/metrics.ts';
import { PERCENTILE_LABELS, PERCENTILE_SHARES, type Percentile } from '../../../../stats/percentiles.ts';
import { valuesAxis } from '../../charts/numeric-axis.ts';
import type { Figure, LineAxis, LineChart } from '../../page-model.ts';
import type { Anchors } from '../../words/anchors.ts';
import { countOf } from '../../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, scaleIn, withoutDuplicates } from '../../words/places.ts';

const TICKS = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly Percentile[];
/** Beyond the median: it tells the places of percentiles apart as each takes a tenth of what is left. */
const placeOf = (share: number): number => -Math.log10(1 - share);
const POINTS = 48;

/** Of the place with the furthest tail; none in a result without histograms, or with too few events for a p95. */
export function distributionFigure(all: ScenarioView, anchors: Anchors): Figure[] {
  const { places } = withoutDuplicates(all);
  const reach = ({ lanes }: Place) => Math.max(0, ...lanes.map((lane) => furthestOf(lane)));
  const place = places.reduce((best, one) => (best && reach(best) > reach(one) ? best : one), places[0]);
  const isEnough = place && reach(place) >= PERCENTILE_SHARES.p95;
  const chart = isEnough ? ifReadable(() => chartOf(place, reach(place))) : undefined;
  if (!chart) return [];
  const title = ['Distribution', place?.name].filter(Boolean).join(', ');
  return [
    {
      id: anchors.take(`${all.id} distribution`),
      title: 'Distribution',
      definition:
        'Distribution: the deliveries of all rounds together, each line as far as the events of the run allow a percentile to be ' +
        'quoted. The intervals are in the table of latencies.',
      charts: [{ title: undefined, panels: [{ id: anchors.take(`${all.id} distribution chart`), title, chart }] }],
      tables: [],
    },
  ];
}

/** Estimates that were made when the run ended stand without the histograms: one that can't be read costs this chart alone. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidResult) return undefined;
    throw error;
  }
}

/** Share of the furthest percentile that may be quoted of a lane; 0 without one. */
function furthestOf({ estimates }: LaneAtPlace): number {
  return Math.max(0, ...TICKS.map((name) => (estimates.has(latencyMetric(name).id) ? PERCENTILE_SHARES[name] : 0)));
}

function chartOf({ lanes }: Place, reach: number): LineChart | undefined {
  const metric = latencyMetric('p95');
  const scale = scaleIn(lanes, [latencyMetric('p50')]);
  const lines = lanes.flatMap((lane) => {
    const end = placeOf(furthestOf(lane));
    const xs = Array.from({ length: POINTS + 1 }, (_, at) => (end * at) / POINTS);
    const shares = xs.map((x) => 1 - 10 ** -x);
    const values = metric.merged && end > 0 ? latenciesAtUs(lane.valid, metric.merged, shares) : undefined;
    if (!values) return [];
    const points = xs.map((x, at) => ({ x, y: (values[at] ?? 0) / scale.factor, low: null, high: null }));
    return [{ label: lane.label, line: { points, rounds: [] } }];
  });
  if (lines.length === 0) return undefined;
  const x: LineAxis = {
    title: 'Percentile (each tick nearer to 100 %)',
    unit: '',
    scale: 'linear',
    range: [0, placeOf(reach)],
    ticks: [0, ...TICKS.map((name) => PERCENTILE_SHARES[name])]
      .filter((share) => share <= reach)
      .map((share, at) => ({
        at: placeOf(share),
        text: at === 0 ? 'least' : PERCENTILE_LABELS[TICKS[at - 1] ?? 'p50'],
      })),
  };
  const values = lines.flatMap(({ line }) => line.points.map((point) => point.y));
  const y = valuesAxis('Latency', scale, values, 'log');
  return {
    kind: 'lines',
    shape: 'steps',
    texts: 'none',
    spread: 'interval',
    unit: y.unit,
    label: `Distribution of latencies for ${countOf(lines.length, 'lane')}: ${y.title} over percentiles.`,
    axisTitle: y.title,
    isDense: true,
    lanes: lines.map(({ label }) => label),
    lines: lines.map(({ line }) => line),
    x,
    y,
  };
}
