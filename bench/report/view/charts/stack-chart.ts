/** A chart of bytes or times by lane: a bar each, put together from parts. */

import type { LaneLabel, StackChart, StackPart } from '../page-model.ts';
import { headed, type Scale, scaleFor } from '../words/format.ts';

export interface Bar {
  readonly label: LaneLabel;
  readonly values: readonly number[];
  readonly total: string;
}

export function stackChart(
  text: string,
  title: string,
  bars: readonly Bar[],
  parts: readonly Omit<StackPart, 'values'>[],
  scale: Scale = scaleFor('wire', []),
): StackChart | undefined {
  if (bars.length === 0) return undefined;
  return {
    kind: 'stack',
    unit: scale.unit,
    label: `Stacked bars. ${text} The table that follows has the same numbers.`,
    axisTitle: headed(title, scale),
    lanes: bars.map(({ label }) => label),
    parts: parts.map(({ label, colour, isHatched }, at) => ({
      label,
      colour,
      isHatched,
      values: bars.map(({ values }) => values[at] ?? 0),
    })),
    totals: bars.map(({ total }) => total),
  };
}
