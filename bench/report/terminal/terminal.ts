/** What a run says on the terminal when it ends. Pure: data → text. */

import { type Result, VERDICTS } from '../../contract/result.ts';
import { metrics as allMetrics } from '../../stats/metrics/metrics.ts';
import { isValid } from '../../stats/metrics/valid.ts';
import { byQuestion, comparedIn, comparedProse, widestOf } from '../view/findings/finding.ts';
import { isolationSentences } from '../view/findings/isolation.ts';
import { noiseFloorInShort, noiseFloorOf } from '../view/findings/noise-floor.ts';
import type { LaneLabel } from '../view/page-model.ts';
import type { EarlierRun } from '../view/tables/earlier-table.ts';
import { lanesOf } from '../view/tables/lane-table.ts';
import { Anchors } from '../view/words/anchors.ts';
import { countOf, formatCount } from '../view/words/format.ts';
import { laneLabels, type ScenarioView, viewsOf, wasMeasuredAgain } from '../view/words/places.ts';
import { commonText } from '../view/words/points.ts';
import { roundName } from '../view/words/rounds.ts';
import { citableText, reasonTexts, sessionText } from '../view/words/standing.ts';
import { proseText, VERDICT_NAMES } from '../view/words/verdicts.ts';
import { namedTables } from './named-tables.ts';
import { betweenRunsLines, earlierLines } from './runs.ts';
import { LINE_COLUMNS, legendOf, tablesInFull, tablesInShort } from './terminal-tables.ts';

/** Whether it may be cited and how far noise goes; for each scenario its tables, and what comparisons came to. */
export function describeResult(result: Result, earlier: readonly EarlierRun[] = []): string {
  const views = viewsOf(result, new Anchors());
  const isLong = views.length > 1 || views.some(({ places }) => places.length > 1);
  const blocks = views.flatMap((view) => {
    const { title, lanes, figures } = view.scenario;
    const hasNames = view.places.every(({ name }) => name !== undefined);
    const heading = `${title}: ${commonText(view.places.map(({ point }) => point))}`;
    const labels = [...laneLabels(result)].filter(([id]) => lanes.includes(id)).map(([, label]) => label);
    // In a long run the first alone is said.
    const metrics = figures.flatMap((figure) =>
      allMetrics.filter(({ shown }) => shown.comparedFor?.includes(figure)).map(({ id }) => id),
    );
    if (hasNames) {
      const { tables, legend } = namedTables(view, labels, views.length > 1);
      const said = [...legend, ...inShort(view, metrics)].map((one) => wrap(one));
      return [heading, '', ...tables, ...said, ''];
    }
    if (isLong) {
      const isolation = figures.includes('isolation') ? isolationSentences(view).map(proseText) : [];
      const legend = legendOf(view, true);
      return [
        heading,
        ...tablesInShort(view, labels),
        ...[...legend, ...isolation, ...inShort(view, metrics)].map((one) => wrap(one)),
        '',
      ];
    }
    return [
      heading,
      '',
      ...tablesInFull(view, labels).flatMap((one) => [one, '']),
      ...legendOf(view, false).map((one) => `${wrap(one)}\n`),
      ...inFull(view, metrics, result).map((one) => wrap(one)),
      '',
    ];
  });
  const floor = (views.length > 1 ? noiseFloorInShort(result) : noiseFloorOf(result)).map((one) =>
    wrap(proseText(one)),
  );
  const session = sessionText(result);
  return [
    ...citable(result),
    ...floor,
    ...(session === undefined ? [] : [wrap(session)]),
    '',
    ...blocks,
    ...betweenRunsLines(result, views),
    ...earlierLines(result, views, earlier),
    ...problems(result),
    reminder(result),
  ].join('\n');
}

function inFull(view: ScenarioView, metrics: readonly string[], result: Result): string[] {
  const compared = metrics.map((metric) => comparedIn(view, metric));
  if (compared.flat().length === 0 && !lanesOf(view).some(({ label }) => label.isReference)) {
    return [`No comparison: ${result.reference} is not among the lanes.`];
  }
  const labels = new Set(compared.flat().map(({ lane: { label } }) => label));
  return [...labels].flatMap((label: LaneLabel) =>
    compared.flatMap((all) =>
      all.filter(({ lane }) => lane.label === label).map((one) => proseText(comparedProse(one))),
    ),
  );
}

/** The widest difference in the first metric that is compared, and how many came to what; those of variants apart. */
function inShort(view: ScenarioView, metrics: readonly string[]): string[] {
  const compared = metrics.map((metric) => comparedIn(view, metric)).find(({ length }) => length > 0) ?? [];
  return byQuestion(compared).map(({ all, isOfVariants }) => {
    const widest = widestOf(all);
    const counts = VERDICTS.flatMap((verdict) => {
      const count = all.filter(({ comparison }) => comparison.verdict === verdict).length;
      return count === 0 ? [] : `${formatCount(count)} ${VERDICT_NAMES[verdict]}`;
    });
    const of = isOfVariants ? ' with what they vary' : '';
    const total = `Of ${countOf(all.length, 'comparison')}${of}: ${counts.join(', ')}.`;
    if (!widest) return total;
    const { varied } = widest.place;
    const sentence = comparedProse(widest, widest.lane);
    const at = varied === undefined ? '' : ` (${varied})`;
    return `${isOfVariants ? 'Widest by an option' : 'Widest'}${at}: ${proseText(sentence)} ${all.length > 1 ? total : ''}`.trimEnd();
  });
}

/** Breaks a sentence between words, so that no line is longer than a terminal is likely to be wide. */
function wrap(sentence: string, indent = ''): string {
  const lines = [indent];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= LINE_COLUMNS) lines.push(`${indent}  ${word}`);
    else lines[lines.length - 1] = line === indent ? indent + word : `${line} ${word}`;
  }
  // Non-breaking spaces are for the page: a terminal shows them, and searches for the words fail.
  return lines.join('\n').replaceAll('\u00a0', ' ');
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

function citable({ citable }: Result): string[] {
  return [citableText(citable), ...reasonTexts(citable).map((reason) => wrap(reason, '  '))];
}

function reminder({ citable }: Result): string {
  const reasons = reasonTexts(citable);
  return `${citableText(citable)}${reasons.length === 0 ? '' : `: ${countOf(reasons.length, 'reason')}, above.`}`;
}
