/** Cells by where they belong. */

import type { Cell, Point } from '../contract/result.ts';

/** Groups, and the members of each, in the order in which they come. */
export function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

/** Equal for equal points, in whichever order their fields stand. */
export function keyOfPoint(point: Point): string {
  return JSON.stringify(Object.entries(point).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The point at which lanes that do not poll are measured, once, where others are at several intervals. */
export function withoutInterval({ pollIntervalMs: _own, ...point }: Point): Point {
  return point;
}

/** Equal for the rounds of one lane at one point of one scenario. */
export function keyOfPlace({ lane, scenario, point }: Pick<Cell, 'lane' | 'scenario' | 'point'>): string {
  return JSON.stringify([lane, scenario, keyOfPoint(point)]);
}
