/** How lanes are told apart: by the colour and the mark of their transport, and by dash and further marks within it. */

import type { LaneLabel } from '../page-model.ts';
import type { LaneStyle, Mark } from './plot.ts';

/** How many colours the page's style has; further transports begin again. */
const COLOURS = 8;

const MARKS: readonly Mark[] = ['circle', 'up', 'square', 'diamond', 'down'];

/** No transport has these as its own mark. */
const VARIANT_MARKS: readonly Mark[] = ['cross', 'plus', 'bar'];

/** Four dashes and three marks have no common divisor: twelve variants of a transport differ in one of both. */
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

/** A duplicate has its original's colour. */
export const laneColour = ({ hue }: LaneLabel): string => `--lane-${(hue % COLOURS) + 1}`;

export function markOf({ hue, variant }: LaneLabel): Mark {
  const marks = variant === 0 ? MARKS : VARIANT_MARKS;
  return marks[(variant === 0 ? hue : variant - 1) % marks.length] ?? 'circle';
}

export const dashOf = ({ variant }: LaneLabel): readonly number[] => DASHES[variant % DASHES.length] ?? [];

export const styleOf = (label: LaneLabel): LaneStyle => ({
  colour: laneColour(label),
  mark: markOf(label),
  dash: dashOf(label),
  isRepeat: label.duplicateOf !== undefined,
});
