/** Points in words, in order, and in sweeps along what their scenario varies. */

import { type Axes, DIMENSIONS } from '../../../contract/dimensions.ts';
import type { Point } from '../../../contract/result.ts';
import { formatSetting } from './format.ts';

type Row = (typeof DIMENSIONS)[number];

const placeOf = ({ link }: Row): number => (link === undefined ? 0 : link === 'setting' ? 1 : 2);

/** In the order of texts and of sorting. */
const ROWS: readonly Row[] = DIMENSIONS.toSorted((a, b) => placeOf(a) - placeOf(b));

/** What a sweep varies, as an axis. */
export interface Along {
  /** `Payload` */
  readonly name: string;
  /** `B`; empty of a count. */
  readonly unit: string;
  /** What the sweep's points share and those of other sweeps do not: `20 events/s`; undefined where there is none. */
  readonly fixed: string | undefined;
  /** `rate`: what changes in step with it; undefined where nothing does. */
  readonly covaries: string | undefined;
  /** `polled every 5,000 ms at 10,000 clients`: what is set at some of its points alone; undefined where nothing is. */
  readonly partiallySet: string | undefined;
  /** undefined where a point leaves it out. */
  readonly valueOf: (point: Point) => number | undefined;
}

/** Points of which one setting differs and all others agree. */
export interface Sweep {
  /** `Payload, at browser headers`; undefined of a point that stands alone. */
  readonly title: string | undefined;
  /** undefined of a point that stands alone, and where what is varied has no numbers. */
  readonly along: Along | undefined;
  readonly points: readonly { readonly point: Point; readonly title: string }[];
}

export const keyOf = (point: Point): string => ROWS.map((row) => rankOf(row, point)).join(' ');

function rankOf({ key, values = [], unsetRank = -1 }: Row, point: Point): number {
  const value = point[key];
  if (value === undefined) return unsetRank;
  return typeof value === 'number' ? value : values.indexOf(value);
}

/** `RTT 100 ms`; undefined where the point leaves it out. */
function textOf({ key, text, axis }: Row, point: Point): string | undefined {
  const value = point[key];
  return value === undefined
    ? value
    : text(typeof value === 'number' ? formatSetting(value / (axis?.scale ?? 1)) : value);
}

/** From small to large. */
export function distinctPoints(points: readonly Point[]): Point[] {
  const distinct = new Map(points.map((point) => [keyOf(point), point]));
  return [...distinct.values()].sort((a, b) => ROWS.reduce((sign, row) => sign || rankOf(row, a) - rankOf(row, b), 0));
}

/** `1 client · 10 events/s`: what all points have in common. */
export function commonText(points: readonly Point[]): string {
  return texts(points[0], (row) => !isVaried(row, points)).join(' · ');
}

/** `64 B payload, browser headers`: what tells a point from the others; undefined of a point alone. */
export function variedText(point: Point, points: readonly Point[]): string | undefined {
  const varied = ROWS.filter((row) => isVaried(row, points));
  // A point that others tell apart already need not say that it leaves out what is set at some points alone.
  const others = points.filter((other) => varied.every((row) => row.isPartiallySet || isSame(row, point, other)));
  const unsetText = ({ unset, isPartiallySet }: Row) => (isPartiallySet && others.length < 2 ? undefined : unset);
  return varied.flatMap((row) => textOf(row, point) ?? unsetText(row) ?? []).join(', ') || undefined;
}

/**
 * The sweeps along what the scenario varies first, then along what else it varies for points that stand in none so far, and
 * what is left alone. A point that two sweeps share, such as the middle of a star, stands in both: each is read for itself.
 */
export function sweepsOf(points: readonly Point[], { varies, covaries = [] }: Axes): Sweep[] {
  const varied = ROWS.filter((row) => isVaried(row, points));
  const covarying = varied.filter(({ key }) => covaries.includes(key));
  const partial = varied.filter(({ key, isPartiallySet }) => isPartiallySet && !varies.includes(key));
  const sweeps: Sweep[] = [];
  let left = points;
  for (const row of varies.flatMap((key) => varied.filter((one) => one.key === key))) {
    const moving = [row, ...covarying, ...partial];
    for (const point of left) {
      const members = points.filter((other) => ROWS.every((one) => moving.includes(one) || isSame(one, point, other)));
      if (!left.includes(point) || members.length < 2) continue;
      const fixed = texts(point, (one) => varied.includes(one) && !moving.includes(one)).join(', ') || undefined;
      sweeps.push(sweepAlong(row, { covarying, partial, fixed }, members));
      left = left.filter((one) => !members.includes(one));
    }
  }
  const single = (point: Point) => ({ point, title: variedText(point, points) ?? '' });
  return [...sweeps, ...left.map((point) => ({ title: undefined, along: undefined, points: [single(point)] }))];
}

interface Beside {
  readonly covarying: readonly Row[];
  readonly partial: readonly Row[];
  readonly fixed: string | undefined;
}

function sweepAlong(row: Row, { covarying, partial, fixed }: Beside, members: readonly Point[]): Sweep {
  const { key, name, axis } = row;
  const covaries = covarying.map((one) => one.name.toLowerCase()).join(' and ') || undefined;
  const where = (point: Point) => ` at ${textOf(row, point) ?? row.unset}`;
  const partiallySet =
    members
      .flatMap((point) => texts(point, (one) => partial.includes(one)).map((text) => text + where(point)))
      .join(', ') || undefined;
  const numberOf = (point: Point) => {
    const value = point[key];
    return typeof value === 'number' ? value / (axis?.scale ?? 1) : axis?.unset;
  };
  return {
    title:
      `${name} varied` +
      (covaries === undefined ? '' : ` and ${covaries} in step with it`) +
      (fixed === undefined ? '' : `, with ${fixed}`) +
      (partiallySet === undefined ? '' : `; ${partiallySet}`),
    along: axis && { name, unit: axis.unit, fixed, covaries, partiallySet, valueOf: numberOf },
    points: members.map((point) => ({
      point,
      title: [row, ...covarying, ...partial]
        .flatMap((one) => textOf(one, point) ?? (one.isPartiallySet ? [] : one.unset) ?? [])
        .join(', '),
    })),
  };
}

const isSame = (row: Row, a: Point, b: Point): boolean => rankOf(row, a) === rankOf(row, b);

function isVaried(row: Row, points: readonly Point[]): boolean {
  return points.some((point) => !isSame(row, point, points[0] ?? point));
}

function texts(point: Point | undefined, isShown: (row: Row) => boolean): string[] {
  return point ? ROWS.filter(isShown).flatMap((row) => textOf(row, point) ?? []) : [];
}
