/** What a figure shows, in one sentence: the widest difference that is decided, or that there is none. */

import type { Comparison, Estimate } from '../../../contract/result.ts';
import { isNamedByVerb } from '../../../stats/metrics/metric.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import type { Prose } from '../page-model.ts';
import { countOf, formatCount, formatInterval, scaleOf, withUnit } from '../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, withoutDuplicates } from '../words/places.ts';
import { type ComparisonWords, comparisonProse, joined, marginText } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';

interface Compared {
  readonly place: Place;
  readonly lane: LaneAtPlace;
  readonly comparison: Comparison;
}

/** undefined where no lane is compared. What options change is said apart. */
export function findingOf(view: ScenarioView, metric: string): Prose | undefined {
  const sentences = byQuestion(comparedIn(view, metric)).map(({ all, isOfVariants }): Prose => {
    const widest = widestOf(all);
    if (!widest) return [nothingDecided(all, isOfVariants)];
    const { varied } = widest.place;
    const at = varied === undefined ? ': ' : ` (${varied}): `;
    const what = isOfVariants ? 'What an option changes most' : 'The widest difference';
    return [`${what}${at}`, ...comparedProse(widest, widest.lane)];
  });
  return sentences.length === 0 ? undefined : joined(sentences, ' ');
}

/** How lanes differ from the reference, and what options change; a question without a comparison is left out. */
export function byQuestion(all: readonly Compared[]): { all: readonly Compared[]; isOfVariants: boolean }[] {
  return [false, true]
    .map((isOfVariants) => ({ all: all.filter(({ lane }) => lane.isVariant === isOfVariants), isOfVariants }))
    .filter((question) => question.all.length > 0);
}

export function comparedIn(view: ScenarioView, metric: string): Compared[] {
  return withoutDuplicates(view).places.flatMap((place) =>
    place.lanes.flatMap((lane) => {
      const comparison = lane.comparisons.get(metric);
      return comparison ? [{ place, lane, comparison }] : [];
    }),
  );
}

export function widestOf(all: readonly Compared[]): Compared | undefined {
  const distance = ({ comparison }: Compared) => Math.abs(Math.log(comparison.ratio));
  return all
    .filter(({ comparison: { verdict } }) => verdict === 'lower' || verdict === 'higher')
    .reduce<Compared | undefined>((best, one) => (best && distance(best) >= distance(one) ? best : one), undefined);
}

/** @param valued the lane whose value is said beside the ratio */
export function comparedProse({ lane, comparison }: Compared, valued?: LaneAtPlace): Prose {
  return comparisonProse(comparison, {
    subject: [{ strong: lane.label.title }],
    reference: lane.baseline?.title,
    ...wordsOf(comparison.metric, valued),
  });
}

/** What a comparison is of, and the lane's value if there is one; a verb that names it already is followed by the value alone. */
function wordsOf(id: string, lane?: LaneAtPlace): Pick<ComparisonWords, 'what' | 'afterVerb'> {
  const metric = metricOf(id);
  const name = `${inSentence(metric.title)} `;
  const estimate = lane?.estimates.get(id);
  const shown = estimate ? valueProse(estimate) : [];
  return { what: [name, ...shown], afterVerb: isNamedByVerb(metric) ? shown : [name, ...shown] };
}

function valueProse(estimate: Estimate): Prose {
  const scale = scaleOf(metricOf(estimate.metric), [estimate.value]);
  const { value, interval } = formatInterval(estimate, scale);
  return [withUnit(value, scale), ...(interval ? [{ quiet: ` ${interval}` }] : []), ', '];
}

function nothingDecided(all: readonly Compared[], isOfVariants: boolean): string {
  const reference = isOfVariants ? 'what it varies' : (all[0]?.lane.baseline?.title ?? '');
  const equivalent = all.filter(({ comparison: { verdict } }) => verdict === 'equivalent').length;
  const margin = marginText(all[0]?.comparison.margin ?? 0);
  const total = countOf(all.length, 'comparison');
  if (equivalent === all.length)
    return `No ${isOfVariants ? 'variant' : 'lane'} differs from ${reference} by more than the margin of ${margin}.`;
  return `No difference${isOfVariants ? ' of a variant' : ''} from ${reference} is decided: ${formatCount(equivalent)} of ${total} are within ${margin}, the others are open.`;
}
