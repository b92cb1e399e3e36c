/** The widest difference of a metric that is decided, for the terminal. */

import type { Comparison, Estimate } from '../../../contract/result.ts';
import { isNamedByVerb } from '../../../stats/metrics/metric.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import type { Prose } from '../page-model.ts';
import { formatInterval, scaleOf, withUnit } from '../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, withoutDuplicates } from '../words/places.ts';
import { type ComparisonWords, comparisonProse } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';

interface Compared {
  readonly place: Place;
  readonly lane: LaneAtPlace;
  readonly comparison: Comparison;
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
