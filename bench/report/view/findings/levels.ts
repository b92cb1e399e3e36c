/** Pure: overhead and all bytes of a delivery, counted at three levels, and how lanes compare at each. */

import type { CompletedCell } from '../../../contract/result.ts';
import { extremesOf, geometricMeanOf } from '../../../stats/inference/mean.ts';
import { ratiosByRound } from '../../../stats/inference/ratio.ts';
import { payloadPerDeliveryBytes } from '../../../stats/metrics/delivery-metrics.ts';
import type { Interval } from '../words/format.ts';
import { type LaneAtPlace, type Place, rangeOfRounds, type ScenarioView } from '../words/places.ts';
import { deliveryOf } from './delivery.ts';

type BytesOf = (cell: CompletedCell) => number | undefined;

export interface Level {
  readonly title: string;
  readonly counted: string;
  readonly whyMissing: string;
  readonly overhead: BytesOf;
  readonly all: BytesOf;
}

/** From the inside outwards: each level counts what the one before counts, and more. */
export const LEVELS: readonly Level[] = [
  {
    title: 'Framing',
    counted: 'framing alone',
    whyMissing: 'not read along',
    overhead: framingBytes,
    all: (cell) => addPayload(framingBytes(cell), cell, 1),
  },
  level('With heads', 'HTTP heads too', 'not known', ({ wire }) =>
    wire.windowDeliveries > 0 ? wire.perDeliveryBytes : undefined,
  ),
  level('With TCP/IP', 'TCP/IP headers too', 'not counted', ({ wire }) =>
    wire.windowDeliveries > 0 ? wire.packets?.tcpIpBytesPerDelivery : undefined,
  ),
];

function level(title: string, counted: string, whyMissing: string, all: BytesOf): Level {
  return { title, counted, whyMissing, overhead: (cell) => addPayload(all(cell), cell, -1), all };
}

function framingBytes(cell: CompletedCell): number | undefined {
  const delivery = deliveryOf(cell);
  if (!delivery) return undefined;
  const { up, down } = delivery;
  return down.framing + down.chunking + down.control + up.framing + up.chunking + up.control;
}

function addPayload(bytes: number | undefined, cell: CompletedCell, sign: 1 | -1): number | undefined {
  const payloadBytes = payloadPerDeliveryBytes(cell);
  return bytes === undefined || payloadBytes === undefined ? undefined : bytes + sign * payloadBytes;
}

/** The ratio to the lane's baseline at the same place, by the rules of comparisons: paired by round, averaged geometrically. */
export function ratioOf(lane: LaneAtPlace, { lanes }: Place, of: BytesOf): Interval | undefined {
  const baseline = lanes.find(({ label }) => label.index === lane.baseline?.index);
  const ratios = ratiosByRound(lane.attempts, baseline?.attempts ?? [], of);
  if (ratios.length === 0) return undefined;
  return { value: geometricMeanOf(ratios).value, ...extremesOf(ratios), spread: 'range' };
}

export type Contrast = NonNullable<ReturnType<typeof contrastOf>>;

/** Where the ratio of the overheads depends most on the level that is counted; undefined where nothing can be compared. */
export function contrastOf({ places }: ScenarioView) {
  const contrasts = places.flatMap((place) => {
    const reference = place.lanes.find(({ label }) => label.isReference);
    if (!reference) return [];
    return place.lanes.flatMap((lane) => {
      if (lane === reference || lane.label.duplicateOf !== undefined) return [];
      const levels = LEVELS.flatMap((level) => {
        const overheadRatio = ratioOf(lane, place, level.overhead)?.value;
        const allRatio = ratioOf(lane, place, level.all)?.value;
        const overhead = rangeOfRounds(lane, level.overhead)?.value;
        const ofReference = rangeOfRounds(reference, level.overhead)?.value;
        if (overheadRatio === undefined || allRatio === undefined) return [];
        if (overhead === undefined || ofReference === undefined) return [];
        return [{ level, overheadRatio, overhead, ofReference, allRatio }];
      });
      if (levels.length < 2) return [];
      const ratios = levels.map(({ overheadRatio }) => overheadRatio);
      return { place, lane, reference, levels, spread: Math.max(...ratios) / Math.min(...ratios) };
    });
  });
  return contrasts.sort((a, b) => b.spread - a.spread)[0];
}
