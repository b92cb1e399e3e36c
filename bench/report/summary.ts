/** What came out, in sentences: a value with its interval, never a verdict. */

import type { Comparison, Result } from '../contract/result.ts';
import {
  countOf,
  formatExact,
  formatInterval,
  formatNumber,
  type Quantity,
  RATIO,
  type Scale,
  scaleFor,
} from './format.ts';
import { contrastOf } from './levels.ts';
import { contrastText } from './levels-figure.ts';
import type { Prose, SummaryGroup } from './page-model.ts';
import type { LaneAtPlace, Place, ScenarioView } from './places.ts';

type FigureKind = Result['scenarios'][number]['figures'][number];

const P50 = 'latency.p50Us';

/** What is said per delivery, after the latency. */
const COSTS: readonly {
  readonly metric: string;
  readonly figures: readonly FigureKind[];
  readonly quantity: Quantity;
  readonly what: string;
  readonly ratio: string;
}[] = [
  {
    metric: 'wire.perDeliveryBytes',
    figures: ['bytes', 'layers'],
    quantity: 'wire',
    what: 'on the wire',
    ratio: 'the bytes',
  },
  {
    metric: 'server.cpuPerDeliveryUs',
    figures: ['cpu'],
    quantity: 'time',
    what: 'of server CPU',
    ratio: 'the server CPU',
  },
];

/** What is said of a lane over several points, as its least and its most. */
const SPANS: readonly {
  readonly metric: string;
  readonly figures: readonly FigureKind[];
  readonly quantity: Quantity;
  readonly what: string;
}[] = [
  { metric: P50, figures: ['latency'], quantity: 'time', what: 'a p50 latency' },
  {
    metric: 'wire.overheadPerDeliveryBytes',
    figures: ['bytes', 'layers'],
    quantity: 'wire',
    what: 'an overhead per delivery',
  },
  { metric: 'server.cpuPerDeliveryUs', figures: ['cpu'], quantity: 'time', what: 'a server CPU time per delivery' },
  { metric: 'server.heapPerClientBytes', figures: ['memory'], quantity: 'memory', what: 'a server memory per client' },
];

export function summaryOf(views: readonly ScenarioView[], referenceId: string): SummaryGroup[] {
  return views.map((view) => {
    const [place, ...others] = view.places;
    const onLanes = place && others.length === 0 ? onePlace(place, view, referenceId) : spans(view);
    const contrast = view.scenario.figures.includes('layers') ? contrastOf(view) : undefined;
    return {
      title: views.length > 1 ? view.scenario.title : undefined,
      sentences: contrast ? [...onLanes, { lane: undefined, text: contrastText(contrast) }] : onLanes,
    };
  });
}

function onePlace(place: Place, view: ScenarioView, referenceId: string): SummaryGroup['sentences'] {
  const reference = place.lanes.find(({ label }) => label.isReference);
  const isCompared = place.lanes.some(({ comparisons }) => comparisons.size > 0);
  const others = place.lanes.filter((lane) => lane !== reference);
  const sentences = [...(reference ? [reference] : []), ...others].map((lane) => ({
    lane: lane.label,
    text: sentenceOn(lane, place, reference, view),
  }));
  const text = reference
    ? `There are no ratios: no lane has a valid round in common with ${reference.label.title}, the reference.`
    : `There are no ratios: the reference lane, ${referenceId}, is not part of this run.`;
  const hasNoRatios = !isCompared && others.length > 0;
  return hasNoRatios ? [...sentences, { lane: undefined, text: [text] }] : sentences;
}

function sentenceOn(
  lane: LaneAtPlace,
  place: Place,
  reference: LaneAtPlace | undefined,
  { scenario: { figures } }: ScenarioView,
): Prose {
  const { label, valid, cells, estimates, comparisons } = lane;
  if (valid.length === 0)
    return [{ strong: label.title }, ` has no valid round of ${cells.length}: no value is given.`];
  const p50 = comparisons.get(P50);
  const costs = COSTS.filter((cost) => cost.figures.some((figure) => figures.includes(figure)))
    .map(({ metric, quantity, what, ratio }): Prose => {
      const comparison = comparisons.get(metric);
      if (comparison) return ratioText(comparison, ` times ${ratio}`);
      return estimates.has(metric) ? [...valueText(lane, metric, scaleAt(place, metric, quantity)), ` ${what}`] : [];
    })
    .filter((cost) => cost.length > 0);
  const latency: Prose = estimates.has(P50)
    ? [' has a p50 latency of ', ...valueText(lane, P50, scaleAt(place, P50, 'time'))]
    : [' has too few events for a p50 latency'];
  const isTimed = figures.includes('latency');
  return [
    { strong: label.title },
    ...(lane === reference ? [', the reference,'] : []),
    ...(isTimed ? latency : []),
    ...(isTimed && p50 && reference ? [', ', ...ratioText(p50, ` times that of ${reference.label.title}`)] : []),
    ...(costs.length > 0
      ? [
          isTimed ? '. Per delivery it takes ' : ' takes per delivery ',
          ...costs.flatMap((cost, at) => (at > 0 ? [' and ', ...cost] : cost)),
        ]
      : []),
    '.',
    ...(valid.length === 1 ? [{ quiet: ` ${countOf(1, 'round')}: n too small for an interval.` }] : []),
  ];
}

/** A sentence for each lane over all points: single values stand in the tables. */
function spans({ places, scenario: { figures } }: ScenarioView): SummaryGroup['sentences'] {
  const labels = new Map(places.flatMap(({ lanes }) => lanes.map(({ label }) => [label.index, label] as const)));
  return [...labels.values()]
    .sort((a, b) => Number(b.isReference) - Number(a.isReference) || a.index - b.index)
    .map((label) => {
      const parts = SPANS.filter((span) => span.figures.some((figure) => figures.includes(figure))).flatMap((span) => {
        const text = spanText(places, label.index, span);
        return text ? [text] : [];
      });
      const said: Prose =
        parts.length === 0
          ? [' has no value at any point']
          : [' has ', ...parts.flatMap((part, at) => (at > 0 ? [', ', ...part] : part))];
      return {
        lane: label,
        text: [{ strong: label.title }, ...(label.isReference ? [', the reference,'] : []), ...said, '.'],
      };
    });
}

function spanText(
  places: readonly Place[],
  laneIndex: number,
  { metric, quantity, what }: (typeof SPANS)[number],
): Prose | undefined {
  const values = places
    .flatMap(({ varied = '', lanes }) =>
      lanes
        .filter(({ label }) => label.index === laneIndex)
        .flatMap(({ estimates }) => ({ varied, value: estimates.get(metric)?.value })),
    )
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
  const [from, to] = [format(least.value / scale.factor), format(most.value / scale.factor)];
  const where = countOf(values.length, 'point');
  if (from === to) return [`${what} of ${from}\u00a0${scale.unit}`, { quiet: ` at each of ${where}` }];
  return [
    `${what} of ${from}\u00a0${scale.unit}`,
    { quiet: ` (${least.varied})` },
    ` to ${to}\u00a0${scale.unit}`,
    { quiet: ` (${most.varied})` },
  ];
}

function scaleAt({ lanes }: Place, metric: string, quantity: Quantity): Scale {
  return scaleFor(
    quantity,
    lanes.flatMap(({ estimates }) => estimates.get(metric)?.value ?? []),
  );
}

function valueText({ estimates }: LaneAtPlace, metric: string, scale: Scale): Prose {
  const estimate = estimates.get(metric);
  if (!estimate) return [];
  const { value, interval } = formatInterval(estimate, scale);
  return [`${value}\u00a0${scale.unit}`, ...(interval ? [{ quiet: ` ${interval}` }] : [])];
}

/** An interval that includes 1 says so: such a ratio has no direction. */
function ratioText(comparison: Comparison, times: string): Prose {
  const { ratio, low, high } = comparison;
  const { value, interval } = formatInterval({ value: ratio, low, high }, RATIO);
  if (interval === undefined || low === null || high === null) return [`${value}${times}`];
  const note = low <= 1 && high >= 1 ? ', includes 1' : '';
  return [`${value}${times}`, { quiet: ` ${interval}${note}` }];
}
