/** `--strict`: which kinds of figures a run must be citable in. */

import { splitList, UsageError } from '../contract/flags.ts';
import { KINDS, type Kind, type Result } from '../contract/result.ts';
import { metricOf } from '../stats/metrics/metrics.ts';

/** Kinds by name; true for all that the run has figures of. */
export type Strict = readonly Kind[] | true;

/** @throws UsageError for a kind there is not */
export function kindList(value: string): Kind[] {
  return splitList(value).map((name) => {
    const kind = KINDS.find((one) => one === name);
    if (kind !== undefined) return kind;
    throw new UsageError(`--strict ${name}: allowed are ${KINDS.join(', ')}`);
  });
}

/** @returns the kinds asked for that may not be cited, or of which there is no figure */
export function refusedOf(strict: Strict, { citable, estimates }: Result): Kind[] {
  const measured = new Set(estimates.map(({ metric }) => metricOf(metric).kind));
  const asked = strict === true ? KINDS.filter((kind) => measured.has(kind)) : strict;
  return asked.filter((kind) => !citable[kind].ok || !measured.has(kind));
}
