/** What came out, in sentences: values with their intervals, and the verdicts that the result has. */

import { type Result, VERDICTS, type Verdict } from '../../contract/result.ts';
import { FASTER } from '../../stats/metrics/metric.ts';
import { metricOf } from '../../stats/metrics/metrics.ts';
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
  scaleFor,
  withUnit,
} from './words/format.ts';
import { type LaneAtPlace, labelsOf, type Place, roundsOf, type ScenarioView, withoutRepeats } from './words/places.ts';
import { comparisonProse } from './words/verdicts.ts';
import { inSentence } from './words/wording.ts';

type FigureKind = Result['scenarios'][number]['figures'][number];

const P50 = 'latency.p50Us';

/** What is said of a lane, in scenarios with any of these figures. */
interface Said {
  readonly metric: string;
  readonly figures: readonly FigureKind[];
}

/** At one place. */
const VALUES: readonly (Said & {
  readonly what: string;
  /** What stands before and after the value where a verb has said what it is of. */
  readonly afterVerb: readonly [before: string, after: string];
})[] = [
  { metric: P50, figures: ['latency', 'tradeoff', 'gap'], what: 'p50 latency', afterVerb: ['p50 latency ', ''] },
  {
    metric: 'wire.perDeliveryBytes',
    figures: ['bytes', 'layers', 'tradeoff'],
    what: 'bytes per delivery',
    afterVerb: ['', ' per delivery'],
  },
  {
    metric: 'server.cpuPerDeliveryUs',
    figures: ['cpu', 'tradeoff'],
    what: 'server CPU per delivery',
    afterVerb: ['', ' per delivery'],
  },
  value('polls.queuedPercent', 'gap'),
  value('idle.bytesPerClientMinute', 'idle', ' per client and minute'),
  value('idle.cpuPerClientMinuteUs', 'idle', ' per client and minute'),
  value('open.firstEventP50Us', 'connect'),
  value('open.bytesPerConnection', 'connect'),
  value('upstream.echoP50Us', 'upstream'),
  value('upstream.bytesPerMessage', 'upstream'),
  value('recovery.firstEventP50Us', 'recovery'),
  value('recovery.attemptsPerClient', 'recovery', ' per client'),
  value('capacity.requestsPerSecond', 'capacity'),
  value('capacity.bytesPerRequest', 'capacity'),
];

/** Over several points, before the least and the most. */
const SPANS: readonly (Said & { readonly what: string })[] = [
  { metric: P50, figures: ['latency', 'tradeoff', 'gap'], what: 'a p50 latency' },
  { metric: 'polls.queuedPercent', figures: ['gap'], what: 'a gap share' },
  {
    metric: 'wire.overheadPerDeliveryBytes',
    figures: ['bytes', 'layers', 'tradeoff'],
    what: 'an overhead per delivery',
  },
  { metric: 'server.cpuPerDeliveryUs', figures: ['cpu', 'tradeoff'], what: 'a server CPU time per delivery' },
  { metric: 'server.heapPerClientBytes', figures: ['memory'], what: 'a server memory per client' },
  { metric: 'latency.p99Us', figures: ['isolation'], what: 'a p99 latency' },
  { metric: 'server.peakRssBytes', figures: ['isolation'], what: 'a peak memory of the server' },
  { metric: 'idle.bytesPerClientMinute', figures: ['idle'], what: 'bytes of silence per client and minute' },
  { metric: 'open.firstEventP50Us', figures: ['connect'], what: 'a p50 time to the first event' },
  { metric: 'open.bytesPerConnection', figures: ['connect'], what: 'bytes to the first event' },
  { metric: 'upstream.echoP50Us', figures: ['upstream'], what: 'a p50 echo' },
  { metric: 'recovery.firstEventP50Us', figures: ['recovery'], what: 'a p50 recovery' },
  { metric: 'capacity.requestsPerSecond', figures: ['capacity'], what: 'a rate of polls answered' },
];

function value(metric: string, figure: FigureKind, after = ''): (typeof VALUES)[number] {
  const { title, verbs } = metricOf(metric);
  const what = inSentence(title);
  return { metric, figures: [figure], what, afterVerb: [verbs === FASTER ? `${what} ` : '', after] };
}

/** Of many scenarios the findings alone: a sentence for each lane of each of them nobody would read. */
const MOST_IN_FULL = 3;

/** @param sections of the same scenarios, in the same order */
export function summaryOf(
  views: readonly ScenarioView[],
  sections: readonly Pick<Section, 'figures'>[],
  referenceId: string,
): SummaryGroup[] {
  return views.map(withoutRepeats).map((view, at) => {
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
  const reported = VALUES.filter((one) => one.figures.some((figure) => figures.includes(figure))).flatMap((one) => {
    const value = valueText(lane, place, one);
    return value ? [{ ...one, value, comparison: comparisons.get(one.metric) }] : [];
  });
  const alone = reported.filter(({ comparison }) => !comparison);
  const compared = reported.flatMap(({ comparison, ...one }) => (comparison ? [{ ...one, comparison }] : []));
  const isTooShort = figures.includes('latency') && !estimates.has(P50);
  return [
    ...(alone.length > 0 || compared.length === 0 ? ofItself(lane, alone) : []),
    ...compared.flatMap(
      ({ comparison, what, value, afterVerb: [before, after] }, at): Prose => [
        at > 0 || alone.length > 0 ? ' ' : '',
        ...comparisonProse(comparison, {
          subject: at > 0 || alone.length > 0 ? ['It'] : [{ strong: label.title }],
          reference: at > 0 ? undefined : lane.opposite?.title,
          what: [`${what} `, ...value, ', '],
          afterVerb: [before, ...value, `${after}, `],
        }),
      ],
    ),
    ...(isTooShort ? [' There are too few events for a p50 latency.'] : []),
    ...(valid.length === 1 ? [{ quiet: ` ${countOf(1, 'round')}: n too small for an interval.` }] : []),
  ];
}

/** Of a lane that is compared with nothing: `A, the reference: p50 latency 0.92 ms; bytes per delivery 132 B.` */
function ofItself({ label }: LaneAtPlace, values: readonly { readonly what: string; readonly value: Prose }[]): Prose {
  return [
    { strong: label.title },
    ...(label.isReference ? [', the reference'] : []),
    ...values.flatMap(({ what, value }, at): Prose => [at === 0 ? ': ' : '; ', `${what} `, ...value]),
    '.',
  ];
}

/** A sentence for each lane over all points: single values stand in the tables. */
function spans({ places, scenario: { figures } }: ScenarioView): SummaryGroup['sentences'] {
  return labelsOf(lanesOf({ places }))
    .sort((a, b) => Number(b.isReference) - Number(a.isReference))
    .map((label) => {
      const parts = SPANS.filter((span) => span.figures.some((figure) => figures.includes(figure))).flatMap((span) => {
        const lanes = places.flatMap(({ varied = '', lanes }) =>
          lanes.filter((lane) => lane.label.index === label.index).map((lane) => ({ varied, lane })),
        );
        const text = spanText(lanes, span);
        return text ? [[...text, ...verdictsText(lanes, span)]] : [];
      });
      const said: Prose =
        parts.length === 0
          ? [' has no value at any point']
          : [' has ', ...parts.flatMap((part, at) => (at > 0 ? ['; ', ...part] : part))];
      return {
        lane: label,
        text: [{ strong: label.title }, ...(label.isReference ? [', the reference,'] : []), ...said, '.'],
      };
    });
}

interface Varied {
  readonly varied: string;
  readonly lane: LaneAtPlace;
}

function spanText(lanes: readonly Varied[], { metric, what }: (typeof SPANS)[number]): Prose | undefined {
  const quantity = quantityOf(metricOf(metric));
  const values = lanes
    .map(({ varied, lane }) => ({ varied, value: lane.estimates.get(metric)?.value }))
    .flatMap(({ varied, value }) => (value === undefined ? [] : { varied, value }))
    .sort((a, b) => a.value - b.value);
  const [least, most] = [values[0], values.at(-1)];
  if (!least || !most) return undefined;
  const scale = scaleFor(
    quantity,
    values.map(({ value }) => value),
  );
  // Bytes on the wire come out the same each time.
  const format = quantity === 'wire' ? formatExact : formatNumber;
  const text = ({ value }: typeof least) => withUnit(format(value / scale.factor), scale);
  if (values.length === 1) return [`${what} of ${text(least)}`];
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

/** `, and takes fewer bytes than B at 6 of 7 points, makes no practical difference at 1 of 7 points` */
function verdictsText(lanes: readonly Varied[], { metric }: Said): Prose {
  const opposite = lanes.find(({ lane }) => lane.opposite)?.lane.opposite;
  const verdicts = lanes.flatMap(({ lane }) =>
    lane.opposite?.index === opposite?.index ? (lane.comparisons.get(metric)?.verdict ?? []) : [],
  );
  const { lower, higher } = metricOf(metric).verbs;
  const words: Readonly<Record<Verdict, string>> = {
    lower: `${lower} ${opposite?.title}`,
    higher: `${higher} ${opposite?.title}`,
    equivalent: 'makes no practical difference',
    inconclusive: 'is not decided',
  };
  const said = VERDICTS.flatMap((verdict) => {
    const count = verdicts.filter((one) => one === verdict).length;
    if (count === 0) return [];
    const where =
      count === verdicts.length ? 'every point' : `${formatCount(count)} of ${countOf(verdicts.length, 'point')}`;
    return `${words[verdict]} at ${where}`;
  });
  return said.length === 0 ? [] : [`, and ${said.join(', ')}`];
}

function valueText({ estimates }: LaneAtPlace, { lanes }: Place, { metric }: Said): Prose | undefined {
  const estimate = estimates.get(metric);
  if (!estimate) return undefined;
  const scale = scaleFor(
    quantityOf(metricOf(metric)),
    lanes.flatMap((lane) => lane.estimates.get(metric)?.value ?? []),
  );
  const { value, interval } = formatInterval(estimate, scale);
  return [withUnit(value, scale), ...(interval ? [{ quiet: ` ${interval}` }] : [])];
}
