/** The brief tables as Markdown, each value with its interval. */

import type { BriefColumn, BriefTable } from '../view/brief/table.ts';
import { headed, intervalText } from '../view/words/format.ts';
import { markdownTable } from '../view/words/markdown.ts';
import { isRefused, UNCITABLE_MARK } from '../view/words/standing.ts';
import { formatEstimate } from '../view/words/wording.ts';

export function briefMarkdown({ along, names, columns }: BriefTable): string {
  const heads = columns.map(({ label, scale }) => ({
    // Bytes on the wire have their unit in the label.
    label: label.startsWith('bytes') ? label : headed(label, scale),
    isNumeric: true,
  }));
  const rows = names.map((name, at) => [name, ...columns.map((column) => cellText(column, at))]);
  return markdownTable([{ label: along ?? 'lane', isNumeric: false }, ...heads], rows);
}

function cellText({ cells, scale }: BriefColumn, at: number): string {
  return (cells[at] ?? [])
    .map((one) => (one ? intervalText(formatEstimate(one, scale)) + (isRefused(one) ? ` ${UNCITABLE_MARK}` : '') : '–'))
    .join(' → ');
}
