/** Pure: where the texts of a chart of lines find room, so that none lies on a mark or on another. */

import { textPx } from '../svg/markup.ts';
import type { PlotText } from './plot.ts';

const LINE_PX = 15;
const GAP_PX = 9;
const MARK_PX = 6;
/** Between the area and the names behind it. */
const NAMES_PX = 22;
/** The share of the chart that names behind it may take. */
const WIDEST_SHARE = 0.27;

/** In pixels of the area, from its top left. */
export interface Spot extends Pick<PlotText, 'text' | 'x' | 'y' | 'lane' | 'colour'> {
  readonly px: number;
  readonly py: number;
}

export interface Area {
  readonly widthPx: number;
  readonly heightPx: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** @returns the room behind the area that the names of lines take; 0 where they would take too much of it */
export function namesPx(names: readonly string[], { widthPx, heightPx }: Area): number {
  const widest = Math.max(0, ...names.map(boldPx));
  const fits = widest < widthPx * WIDEST_SHARE && names.length * LINE_PX < heightPx;
  return fits && names.length > 0 ? widest + NAMES_PX : 0;
}

/** Names of lines that end at the right stand behind the area, moved apart as little as it takes; others beside the end. */
export function textsAtEnds(
  ends: readonly Spot[],
  area: Area,
  marks: readonly Spot[],
  taken: readonly Box[],
): PlotText[] {
  const isAtEnd = ({ px }: Spot) => px > Math.max(...ends.map((one) => one.px)) - 1;
  const behind = spread(ends.filter(isAtEnd), area).map(
    ([{ px, py, colour, ...spot }, middle]): PlotText => ({
      ...spot,
      dx: round(area.widthPx - px + NAMES_PX - 4),
      dy: round(middle - py),
      leader: colour,
    }),
  );
  return [
    ...behind,
    ...textsBeside(
      ends.filter((one) => !isAtEnd(one)),
      area,
      marks,
      taken,
    ),
  ];
}

/** To the right, the left, above or below; nowhere where all of them are taken. */
export function textsBeside(
  spots: readonly Spot[],
  { widthPx, heightPx }: Area,
  marks: readonly Spot[],
  before: readonly Box[],
): PlotText[] {
  const taken = [...before, ...marks.map(({ px, py }) => boxAround(px, py, MARK_PX, MARK_PX))];
  return spots.flatMap(({ px, py, colour: _, ...spot }): PlotText[] => {
    const half = boldPx(spot.text) / 2;
    const aside = half + GAP_PX;
    const ways = [
      [aside, 0],
      [-aside, 0],
      [0, -LINE_PX],
      [0, LINE_PX],
      [aside, -LINE_PX],
      [aside, LINE_PX],
      [-aside, -LINE_PX],
      [-aside, LINE_PX],
      [0, -2 * LINE_PX],
      [0, 2 * LINE_PX],
    ] as const;
    const free = ways
      .map(([dx, dy]) => ({ dx, dy, box: boxAround(px + dx, py + dy, half, LINE_PX / 2 - 1) }))
      .find(
        ({ box }) =>
          box.left > 0 &&
          box.right < widthPx &&
          box.top > -LINE_PX &&
          box.bottom < heightPx &&
          !taken.some((other) => touches(box, other)),
      );
    if (!free) return [];
    taken.push(free.box);
    return [{ ...spot, dx: round(free.dx), dy: free.dy, isCentred: true }];
  });
}

/** Above its line, at the left; where marks stand there, below it or further to the right. */
export function limitText(line: Spot, { widthPx }: Area, marks: readonly Spot[]): { text: PlotText; box: Box } {
  const half = boldPx(line.text) / 2;
  const [left, right] = [half + MARK_PX, widthPx - half - MARK_PX];
  const ways = [left, (left + right) / 2, right].flatMap((dx) => [
    { dx, dy: -0.6 * LINE_PX },
    { dx, dy: 0.7 * LINE_PX },
  ]);
  const boxOf = ({ dx, dy }: { dx: number; dy: number }) => boxAround(dx, line.py + dy, half, LINE_PX / 2);
  const boxes = marks.map(({ px, py }) => boxAround(px, py, MARK_PX, MARK_PX));
  const free = ways.find((way) => !boxes.some((mark) => touches(boxOf(way), mark))) ?? { dx: left, dy: -9 };
  const { px: _x, py: _y, ...spot } = line;
  return { text: { ...spot, dx: round(free.dx), dy: round(free.dy), isCentred: true }, box: boxOf(free) };
}

export const boldPx = (text: string): number => textPx(text, 13.6);

/** Texts that would overlap share the room around their middle. */
function spread(spots: readonly Spot[], { heightPx }: Area): [Spot, number][] {
  const groups: { spots: Spot[]; middle: number }[] = [];
  for (const one of spots.toSorted((a, b) => a.py - b.py)) {
    let group = { spots: [one], middle: one.py };
    for (let above = groups.at(-1); above && overlaps(above, group); above = groups.at(-1)) {
      groups.pop();
      const both = [...above.spots, ...group.spots];
      group = { spots: both, middle: both.reduce((sum, { py }) => sum + py, 0) / both.length };
    }
    const half = (group.spots.length * LINE_PX) / 2;
    group.middle = Math.min(heightPx - half + LINE_PX, Math.max(half - LINE_PX, group.middle));
    groups.push(group);
  }
  return groups.flatMap(({ spots, middle }) =>
    spots.map((one, at): [Spot, number] => [one, middle + (at - (spots.length - 1) / 2) * LINE_PX]),
  );
}

function overlaps(above: { spots: Spot[]; middle: number }, below: { spots: Spot[]; middle: number }): boolean {
  return below.middle - above.middle < ((above.spots.length + below.spots.length) * LINE_PX) / 2;
}

function boxAround(x: number, y: number, halfWidth: number, halfHeight: number): Box {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

function touches(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

const round = (px: number): number => Math.round(px * 10) / 10;
