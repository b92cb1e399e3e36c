/** What a scenario shows of a metric, in one sentence: figures, ratios to the reference, and the words of their verdicts. */

import type { Estimate, Verdict } from '../../../contract/result.ts';
import { isNamedByVerb } from '../../../stats/metrics/metric.ts';
import { type Metric, metricOf } from '../../../stats/metrics/metrics.ts';
import type { Prose } from '../page-model.ts';
import { lanesOf } from '../tables/lane-table.ts';
import { countOf, formatCount, formatExact, formatInterval, formatNumber, scaleOf, withUnit } from '../words/format.ts';
import {
  type LaneAtPlace,
  labelsOf,
  laneAt,
  type Place,
  type ScenarioView,
  scaleIn,
  withoutDuplicates,
} from '../words/places.ts';
import { isRefused, UNCITABLE_MARK } from '../words/standing.ts';
import { joined, ratioProse, VERDICT_NAMES } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';

/** More lanes than these, and variants, are told by the two ends of their ratios: a sentence of all would be a table. */
const MOST_NAMED = 8;

/** undefined where no lane has a value. */
export function findingOf(all: ScenarioView, metric: Metric): Prose | undefined {
  const view = withoutDuplicates(all);
  const lanes = lanesOf(view).filter(({ estimates }) => estimates.has(metric.id));
  if (lanes.length === 0) return undefined;
  const title = metric.title;
  const hasVariants = lanes.some(({ isVariant }) => isVariant);
  if (hasVariants || labelsOf(lanes).length > MOST_NAMED) return [`${title}: `, ...endsProse(lanes, metric), '.'];
  const [sweep] = view.sweeps.filter(({ places }) => places.length > 1);
  const places = sweep?.places.map(({ place }) => place) ?? [];
  const [first, last] = [places[0], places.at(-1)];
  if (!sweep || !first || !last) return [`${title}: `, ...rankingProse(lanes, metric), '.'];
  const fixed = sweep.along?.fixed === undefined ? '' : ` (${sweep.along.fixed})`;
  const from = `from ${sweep.places[0]?.title} to ${sweep.places.at(-1)?.title}${fixed}`;
  return [`${title}, ${from}: `, ...sweepProse(places, metric), '.'];
}

/** `WebSocket 0.39 ms [0.37, 0.41]; Server-Sent Events 0.42 ms (not decided)`: the reference first, then the least. */
export function rankingProse(lanes: readonly LaneAtPlace[], metric: Metric): Prose {
  return joined(rankedProse(lanes, metric), '; ');
}

/** `WebSocket 15 µs [14, 17]; from TCP (control) 14 µs (lower) to Long-polling 159 µs (higher)`: where a chart beside it names all. */
export function spanProse(lanes: readonly LaneAtPlace[], metric: Metric): Prose {
  const ranked = rankedProse(lanes, metric);
  const [first = [], second = []] = ranked;
  const last = ranked.at(-1) ?? [];
  return ranked.length < 4 ? joined(ranked, '; ') : [...first, '; from ', ...second, ' to ', ...last];
}

function rankedProse(lanes: readonly LaneAtPlace[], metric: Metric): Prose[] {
  const valued = lanes.flatMap((lane) => {
    const estimate = lane.estimates.get(metric.id);
    return estimate ? [{ lane, estimate, comparison: lane.comparisons.get(metric.id) }] : [];
  });
  const isAfter = ({ lane }: (typeof valued)[number]) => Number(!lane.label.isReference);
  valued.sort((a, b) => isAfter(a) - isAfter(b) || a.estimate.value - b.estimate.value);
  const scale = scaleIn(lanes, [metric]);
  const words = wordsOf(metric);
  return valued.map(({ lane, estimate, comparison }): Prose => {
    const { interval } = formatInterval(estimate, scale);
    const bounds = lane.label.isReference && interval ? [{ quiet: ` ${interval}` }] : [];
    const verdict = comparison ? ` (${words[comparison.verdict]})` : '';
    return [{ strong: lane.label.title }, ` ${valueText(estimate, scale)}`, ...bounds, verdict];
  });
}

/** `0.39 ms`, with the sign of one that may not be cited. */
export function valueText(estimate: Estimate, scale = scaleOf(metricOf(estimate.metric), [estimate.value])): string {
  const format = estimate.spread === 'range' ? formatExact : formatNumber;
  return withUnit(format(estimate.value / scale.factor), scale) + (isRefused(estimate) ? UNCITABLE_MARK : '');
}

function wordsOf(metric: Metric): Readonly<Record<Verdict, string>> {
  return isNamedByVerb(metric) ? VERDICT_NAMES : { ...VERDICT_NAMES, lower: 'faster', higher: 'slower' };
}

/** `WebSocket 0.8 ms to 3.1 ms; Long-polling 1.2 ms to 9.4 ms (slower at 4 of 4 points)` */
function sweepProse(places: readonly Place[], metric: Metric): Prose {
  const words = wordsOf(metric);
  const scale = scaleIn(lanesOf({ places }), [metric]);
  const told = labelsOf(lanesOf({ places })).flatMap((label): Prose[] => {
    const mine = places.flatMap((place) => laneAt(place, label) ?? []);
    const estimates = mine.flatMap(({ estimates }) => estimates.get(metric.id) ?? []);
    const [first, last] = [estimates[0], estimates.at(-1)];
    if (!first || !last) return [];
    const verdicts = mine.flatMap(({ comparisons }) => comparisons.get(metric.id)?.verdict ?? []);
    const counts = (['lower', 'higher'] as const).flatMap((verdict) => {
      const count = verdicts.filter((one) => one === verdict).length;
      return count > 0 ? `${words[verdict]} at ${formatCount(count)} of ${countOf(verdicts.length, 'point')}` : [];
    });
    const said = counts.length > 0 ? counts.join(', ') : 'no difference decided';
    const to = first === last ? '' : ` to ${valueText(last, scale)}`;
    const judged = verdicts.length > 0 ? [{ quiet: ` (${said})` }] : [];
    return [[{ strong: label.title }, ` ${valueText(first, scale)}${to}`, ...judged]];
  });
  return joined(told, '; ');
}

/** `18 lanes: 4 lower, 6 higher, 8 without a decided difference; from A × 0.51, lower, to B × 2.4, higher` */
function endsProse(lanes: readonly LaneAtPlace[], metric: Metric): Prose {
  const compared = lanes
    .flatMap(({ label, baseline, comparisons }) => {
      const comparison = comparisons.get(metric.id);
      return comparison ? [{ label, baseline, comparison }] : [];
    })
    .sort((a, b) => a.comparison.ratio - b.comparison.ratio);
  const [least, most] = [compared[0], compared.at(-1)];
  if (!least || !most) return [`${countOf(lanes.length, 'value')} of ${inSentence(metric.title)}, none compared`];
  const words = wordsOf(metric);
  const countIs = (verdict: Verdict) => compared.filter(({ comparison }) => comparison.verdict === verdict).length;
  const [lower, higher] = [countIs('lower'), countIs('higher')];
  const end = ({ label, baseline, comparison }: typeof least): Prose => [
    { strong: label.title },
    ` ${ratioProse(comparison)[0]}, ${words[comparison.verdict]}`,
    { quiet: ` (to ${baseline?.title})` },
  ];
  return [
    `of ${countOf(compared.length, 'comparison')}, ${formatCount(lower)} ${words.lower}, ${formatCount(higher)} ` +
      `${words.higher}, ${formatCount(compared.length - lower - higher)} without a decided difference; from `,
    ...end(least),
    ' to ',
    ...end(most),
  ];
}
