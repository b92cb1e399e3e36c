/** Text in columns and in lines of a terminal's width. Pure. */

import type { Estimate } from '../../contract/result.ts';
import type { BriefColumn, BriefTable } from '../view/brief/table.ts';
import { formatNumber, type Scale } from '../view/words/format.ts';
import { isRefused, UNCITABLE_MARK } from '../view/words/standing.ts';
import { formatEstimate } from '../view/words/wording.ts';

/** Two spaces between columns, one where that is too wide, and else a second table for the columns that are left. */
export function briefTableText({ along, names, columns }: BriefTable, width: number): string {
  const texts = columns.map(({ heads, scale, cells }) => [
    ...heads,
    scale.unit,
    ...cells.map((of) => cellText(of, scale)),
  ]);
  const heads = texts.some((column) => column[1] !== '') ? [0, 1, 2] : [0, 2];
  const rows = [...heads.map((at) => ['', at]), ...names.map((name, at) => [name, at + 3])] as [string, number][];
  const draw = (from: number, to: number, gap: string) =>
    align(
      rows.map(([name, at]) => [name, ...texts.slice(from, to).map((column) => column[at] ?? '')]),
      gap,
      'padStart',
    );
  const fits = (text: string) => text.split('\n').every(({ length }) => length <= width);
  const tables: string[] = [];
  for (let from = 0; from < texts.length; ) {
    let to = texts.length;
    while (to > from + 1 && !fits(draw(from, to, ' '))) to--;
    const wide = draw(from, to, '  ');
    tables.push(fits(wide) ? wide : draw(from, to, ' '));
    from = to;
  }
  return [...(along === undefined ? [] : [along]), ...tables].join('\n');
}

function cellText(estimates: BriefColumn['cells'][number], scale: Scale): string {
  const texts = estimates.map((one) =>
    one ? `${shortNumber(one, scale)}${isRefused(one) ? UNCITABLE_MARK : ''}` : '–',
  );
  return texts.every((text) => text === '–') ? '–' : texts.join(' → ');
}

/** As many digits as its interval allows, and no more than three. */
function shortNumber(estimate: Estimate, scale: Scale): string {
  const [byInterval, three] = [formatEstimate(estimate, scale).value, formatNumber(estimate.value / scale.factor)];
  return byInterval.length <= three.length ? byInterval : three;
}

/** The first column to the left; all others, too, unless they are numbers, which stand to the right. */
export function align(
  rows: readonly (readonly string[])[],
  gap = '  ',
  others: 'padEnd' | 'padStart' = 'padEnd',
): string {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((text, at) => text[at === 0 ? 'padEnd' : others](widths[at] ?? 0))
        .join(gap)
        .trimEnd(),
    )
    .join('\n');
}

/** Names and messages of a result that others made could move the cursor, rename the window, or turn the reading direction. */
const CONTROLS = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text that changes nothing but the lines that it is written on. */
export function inertText(text: string): string {
  return text.replace(CONTROLS, '\u{fffd}');
}

/** Breaks text between words; lines after its first are indented once more. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines = [indent];
  // Non-breaking spaces are for the page: a terminal shows them, and searches for the words fail.
  for (const word of text.replaceAll('\u00a0', ' ').split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= width && line !== indent) lines.push(`${indent}  ${word}`);
    else lines[lines.length - 1] = line === indent ? indent + word : `${line} ${word}`;
  }
  return lines.join('\n');
}
