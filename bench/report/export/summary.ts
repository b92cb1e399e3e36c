/** `summary.md`: what the terminal says of a run, to be pasted: tables, how lanes compare, conditions, how to cite. */

import type { Result } from '../../contract/result.ts';
import { type Brief, briefsOf, figuresOf } from '../view/brief/brief.ts';
import { bibtexKey, citationSentence } from '../view/citation.ts';
import { formatInstant } from '../view/words/format.ts';
import { bullets, escapeMarkdown } from '../view/words/markdown.ts';
import type { Report } from '../view/words/quotes.ts';
import { citableText, markLegend, reasonTexts, sessionText } from '../view/words/standing.ts';
import { conditionsText, nextCommand, runsBeforeText, softwareText } from '../view/words/wording.ts';
import { briefMarkdown } from './brief-markdown.ts';

export function summaryMarkdown(report: Report): string {
  const { result } = report;
  const { citable } = result;
  const briefs = briefsOf(report);
  const legend = markLegend(figuresOf(briefs));
  return `${[
    `# Run ${result.id}`,
    `**May be cited: ${citableText(citable)}**`,
    ...(reasonTexts(citable).length > 0 ? [bullets(reasonTexts(citable).map(escapeMarkdown))] : []),
    ...briefs.flatMap((brief) => briefBlocks(brief, briefs.length > 1)),
    ...(briefs.length === 0 ? ['No cell was measured.'] : []),
    ...(legend === undefined ? [] : [escapeMarkdown(legend)]),
    bullets(closingLines(result).map(escapeMarkdown)),
  ].join('\n\n')}\n`;
}

function briefBlocks({ title, setting, tables, rankings, notes }: Brief, isOneOfMany: boolean): string[] {
  const said = rankings.map(({ baseline, what, lines }) => `${baseline}, ${what}: ${lines.join('; ')}.`);
  return [
    ...(isOneOfMany ? [`## ${escapeMarkdown(title)}`] : []),
    escapeMarkdown(`${isOneOfMany ? '' : `${title}: `}${setting}`),
    ...tables.map(briefMarkdown),
    ...(said.length + notes.length > 0 ? [bullets([...said, ...notes].map(escapeMarkdown))] : []),
  ];
}

function closingLines(result: Result): string[] {
  const { environment, startedAt, profile, runsBefore, merged, estimates, reference } = result;
  const between = merged ? ` between ${merged.length} runs` : ' over rounds';
  const quoted = estimates.find(({ lane }) => lane === reference) ?? estimates[0];
  const session = sessionText(result);
  const next = nextCommand(result);
  return [
    `Brackets: 95 % t interval${between}; parentheses: lowest and highest round.${session === undefined ? '' : ` ${session}`}`,
    `Measured on ${conditionsText(environment)}, server and clients on one machine, profile ${profile}, ` +
      `${merged ? `joined from ${merged.map(({ id: run }) => run).join(', ')}, begun ` : ''}${formatInstant(startedAt)}${runsBefore === undefined ? '' : `, after ${runsBeforeText(runsBefore)}`}.`,
    `Cite as ${bibtexKey(result)} of cite.bib: ${softwareText(result)}.`,
    ...(quoted ? [`A figure in a sentence: ${citationSentence(result, quoted)}`] : []),
    `Next: ${next.command}: ${next.why}.`,
  ];
}
