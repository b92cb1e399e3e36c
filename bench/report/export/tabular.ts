/** Rows of numbers as a LaTeX tabular: decimal points below one another, each interval below its number. */

import type { MarkedInterval } from '../view/tables/tables.ts';
import { formatCount } from '../view/words/format.ts';
import { escapeLatex, intervalLatex, plainNumber, tableFormat, textLatex, unitLatex } from '../view/words/latex.ts';
import { UNCITABLE_MARK } from '../view/words/standing.ts';

/** Of a verdict: wider than the others. */
const WIDEST_VERDICT = '≈';

export interface Head {
  readonly label: string;
  readonly unit: string | undefined;
}

export interface Group {
  readonly title: string | undefined;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly lane: string;
  readonly cells: readonly (MarkedInterval | undefined)[];
  readonly rounds: number;
}

export function tabular(heads: readonly Head[], groups: readonly Group[]): string {
  const rows = groups.flatMap((group) => group.rows);
  const columns = heads.map((_, at) => numberColumn(rows.flatMap(({ cells }) => cells[at] ?? [])));
  const roundsColumn = numberColumn(rows.map(({ rounds }) => ({ value: formatCount(rounds), interval: undefined })));
  return [
    `\\begin{tabular}{@{}l${columns.join('')}${roundsColumn}@{}}`,
    '  \\toprule',
    `  Lane & ${heads.map(headText).join(' & ')} & {$n$} \\\\`,
    '  \\midrule',
    ...groups.flatMap(({ title, rows }, at) => [
      ...(at > 0 ? ['  \\addlinespace'] : []),
      ...(title === undefined
        ? []
        : [`  \\multicolumn{${heads.length + 2}}{@{}l}{\\itshape ${textLatex(title)}} \\\\`]),
      ...rows.flatMap(rowLines),
    ]),
    '  \\bottomrule',
    '\\end{tabular}',
  ].join('\n');
}

function numberColumn(cells: readonly MarkedInterval[]): string {
  const format = tableFormat(cells.map(({ value }) => plainNumber(value)));
  const marks = cells.flatMap(({ mark }) => mark ?? []);
  const isRefused = marks.some((mark) => mark.endsWith(UNCITABLE_MARK));
  const hasVerdicts = marks.some((mark) => mark !== UNCITABLE_MARK);
  // Reserves the width of the widest mark: columns of marked numbers would touch without it.
  const widest = `${hasVerdicts ? WIDEST_VERDICT : ''}${isRefused ? UNCITABLE_MARK : ''}`;
  return `S[table-format=${format}${widest ? `, table-space-text-post={${markLatex(widest)}}` : ''}]`;
}

function headText({ label, unit }: Head): string {
  return `{${textLatex(label)}${unit === undefined ? '' : `, ${unitLatex(unit)}`}}`;
}

function rowLines({ lane, cells, rounds }: Row): string[] {
  const numbers = cells.map((cell) => (cell ? numberText(cell) : '{--}'));
  const intervals = cells.map((cell) => (cell?.interval ? `{\\scriptsize ${intervalLatex(cell.interval)}}` : ''));
  return [
    `  ${textLatex(lane)} & ${numbers.join(' & ')} & ${rounds} \\\\`,
    ...(intervals.some(Boolean) ? [`  & ${intervals.join(' & ')} & \\\\[2pt]`] : []),
  ];
}

function numberText({ value, mark }: MarkedInterval): string {
  return `${plainNumber(value)}${mark === undefined ? '' : ` {${markLatex(mark)}}`}`;
}

function markLatex(mark: string): string {
  return `\\,${escapeLatex(mark)}`;
}
