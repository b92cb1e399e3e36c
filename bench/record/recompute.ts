/** What follows from a stored result's cells, by the formulas and margins of the version that reads it. */

import { projectRoot } from '../contract/paths.ts';
import { notice, type Result } from '../contract/result.ts';
import { packageVersion } from '../machine/checkout.ts';
import { keyOfPlace } from '../stats/group.ts';
import { type Summary, summarise } from '../stats/summarise.ts';
import { withKeepAlives } from './keep-alives.ts';
import { withStandings } from './standing.ts';

/** Between versions of Node the last digits of logarithms may differ. */
const TOLERANCE = 1e-6;

/** The result with the estimates and comparisons of this version, and a notice where those it was recorded with are others. */
export function recomputed(recorded: Result): Result {
  const result = { ...recorded, cells: withKeepAlives(recorded) };
  const { versions, git } = result.environment;
  const { estimates, comparisons } = summarise(result.cells, result);
  const isAsRecorded = areAmong(result.estimates, estimates) && areAmong(result.comparisons, comparisons);
  const text = `Estimates recomputed by Pushlab ${packageVersion(projectRoot)}; recorded by Pushlab ${versions.pushlab} (commit ${git.commit?.slice(0, 12) ?? 'unknown'}).`;
  const hint = 'Formulas or margins changed in between: name both versions with a figure.';
  const warnings = isAsRecorded ? [] : [notice('recomputed', text, hint)];
  return { ...withStandings({ ...result, estimates, comparisons }), warnings: [...result.warnings, ...warnings] };
}

/** Whether it may be cited follows from the warnings, and is no formula. */
type Derived = Summary['estimates'][number] | Summary['comparisons'][number];

function areAmong(recorded: readonly Derived[], computed: readonly Derived[]): boolean {
  const keyOf = (one: Derived) => `${keyOfPlace(one)} ${one.metric} ${'reference' in one ? one.reference : ''}`;
  const byKey = new Map(computed.map((one) => [keyOf(one), one]));
  return recorded.every((one) =>
    isClose({ ...one, standing: undefined }, { ...byKey.get(keyOf(one)), standing: undefined }),
  );
}

function isClose(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [ofA, ofB]: Record<string, unknown>[] = [{ ...a }, { ...b }];
  return Object.keys({ ...a, ...b }).every((key) => isClose(ofA?.[key], ofB?.[key]));
}
