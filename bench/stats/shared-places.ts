/** Which lanes at which points two results have both measured, and which not. */

import type { Cell, Point, Result } from '../contract/result.ts';
import { groupBy, keyOfPlace, keyOfPoint } from './group.ts';
import { isValid, type ValidCell } from './metrics/valid.ts';

export interface SharedPlace {
  readonly a: readonly [ValidCell, ...ValidCell[]];
  readonly b: readonly [ValidCell, ...ValidCell[]];
}

/** What could not be compared: a whole lane, scenario or point, or a metric at one. What is not named is not narrowed. */
export interface Uncompared {
  readonly lane?: string;
  readonly scenario?: string;
  readonly point?: Point;
  readonly metric?: string;
  readonly reason: string;
}

export function sharedPlaces(a: Result, b: Result): { shared: SharedPlace[]; uncompared: Uncompared[] } {
  const shared: SharedPlace[] = [];
  const uncompared: Uncompared[] = [];
  const [inA, inB] = [groupBy(a.cells, keyOfPlace), groupBy(b.cells, keyOfPlace)];
  for (const [key, [place]] of new Map([...inA, ...inB])) {
    const [ofA, ofB] = [inA.get(key), inB.get(key)];
    if (!ofA) uncompared.push({ ...lackedBy(a, place), reason: 'only in b' });
    else if (!ofB) uncompared.push({ ...lackedBy(b, place), reason: 'only in a' });
    else {
      const [[firstOfA, ...restOfA], [firstOfB, ...restOfB]] = [ofA.filter(isValid), ofB.filter(isValid)];
      if (firstOfA && firstOfB) shared.push({ a: [firstOfA, ...restOfA], b: [firstOfB, ...restOfB] });
      else uncompared.push({ ...identityOf(place), reason: `no valid cell in ${firstOfA ? 'b' : 'a'}` });
    }
  }
  return { shared, uncompared: [...new Map(uncompared.map((one) => [JSON.stringify(one), one])).values()] };
}

/** The most that a result without this place lacks. */
function lackedBy(result: Result, place: Cell): Omit<Uncompared, 'reason'> {
  const { lane, scenario, point } = identityOf(place);
  if (!result.lanes.some(({ id }) => id === lane)) return { lane };
  const known = result.scenarios.find(({ id }) => id === scenario);
  if (!known) return { scenario };
  const isPoint = known.points.some((one) => keyOfPoint(one) === keyOfPoint(point));
  return isPoint ? { lane, scenario, point } : { scenario, point };
}

function identityOf({ lane, scenario, point }: Cell): Pick<Cell, 'lane' | 'scenario' | 'point'> {
  return { lane, scenario, point };
}
