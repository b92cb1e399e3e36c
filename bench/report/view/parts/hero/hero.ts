/** The head of the page as plain data: what came out, what may be believed of it, and the matrix. */

import type { Result } from '../../../../contract/result.ts';
import { countOf } from '../../words/format.ts';
import type { Report } from '../../words/quotes.ts';
import { reasonTexts } from '../../words/standing.ts';
import { contestText, headlineOf } from './headline.ts';
import { type Matrix, matrixOf } from './matrix.ts';
import { type Trust, trustOf } from './trust.ts';

const GENERAL_QUESTION = 'What does it cost, in time and in bytes, to get an event from a server to its clients?';

export interface Hero {
  readonly question: string;
  readonly headline: string;
  /** `run 2026…, 3 runs joined`, `2 cores AMD EPYC`, `Node 20.20.2`, `loopback` */
  readonly source: readonly string[];
  readonly lead: string | undefined;
  readonly trust: readonly Trust[];
  /** Each once, with the kinds that it speaks against. */
  readonly reasons: readonly string[];
  readonly matrix: Matrix | undefined;
  readonly nothingMeasured: string | undefined;
}

export function heroOf(report: Report): Hero {
  const { result, views } = report;
  const [scenario, ...others] = result.scenarios;
  const question = scenario && others.length === 0 ? scenario.question : GENERAL_QUESTION;
  const matrix = matrixOf(report);
  return {
    question,
    headline: (matrix && headlineOf(matrix)) ?? question,
    source: sourceOf(result),
    lead: matrix && [`${matrix.setting}.`, contestText(matrix)].filter(Boolean).join(' '),
    trust: trustOf(result),
    reasons: reasonTexts(result.citable),
    matrix,
    nothingMeasured: views.length > 0 ? undefined : 'No cell was measured: the run ended before its first cell did.',
  };
}

function sourceOf({ id, merged, cells, environment: { cpu, versions } }: Result): string[] {
  const distances = new Set(cells.map(({ point: { rttMs = 0 } }) => rttMs));
  const isNear = [...distances].every((rttMs) => rttMs === 0);
  return [
    `run ${id}${merged ? `, ${countOf(merged.length, 'run')} joined` : ''}`,
    `${countOf(cpu.cores, 'core')}, ${cpu.model ?? 'unknown CPU'}`,
    `Node ${versions.node}`,
    isNear ? 'loopback' : 'loopback, and links with a distance',
  ];
}
