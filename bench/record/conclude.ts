/** What follows from a run's cells: estimates, comparisons, warnings, what may be cited, and the id of it all. Pure. */

import type { Result, Warning } from '../contract/result.ts';
import { summarise } from '../stats/summarise.ts';
import { type Evidence, judge, runWarnings } from './citable.ts';
import { resultId } from './identity.ts';
import { withKeepAlives } from './keep-alives.ts';
import { withStandings } from './standing.ts';

/** @param further warnings about the whole, besides those that its evidence gives */
export function conclude(measured: Omit<Evidence, 'comparisons'>, further: readonly Warning[] = []): Result {
  const run = { ...measured, cells: withKeepAlives(measured) };
  const { estimates, comparisons } = summarise(run.cells, run);
  const evidence: Evidence = { ...run, comparisons };
  const warnings = [...runWarnings(evidence), ...further];
  const result = withStandings({ ...evidence, id: '', citable: judge(warnings, evidence), warnings, estimates });
  return { ...result, id: resultId(result) };
}
