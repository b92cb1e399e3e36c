/** Pure: axes for numbers that were set, which become ticks, and for values that were measured. */

import type { LineAxis } from '../page-model.ts';
import { formatSetting, headed, type Scale } from '../words/format.ts';
import type { Along } from '../words/points.ts';

const DECADE = 10;
const MARGIN_SHARE = 0.025;

export interface SettingsAxis extends LineAxis {
  readonly placeOf: (value: number) => number;
}

/** A tick for each number; logarithmic where they span more than a decade, and then 0 stands a step before the least. */
export function settingsAxis(
  { name, unit, covaries }: Pick<Along, 'name' | 'unit' | 'covaries'>,
  values: readonly number[],
): SettingsAxis {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const positive = sorted.filter((value) => value > 0);
  const [least = 1, most = 1] = [positive[0], positive.at(-1)];
  const isLog = most / least > DECADE;
  const step = Math.log10(most / least) / Math.max(1, positive.length - 1);
  const placeOf = (value: number): number => {
    if (!isLog) return value;
    return value > 0 ? Math.log10(value) : Math.log10(least) - step;
  };
  const places = sorted.map(placeOf);
  const [first = 0, last = 1] = [places[0], places.at(-1)];
  const margin = (last - first || 1) * MARGIN_SHARE;
  const apart = isLog && sorted.length > positive.length ? ', 0 set apart' : '';
  return {
    title:
      headed(name, { unit }) +
      (isLog ? ` (logarithmic${apart})` : '') +
      (covaries === undefined ? '' : `; ${covaries} in step`),
    unit,
    scale: isLog ? 'log' : 'linear',
    range: [first - margin, last + margin],
    ticks: sorted.map((value) => ({ at: placeOf(value), text: formatSetting(value) })),
    placeOf,
  };
}

/** Logarithmic where it is preferred or values span more than a decade, if all of them are positive. */
export function valuesAxis(
  title: string,
  scale: Scale,
  values: readonly number[],
  prefers: 'log' | 'linear',
): LineAxis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLog = least > 0 && (prefers === 'log' || most / least > DECADE);
  return {
    title: headed(title, scale),
    unit: scale.unit,
    scale: isLog ? 'log' : 'linear',
    range: isLog ? [least * 0.8, most * 1.25] : [Math.min(0, least), most],
  };
}
