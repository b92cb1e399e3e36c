/** The matrix for other programs: Markdown that a person pastes, CSV with a row for each figure. */

import { csv, POINT_HEADER, pointFields } from '../../words/csv.ts';
import { markdownTable } from '../../words/markdown.ts';
import { UNCITABLE_MARK } from '../../words/standing.ts';
import type { Matrix, MatrixCell, MatrixRow } from './matrix.ts';

/** @param source stands below the table */
export function matrixMarkdown({ columns, rows }: Matrix, source: string): string {
  const heads = columns.map(({ title, what }) => ({ label: `${title} (${what})`, isNumeric: true }));
  const lines = rows.map((row) => [nameOf(row), ...row.cells.map(cellText)]);
  return `${markdownTable([{ label: 'Transport', isNumeric: false }, ...heads], lines)}\n\n${source}\n`;
}

export function nameOf({ label, polls }: Pick<MatrixRow, 'label' | 'polls'>): string {
  return polls === undefined ? label.title : `${label.title}, ${polls}`;
}

/** `1.15 ms [1.064, 1.234] ms, × 1.20, slower, p99 5.9 ms` */
export function cellText({ value, interval, ratio, verdict, beside, refusal }: MatrixCell): string {
  if (value === undefined) return beside ?? 'not measured';
  const marked = refusal === undefined ? value : `${value} ${UNCITABLE_MARK}`;
  const measured = interval === undefined ? marked : `${marked} ${interval}`;
  return [measured, ratio, verdict?.words, beside].filter((part) => part !== undefined).join(', ');
}

/** What the signs of the matrix mean. */
export function keyText({ reference, rows }: Matrix): string {
  const isRefused = rows.some(({ cells }) => cells.some(({ refusal }) => refusal !== undefined));
  const signs =
    reference && `Against ${reference.title}, paired by round: ↓ less, shaded; ↑ more, hatched; ? not decided.`;
  const mark = isRefused ? `${UNCITABLE_MARK} not citable.` : undefined;
  return [signs, mark, 'No distance: add half a round trip to each latency.'].filter(Boolean).join(' ');
}

const CSV_HEAD = ['lane', 'scenario', ...POINT_HEADER, 'metric', 'unit', 'value', 'low', 'high', 'rounds', 'ratio'];

/** A row for each figure, as in `summary.csv`. */
export function matrixCsv({ rows }: Matrix): string {
  const figures = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.figures));
  return csv(
    [...CSV_HEAD, 'verdict', 'may_be_cited'],
    figures.map(({ estimate, comparison }) => {
      const { lane, scenario, point, metric, unit, value, low, high, rounds, standing } = estimate;
      const measured = [lane, scenario, ...pointFields(point), metric, unit, value, low, high, rounds];
      return [...measured, comparison?.ratio, comparison?.verdict, standing.ok];
    }),
  );
}
