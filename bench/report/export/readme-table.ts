/** The table of the published run in the README: a row for each lane of the fan-out. Pure: data → Markdown. */

import type { Self } from '../../contract/files/self.ts';
import type { Result } from '../../contract/result.ts';
import { fanOutOf } from '../view/brief/matrix.ts';
import { SELF_HEADS, selfRows, selfRunText } from '../view/tables/self-table.ts';
import { Anchors } from '../view/words/anchors.ts';
import { markdownTable } from '../view/words/markdown.ts';
import { reportOf } from '../view/words/quotes.ts';
import { briefMarkdown } from './brief-markdown.ts';

/** Between these the table stands; the sentences around it are written by hand. */
const MARKS = { begin: '<!-- npm run readme: the table below -->', end: '<!-- npm run readme: the table above -->' };
const SELF_MARKS = {
  begin: '<!-- npm run readme: the laboratory below -->',
  end: '<!-- npm run readme: the laboratory above -->',
};

/**
 * The README with the table of the result in place of the one that it has.
 *
 * @throws Error where the two marks are not in the text, once each and in their order
 */
export function withReadmeTable(readme: string, result: Result): string {
  return replacedBetween(readme, MARKS, readmeTable(result));
}

/**
 * The README with the ratios of the laboratory itself, or with nothing between their marks where there are none.
 *
 * @throws Error as {@link withReadmeTable}
 */
export function withSelfTable(readme: string, self: Self | undefined): string {
  return replacedBetween(readme, SELF_MARKS, self ? `\n${selfMarkdown(self)}\n` : '');
}

function selfMarkdown(self: Self): string {
  const columns = SELF_HEADS.map((label, at) => ({ label, isNumeric: at > 2 }));
  const run = selfRunText(self);
  return [markdownTable(columns, selfRows(self)), ...(run ? [run] : [])].join('\n\n');
}

function replacedBetween(readme: string, { begin, end }: typeof MARKS, text: string): string {
  const [before = '', rest, ...tooMany] = readme.split(begin);
  const [, after, ...more] = rest?.split(end) ?? [];
  if (after === undefined || tooMany.length + more.length > 0) {
    throw new Error(`the README needs "${begin}" and then "${end}", once each`);
  }
  return `${before}${begin}\n${text === '' ? '' : `${text}\n`}${end}${after}`;
}

/** @throws Error for a result without a fan-out */
export function readmeTable(result: Result): string {
  const fanOut = fanOutOf(reportOf(result, new Anchors()));
  if (!fanOut) throw new Error(`run ${result.id} has no scenario fanout of one client and a burst`);
  return briefMarkdown(fanOut);
}
