/** The table of the published run in the README: a row for each lane of the fan-out. Pure: data → Markdown. */

import type { Result } from '../../contract/result.ts';
import { fanOutOf } from '../view/brief/matrix.ts';
import { Anchors } from '../view/words/anchors.ts';
import { reportOf } from '../view/words/quotes.ts';
import { briefMarkdown } from './brief-markdown.ts';

/** Between these the table stands; the sentences around it are written by hand. */
const MARKS = { begin: '<!-- npm run readme: the table below -->', end: '<!-- npm run readme: the table above -->' };

/**
 * The README with the table of the result in place of the one that it has.
 *
 * @throws Error where the two marks are not in the text, once each and in their order
 */
export function withReadmeTable(readme: string, result: Result): string {
  const [before = '', rest, ...tooMany] = readme.split(MARKS.begin);
  const [, after, ...more] = rest?.split(MARKS.end) ?? [];
  if (after === undefined || tooMany.length + more.length > 0) {
    throw new Error(`the README needs "${MARKS.begin}" and then "${MARKS.end}", once each`);
  }
  return `${before}${MARKS.begin}\n${readmeTable(result)}\n${MARKS.end}${after}`;
}

/** @throws Error for a result without a fan-out */
export function readmeTable(result: Result): string {
  const fanOut = fanOutOf(reportOf(result, new Anchors()));
  if (!fanOut) throw new Error(`run ${result.id} has no scenario fanout of one client and a burst`);
  return briefMarkdown(fanOut);
}
