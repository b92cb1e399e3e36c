/** What came out, in sentences: values with their intervals, and the verdicts that the result has. */

import { type Estimate, VERDICTS, type Verdict } from '../../contract/result.ts';
import { isNamedByVerb } from '../../stats/metrics/metric.ts';
import { headlineOf, type Metric, shownIn } from '../../stats/metrics/metrics.ts';
import { kneeSentences } from './figures/knee-figure.ts';
import { contrastText } from './figures/levels-figure.ts';
import { contrastOf } from './findings/levels.ts';
import type { Prose, Section, SummaryGroup } from './page-model.ts';
import { lanesOf } from './tables/lane-table.ts';
import {
  countOf,
  formatCount,
  formatExact,
  formatInterval,
  formatNumber,
  quantityOf,
  scaleOf,
  withUnit,
} from './words/format.ts';
import {
  type LaneAtPlace,
  labelsOf,
  type Place,
  type ScenarioView,
  scaleIn,
  withoutDuplicates,
} from './words/places.ts';
import { roundsOf } from './words/rounds.ts';
import { isRefused } from './words/standing.ts';
import { comparisonProse, joined } from './words/verdicts.ts';
import { inSentence } from './words/wording.ts';

/** Runs of more scenarios get their findings alone: a sentence for each lane of each scenario would fill pages. */
const MOST_IN_FULL = 3;

export function summaryOf(
  views: readonly ScenarioView[],
  sections: readonly Pick<Section, 'figures'>[],
  referenceId: string,
): SummaryGroup[] {
  return views.map(withoutDuplicates).map((view, at) => {
    const findings = (sections[at]?.figures ?? []).flatMap(({ finding }) =>
      finding ? [{ lane: undefined, text: finding }] : [],
    );
    return {
      title: views.length > 1 ? view.scenario.title : undefined,
      sentences: views.length > MOST_IN_FULL && findings.length > 0 ? findings : inFull(view, referenceId),
    };
  });
}

function inFull(view: ScenarioView, referenceId: string): SummaryGroup['sentences'] {
  const [place, ...others] = view.places;
  const { figures } = view.scenario;
  const knees = figures.includes('knee') ? kneeSentences(view) : [];
  if (knees.length > 0) return knees;
  const onLanes = place && others.length === 0 ? onePlace(place, view, referenceId) : spans(view);
  const contrast = figures.includes('layers') ? contrastOf(view) : undefined;
  return contrast ? [...onLanes, { lane: undefined, text: contrastText(contrast) }] : onLanes;
}

function onePlace(place: Place, view: ScenarioView, referenceId: string): SummaryGroup['sentences'] {
  const reference = place.lanes.find(({ label }) => label.isReference);
  const isCompared = place.lanes.some(({ comparisons }) => comparisons.size > 0);
  const others = place.lanes.filter((lane) => lane !== reference);
  const sentences = [...(reference ? [reference] : []), ...others].map((lane) => ({
    lane: lane.label,
    text: sentencesOn(lane, place, view),
  }));
  const text = reference
    ? `There are no ratios: no lane has a valid round in common with ${reference.label.title}, the reference.`
    : `There are no ratios: the reference lane, ${referenceId}, is not part of this run.`;
  const hasNoRatios = !isCompared && others.length > 0;
  return hasNoRatios ? [...sentences, { lane: undefined, text: [text] }] : sentences;
}

function sentencesOn(lane: LaneAtPlace, place: Place, { scenario: { figures } }: ScenarioView): Prose {
  const { label, valid, cells, estimates, comparisons } = lane;
  if (valid.length === 0)
    return [{ strong: label.title }, ` has no valid round of ${roundsOf(cells)}: no value is given.`];
  const reported = shownIn('sentence', figures).flatMap(({ metric, words }) => {
    const { name: what = inSentence(metric.title), after = '' } = words;
    const value = valueText(lane, place, metric);
    const before = isNamedByVerb(metric) ? '' : `${what} `;
    return value
      ? [
          {
            what,
            value,
            afterVerb: [before, ...value, `${after}, `],
            comparison: comparisons.get(metric.id),
            caveat: caveatOf(estimates.get(metric.id)),
          },
        ]
      : [];
  });
  const alone = reported.filter(({ comparison }) => !comparison);
  const compared = reported.flatMap(({ comparison, ...one }) => (comparison ? [{ ...one, comparison }] : []));
  const isTooShort = figures.includes('latency') && !estimates.has(headlineOf('latency').id);
  return [
    ...(alone.length > 0 || compared.length === 0 ? ofItself(lane, alone) : []),
    ...compared.flatMap(
      ({ comparison, what, value, afterVerb }, at): Prose => [
        at > 0 || alone.length > 0 ? ' ' : '',
        ...comparisonProse(comparison, {
          subject: at > 0 || alone.length > 0 ? ['It'] : [{ strong: label.title }],
          reference: at > 0 ? undefined : lane.baseline?.title,
          what: [`${what} `, ...value, ', '],
          afterVerb,
        }),
      ],
    ),
    ...(isTooShort ? [' There are too few events for a p50 latency.'] : []),
    ...(roundsOf(valid) === 1 ? [{ quiet: ` ${countOf(1, 'round')}: n too small for an interval.` }] : []),
  ];
}

interface Valued {
  readonly what: string;
  readonly value: Prose;
  readonly caveat: string;
}

/** Of a value that no comparison says it of. */
function caveatOf(figure: Pick<Estimate, 'standing'> | undefined): string {
  return figure && isRefused(figure) ? ' (not citable)' : '';
}

/** A lane that is compared with nothing: `A, the reference: p50 latency 0.92 ms; bytes per delivery 132 B.` */
function ofItself({ label }: LaneAtPlace, values: readonly Valued[]): Prose {
  return [
    { strong: label.title },
    ...(label.isReference ? [', the reference'] : []),
    ...values.flatMap(({ what, value, caveat }, at): Prose => [at === 0 ? ': ' : '; ', `${what} `, ...value, caveat]),
    '.',
  ];
}

function spans({ places, scenario: { figures } }: ScenarioView): SummaryGroup['sentences'] {
  return labelsOf(lanesOf({ places }))
    .sort((a, b) => Number(b.isReference) - Number(a.isReference))
    .map((label) => {
      const parts = shownIn('span', figures).flatMap(({ metric, words }) => {
        const lanes = places.flatMap(({ varied = '', name, lanes }) =>
          lanes.filter((lane) => lane.label.index === label.index).map((lane) => ({ varied, name, lane })),
        );
        const text = spanText(lanes, metric, words.name);
        return text ? [[...text, ...verdictsText(lanes, metric)]] : [];
      });
      const said: Prose = parts.length === 0 ? [' has no value at any point'] : [' has ', ...joined(parts, '; ')];
      return {
        lane: label,
        text: [{ strong: label.title }, ...(label.isReference ? [', the reference,'] : []), ...said, '.'],
      };
    });
}

interface Varied {
  readonly varied: string;
  /** Of a place that has one. */
  readonly name: string | undefined;
  readonly lane: LaneAtPlace;
}

function spanText(lanes: readonly Varied[], metric: Metric, what: string): Prose | undefined {
  const values = lanes
    .flatMap(({ varied, name, lane }) => {
      const estimate = lane.estimates.get(metric.id);
      return estimate ? { varied, name, value: estimate.value, caveat: caveatOf(estimate) } : [];
    })
    .sort((a, b) => a.value - b.value);
  const [least, most] = [values[0], values.at(-1)];
  if (!least || !most) return undefined;
  const all = values.map(({ value }) => value);
  const scale = scaleOf(metric, all);
  // Bytes on the wire come out the same each time.
  const format = quantityOf(metric) === 'wire' ? formatExact : formatNumber;
  const text = ({ value, caveat }: typeof least) => withUnit(format(value / scale.factor), scale) + caveat;
  if (values.length === 1)
    return [`${what} of ${text(least)}`, ...(least.name === undefined ? [] : [{ quiet: ` (${least.name})` }])];
  if (text(least) === text(most)) {
    return [`${what} of ${text(least)}`, { quiet: ` at each of ${countOf(values.length, 'point')}` }];
  }
  return [
    `${what} of ${text(least)}`,
    { quiet: ` (${least.varied})` },
    ` to ${text(most)}`,
    { quiet: ` (${most.varied})` },
  ];
}

/**
 * `, and takes fewer bytes than B at 6 of 7 points, makes no practical difference at 1 of 7 points`; where places have names, those
 * are said in place of numbers.
 */
function verdictsText(lanes: readonly Varied[], { id, verbs }: Metric): Prose {
  const baseline = lanes.find(({ lane }) => lane.baseline)?.lane.baseline;
  const judged = lanes.flatMap(({ name, lane }) => {
    const comparison = lane.baseline?.index === baseline?.index ? lane.comparisons.get(id) : undefined;
    return comparison ? [{ name, verdict: comparison.verdict }] : [];
  });
  const words: Readonly<Record<Verdict, string>> = {
    lower: `${verbs.lower} ${baseline?.title}`,
    higher: `${verbs.higher} ${baseline?.title}`,
    equivalent: 'makes no practical difference',
    inconclusive: 'is not decided',
  };
  const said = VERDICTS.flatMap((verdict) => {
    const found = judged.filter((one) => one.verdict === verdict);
    return found.length === 0 ? [] : `${words[verdict]} ${whereText(found, judged)}`;
  });
  return said.length === 0 ? [] : [`, and ${said.join(', ')}`];
}

function whereText(found: readonly Pick<Varied, 'name'>[], all: readonly unknown[]): string {
  const names = found.flatMap(({ name }) => name ?? []);
  if (names.length === found.length) return `(${names.join(', ')})`;
  return found.length === all.length
    ? 'at every point'
    : `at ${formatCount(found.length)} of ${countOf(all.length, 'point')}`;
}

function valueText({ estimates }: LaneAtPlace, { lanes }: Place, metric: Metric): Prose | undefined {
  const estimate = estimates.get(metric.id);
  if (!estimate) return undefined;
  const scale = scaleIn(lanes, [metric]);
  const { value, interval } = formatInterval(estimate, scale);
  return [withUnit(value, scale), ...(interval ? [{ quiet: ` ${interval}` }] : [])];
}
