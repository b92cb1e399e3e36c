/** How lanes are told apart: by the colour of their transport, and by mark and dash within it. */

import type { LaneLabel } from '../page-model.ts';

/** How many colours the page's style has; further transports begin again. */
const COLOURS = 8;

/** Shapes as Chart.js names them, and the class of the same mark in the page's style. */
const MARKS = [
  { style: 'circle', rotation: 0, name: 'circle' },
  { style: 'triangle', rotation: 0, name: 'triangle' },
  { style: 'rect', rotation: 0, name: 'square' },
  { style: 'rectRot', rotation: 0, name: 'diamond' },
  { style: 'triangle', rotation: 180, name: 'point-down' },
] as const;

/** Four dashes and five marks have no common divisor: twenty lanes of a transport differ in one of both. */
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

/** A duplicate has its original's colour. */
export const laneColour = ({ hue }: LaneLabel): string => `--lane-${(hue % COLOURS) + 1}`;

export const markOf = ({ variant }: LaneLabel): (typeof MARKS)[number] => MARKS[variant % MARKS.length] ?? MARKS[0];

export const dashOf = ({ variant }: LaneLabel): readonly number[] => DASHES[variant % DASHES.length] ?? [];
