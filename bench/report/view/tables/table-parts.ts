/** Tables no taller than a page. */

import type { Place } from '../words/places.ts';

/** Rows of two lines each that a page holds, with the caption. */
const MAX_ROWS = 16;

export interface Part {
  readonly places: readonly Place[];
  /** Ends its label: the first part has that of the table. */
  readonly suffix: string;
  readonly part: string | undefined;
}

/** Parts of about the same height, split by the count of lanes and never by the numbers: labels stay from run to run. */
export function inParts(places: readonly Place[]): Part[] {
  const mostLanes = Math.max(1, ...places.map(({ lanes }) => lanes.length));
  const perPart = Math.max(1, Math.floor(MAX_ROWS / mostLanes));
  const parts = Math.ceil(places.length / perPart);
  return Array.from({ length: parts }, (_, at) => ({
    places: places.slice(Math.floor((at * places.length) / parts), Math.floor(((at + 1) * places.length) / parts)),
    suffix: at === 0 ? '' : `-${at + 1}`,
    part: parts === 1 ? undefined : `${at + 1} of ${parts}`,
  }));
}
