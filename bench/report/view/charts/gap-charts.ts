/** Charts of what waits for the next poll: lanes as lines over the events of a round trip. */

import { expectedQueuedShare } from '../../../stats/gap.ts';
import { LONGEST, type Located, measuredIn, PERCENTILES, type Quantity, SHARE } from '../findings/gap.ts';
import type { LineAxis, LineChart } from '../page-model.ts';
import { headed } from '../words/format.ts';
import { inSentence } from '../words/wording.ts';
import { type SettingsAxis, settingsAxis } from './numeric-axis.ts';
import { settingsChart } from './settings-chart.ts';

export const RATE_BY_RTT = { name: 'Rate × RTT', unit: 'events', covaries: undefined };
/** As far as an event can be from its client when it just missed a poll: there, back and there again. */
const LONGEST_BY_DESIGN = { value: 3, text: 'three transits' };
/** Enough for a curve without corners. */
const CURVE_POINTS = 60;

/** The share; the median and the furthest percentile that is quoted wherever it is, on one axis; the longest. */
export function gapCharts(located: readonly Located[]): { title: string; chart: LineChart }[] {
  const x = settingsAxis(
    RATE_BY_RTT,
    located.map(({ events }) => events),
  );
  const [median, ...tails] = PERCENTILES.filter(
    (one, _, [first]) => first && measuredIn(located, one).length === measuredIn(located, first).length,
  );
  const percentiles = [median, tails.at(-1)].filter((one) => one !== undefined);
  const transits = (shown: readonly Quantity[]): LineAxis => {
    const most = Math.max(...shown.flatMap((one) => located.flatMap((at) => valuesOf(at, one))));
    const range = [0, Math.max(most, LONGEST_BY_DESIGN.value)] as const;
    return { title: headed('Latency', LONGEST.scale), unit: LONGEST.scale.unit, scale: 'linear', range };
  };
  const [common, ofLongest] = [transits(percentiles), transits([LONGEST])];
  const percent: LineAxis = { title: headed(SHARE.label, SHARE.scale), unit: '%', scale: 'linear', range: [0, 100] };
  const shares = lineChart(located, SHARE, x, percent);
  const share = {
    ...shares,
    label: `${shares.label} A dashed curve: what is expected.`,
    shape: 'marks' as const,
    expected: expectedCurve(x),
  };
  return [
    { title: SHARE.label, chart: share },
    ...[...percentiles, LONGEST].map((one) => ({
      title: `Latency, ${inSentence(one.label)}`,
      chart: { ...lineChart(located, one, x, one === LONGEST ? ofLongest : common), limit: LONGEST_BY_DESIGN },
    })),
  ].filter(({ chart }) => chart.lanes.length > 0);
}

/** Not the interval's ends: of few rounds they would leave the values no room. */
function valuesOf({ lane, place }: Located, { of, estimate }: Quantity): number[] {
  return [estimate(lane, place)?.value, ...lane.valid.map(of)].filter((one) => one !== undefined);
}

function lineChart(located: readonly Located[], quantity: Quantity, x: SettingsAxis, y: LineAxis): LineChart {
  const measured = located.map(({ events, ...at }) => ({ ...at, setTo: events }));
  return settingsChart(measured, { ...quantity, label: `${quantity.label} in ${y.unit}` }, x, y);
}

/** From one end of the axis to the other. */
function expectedCurve({ scale, range: [from, to] }: LineAxis): NonNullable<LineChart['expected']> {
  const points = Array.from({ length: CURVE_POINTS + 1 }, (_, at) => {
    const x = from + ((to - from) * at) / CURVE_POINTS;
    return { x, y: 100 * expectedQueuedShare(scale === 'log' ? 10 ** x : x) };
  });
  return { text: 'expected', points };
}
