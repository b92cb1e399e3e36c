/** What a run says on the terminal when it ends: tables, how lanes compare, what may be cited, what to do next. Pure: data → text. */

import type { Result } from '../../contract/result.ts';
import { isValid } from '../../stats/metrics/valid.ts';
import { type Brief, briefsOf, figuresOf } from '../view/brief/brief.ts';
import { noiseFloorInShort } from '../view/findings/noise-floor.ts';
import { Anchors } from '../view/words/anchors.ts';
import { wasMeasuredAgain } from '../view/words/places.ts';
import { reportOf } from '../view/words/quotes.ts';
import { roundName } from '../view/words/rounds.ts';
import { citableText, markLegend, reasonTexts, sessionText } from '../view/words/standing.ts';
import { proseText } from '../view/words/verdicts.ts';
import { nextCommand, runsBeforeText } from '../view/words/wording.ts';
import { briefTableText, inertText, wrap } from './table.ts';

/** @param width of the terminal, in columns; tables and sentences keep within it */
export function describeResult(result: Result, width = 100): string {
  const { citable, runsBefore = 0 } = result;
  const briefs = briefsOf(reportOf(result, new Anchors()));
  const reasons = reasonTexts(citable);
  // The reasons of the run say why its figures have marks.
  const legend = reasons.length > 0 ? undefined : markLegend(figuresOf(briefs));
  const next = nextCommand(result);
  const sentences = [
    ...noiseFloorInShort(result).map(proseText),
    sessionText(result),
    runsBefore > 0 ? `Before it: ${runsBeforeText(runsBefore)}.` : undefined,
  ].flatMap((text) => text ?? []);
  const text = [
    ...briefs.flatMap((brief) => [...briefLines(brief, width), '']),
    ...problems(result),
    ...sentences.map((text) => wrap(text, width)),
    '',
    `May be cited: ${citableText(citable)}`,
    ...reasons.map((reason) => wrap(reason, width, '  ')),
    ...(legend === undefined ? [] : [wrap(legend, width)]),
    `Next: ${next.command}`,
    wrap(next.why, width, '  '),
  ].join('\n');
  return inertText(text);
}

function briefLines({ title, setting, tables, rankings, notes }: Brief, width: number): string[] {
  return [
    wrap(`${title}: ${setting}`, width),
    ...tables.flatMap((table) => [
      '',
      briefTableText(table, width),
      ...(table.note === undefined ? [] : [wrap(table.note, width)]),
    ]),
    ...rankings.flatMap(({ baseline, what, lines }, at) => [
      ...(at === 0 || rankings[at - 1]?.baseline !== baseline ? ['', baseline] : []),
      `  ${what}`,
      ...lines.map((line) => wrap(line, width, '    ')),
    ]),
    ...(notes.length > 0 ? ['', ...notes.map((note) => wrap(note, width))] : []),
  ];
}

function problems({ cells }: Result): string[] {
  const lines = cells.flatMap((cell) => {
    const again = wasMeasuredAgain(cell, cells) ? ' (measured again)' : '';
    if (cell.state === 'failed')
      return [`failed: ${cell.lane}, round ${roundName(cell)}${again}: ${cell.error.message}`];
    if (isValid(cell)) return [];
    return [
      `invalid: ${cell.lane}, round ${roundName(cell)}: ${cell.warnings.map((warning) => warning.text).join(' ')}`,
    ];
  });
  return lines.length > 0 ? [...lines, ''] : [];
}
