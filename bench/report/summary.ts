/** What came out, in sentences: a value with its interval, never a verdict. */

import type { Comparison } from '../contract/result.ts';
import { countOf, formatInterval, type Quantity, type Scale, scaleFor } from './format.ts';
import type { Prose, SummaryGroup } from './page-model.ts';
import type { LaneAtPlace, Place } from './places.ts';

const P50 = 'latency.p50Us';

/** What is said per delivery, after the latency. */
const COSTS: readonly { metric: string; quantity: Quantity; what: string; ratio: string }[] = [
  { metric: 'wire.perDeliveryBytes', quantity: 'wire', what: 'on the wire', ratio: 'the bytes' },
  { metric: 'server.cpuPerDeliveryUs', quantity: 'time', what: 'of server CPU', ratio: 'the server CPU' },
];

export function summaryOf(places: readonly Place[], referenceId: string): SummaryGroup[] {
  return places.map((place) => {
    const reference = place.lanes.find(({ label }) => label.isReference);
    const isCompared = place.lanes.some(({ comparisons }) => comparisons.size > 0);
    const others = place.lanes.filter((lane) => lane !== reference);
    const sentences = [...(reference ? [reference] : []), ...others].map((lane) => ({
      lane: lane.label,
      text: sentenceOn(lane, place, reference),
    }));
    const text = reference
      ? `There are no ratios: no lane has a valid round in common with ${reference.label.title}, the reference.`
      : `There are no ratios: the reference lane, ${referenceId}, is not part of this run.`;
    const hasNoRatios = !isCompared && others.length > 0;
    return {
      title: places.length > 1 ? place.title : undefined,
      sentences: hasNoRatios ? [...sentences, { lane: undefined, text: [text] }] : sentences,
    };
  });
}

function sentenceOn(lane: LaneAtPlace, place: Place, reference: LaneAtPlace | undefined): Prose {
  const { label, valid, cells, estimates, comparisons } = lane;
  if (valid.length === 0)
    return [{ strong: label.title }, ` has no valid round of ${cells.length}: no value is given.`];
  const p50 = comparisons.get(P50);
  const costs = COSTS.map(({ metric, quantity, what, ratio }): Prose => {
    const comparison = comparisons.get(metric);
    if (comparison) return ratioText(comparison, ` times ${ratio}`);
    return estimates.has(metric) ? [...valueText(lane, metric, scaleAt(place, metric, quantity)), ` ${what}`] : [];
  }).filter((cost) => cost.length > 0);
  return [
    { strong: label.title },
    ...(lane === reference ? [', the reference,'] : []),
    ...(estimates.has(P50)
      ? [' has a p50 latency of ', ...valueText(lane, P50, scaleAt(place, P50, 'time'))]
      : [' has too few events for a p50 latency']),
    ...(p50 && reference ? [', ', ...ratioText(p50, ` times that of ${reference.label.title}`)] : []),
    ...(costs.length > 0
      ? ['. Per delivery it takes ', ...costs.flatMap((cost, at) => (at > 0 ? [' and ', ...cost] : cost))]
      : []),
    '.',
    ...(valid.length === 1 ? [{ quiet: ` ${countOf(1, 'round')}: n too small for an interval.` }] : []),
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
  const { value, interval } = formatInterval({ value: ratio, low, high }, { factor: 1 });
  if (interval === undefined || low === null || high === null) return [`${value}${times}`];
  const note = low <= 1 && high >= 1 ? ', includes 1' : '';
  return [`${value}${times}`, { quiet: ` ${interval}${note}` }];
}
