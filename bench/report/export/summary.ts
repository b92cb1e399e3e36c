/** `summary.md`: whether the run may be cited, then its numbers, comparisons and sentences, and under what it was measured. */

import type { Comparison, Result } from '../../contract/result.ts';
import { bibtexKey, citationSentence } from '../view/citation.ts';
import {
  baselinesOf,
  type Column,
  columnsOf,
  formattedRatio,
  formattedValue,
  type MarkedInterval,
  TABLES,
} from '../view/tables/tables.ts';
import { allAttemptsText, formatInstant, formatInterval, headed, intervalText, RATIO } from '../view/words/format.ts';
import { bullets, escapeMarkdown, type MarkdownColumn, markdownTable } from '../view/words/markdown.ts';
import { type Place, type ScenarioView, withoutDuplicates } from '../view/words/places.ts';
import { roundsOf } from '../view/words/rounds.ts';
import { citableText, reasonTexts, sessionText, UNCITABLE_MARK } from '../view/words/standing.ts';
import { verdictText } from '../view/words/verdicts.ts';
import { conditionsText, laneText, runsBeforeText, softwareText } from '../view/words/wording.ts';

export function summaryMarkdown(result: Result, views: readonly ScenarioView[]): string {
  return `${[
    `# Run ${result.id}`,
    ...citableLines(result),
    ...views.flatMap((view) => scenarioBlocks(result, view)),
    ...(views.length === 0 ? ['No cell was measured.'] : []),
    '## Conditions',
    bullets(conditionLines(result)),
  ].join('\n\n')}\n`;
}

function citableLines(result: Result): string[] {
  const { citable } = result;
  const session = sessionText(result);
  const reasons = reasonTexts(citable);
  return [
    `**Citable: ${citableText(citable)}**, as \`${bibtexKey(result)}\` of \`cite.bib\`. ${UNCITABLE_MARK} marks a figure that is not.`,
    ...(reasons.length > 0 ? [bullets(reasons.map(escapeMarkdown))] : []),
    ...(session === undefined ? [] : [escapeMarkdown(session)]),
  ];
}

function scenarioBlocks(result: Result, view: ScenarioView): string[] {
  const columns = TABLES.flatMap(({ id }) => columnsOf(id, view));
  return [
    `## ${escapeMarkdown(view.scenario.title)}`,
    escapeMarkdown(`${view.scenario.question} ${view.setting}.`),
    valueTable(view, columns),
    ...comparisonBlocks(view, columns),
    ...sentenceBlocks(result, withoutDuplicates(view), columns),
  ];
}

function valueTable({ places }: ScenarioView, columns: readonly Column[]): string {
  return markdownTable(
    [
      ...pointColumn(places),
      text('Lane'),
      ...columns.map(({ metric, scale }) => number(headed(metric.title, scale))),
      number('Valid rounds'),
    ],
    places.flatMap((place) =>
      place.lanes.map((lane) => [
        ...pointField(place, places),
        lane.label.title,
        ...columns.map((column) => {
          const formatted = formattedValue(lane, column);
          const estimate = lane.estimates.get(column.metric.id);
          const aside = estimate && allAttemptsText(estimate, column.scale);
          return formatted ? [markedText(formatted), aside].filter(Boolean).join('; ') : '–';
        }),
        `${roundsOf(lane.valid)} of ${roundsOf(lane.cells)}`,
      ]),
    ),
  );
}

function markedText(formatted: MarkedInterval): string {
  return `${intervalText(formatted)}${formatted.mark === undefined ? '' : ` ${formatted.mark}`}`;
}

function pointColumn(places: readonly Place[]): MarkdownColumn[] {
  return places.length > 1 ? [text('Point')] : [];
}

function pointField({ varied = '' }: Place, places: readonly Place[]): string[] {
  return places.length > 1 ? [varied] : [];
}

const text = (label: string): MarkdownColumn => ({ label, isNumeric: false });
const number = (label: string): MarkdownColumn => ({ label, isNumeric: true });

function comparisonBlocks({ places }: ScenarioView, columns: readonly Column[]): string[] {
  const [first, ...others] = baselinesOf(places);
  const rows = places.flatMap((place) =>
    place.lanes.flatMap(({ label, comparisons, baseline }) =>
      columns.flatMap(({ metric }) => {
        const comparison = comparisons.get(metric.id);
        if (!comparison) return [];
        const { verdict } = comparison;
        const isDecided = verdict === 'lower' || verdict === 'higher';
        const said = isDecided ? `${label.title} ${metric.verbs[verdict]} ${baseline?.title}` : verdictText(comparison);
        return [
          [
            ...pointField(place, places),
            label.title,
            ...(others.length > 0 ? [baseline?.title ?? ''] : []),
            metric.title,
            [markedText(formattedRatio(comparison)), trimmedText(comparison)].filter(Boolean).join('; '),
            said,
          ],
        ];
      }),
    ),
  );
  if (rows.length === 0) return [];
  const ratio =
    others.length > 0
      ? [text('Compared with'), text('Metric'), number('Ratio')]
      : [text('Metric'), number(`Ratio to ${first}`)];
  const columnsOfRatios = [text('Lane'), ...ratio, text('Verdict')];
  return [markdownTable([...pointColumn(places), ...columnsOfRatios], rows)];
}

/** `20 % trimmed mean: × 1.21 [1.15, 1.27]` */
function trimmedText({ trimmed }: Comparison): string | undefined {
  if (!trimmed) return undefined;
  const { ratio: value, low, high } = trimmed;
  return `20 % trimmed mean: × ${intervalText(formatInterval({ value, low, high }, RATIO))}`;
}

/** Only some metrics are quoted: `citationSentence` makes a sentence of any estimate. */
function sentenceBlocks(result: Result, view: ScenarioView, columns: readonly Column[]): string[] {
  const quoted = columns.filter(({ isQuoted }) => isQuoted);
  const sentences = view.places.flatMap(({ lanes }) =>
    lanes.flatMap(({ estimates }) => quoted.flatMap(({ metric }) => estimates.get(metric.id) ?? [])),
  );
  if (sentences.length === 0) return [];
  return ['### To cite', bullets(sentences.map((estimate) => escapeMarkdown(citationSentence(result, estimate))))];
}

function conditionLines(result: Result): string[] {
  const { environment, seed, startedAt, workers, profile, lanes, merged, runsBefore } = result;
  const lines = [
    `${softwareText(result)}, ${formatInstant(startedAt)}, profile ${profile}${merged ? '' : `, seed ${seed}`}`,
    ...(merged
      ? [`Joined from ${merged.map(({ id, startedAt }) => `${id} (${formatInstant(startedAt)})`).join(', ')}`]
      : []),
    conditionsText(environment),
    ...(runsBefore === undefined ? [] : [`Before it: ${runsBeforeText(runsBefore)}`]),
    `One server process and ${workers === 1 ? 'one load process' : `${workers} load processes`} on the same machine`,
    `Lanes: ${lanes.map(({ id }) => laneText(result, id, () => true)).join(', ')}`,
    `Brackets hold the 95 % t interval ${merged ? 'between runs' : 'over rounds'}, parentheses the lowest and the highest round`,
  ];
  return lines.map(escapeMarkdown);
}
