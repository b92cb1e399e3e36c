/** Two results against each other, as a table for the terminal or for a pull request. Pure: data → text. */

import type { Result } from '../../contract/result.ts';
import type { ComparisonRow, RunComparison } from '../../stats/compare.ts';
import { groupBy, keyOfPlace } from '../../stats/group.ts';
import { metricOf, metrics } from '../../stats/metrics/metrics.ts';
import type { JudgedThreshold } from '../../stats/threshold.ts';
import { formatInterval, headed, intervalText, RATIO, scaleOf } from '../view/words/format.ts';
import { escapeMarkdown, markdownTable } from '../view/words/markdown.ts';
import { commonText } from '../view/words/points.ts';
import { citableText, isRefused, reasonTexts, UNCITABLE_MARK } from '../view/words/standing.ts';
import { boundText, verdictText } from '../view/words/verdicts.ts';
import { commitText, recomputedText } from '../view/words/wording.ts';
import { align, inertText } from './table.ts';

export const COMPARED_METRICS = metrics.filter(({ shown }) => shown.isCompared).map(({ id }) => id);

interface Look {
  readonly markdown?: boolean;
  readonly metrics?: readonly string[];
  readonly isAcross: boolean;
}

export function describeComparison(
  a: Result,
  b: Result,
  { rows, uncompared, differences }: RunComparison,
  { markdown = false, metrics: wanted = COMPARED_METRICS, isAcross }: Look,
): string {
  const shown = rows.filter(({ metric }) => wanted.includes(metric));
  const columns = ['lane', 'metric', 'a', 'b', 'b to a', 'verdict', ...(isAcross ? ['machines'] : [])];
  const blocks = [...groupBy(shown, ({ scenario, point }) => `${scenario}: ${commonText([point])}`)].map(
    ([title, ofPlace]) => {
      const lines = ofPlace.map((row) => [...cellsOf(row, a, b), ...(isAcross ? ['different'] : [])]);
      const table = markdown
        ? markdownTable(
            columns.map((label) => ({ label, isNumeric: false })),
            lines,
          )
        : align([columns, ...lines]);
      return markdown ? `### ${escapeMarkdown(title)}\n\n${table}` : `${title}\n\n${table}`;
    },
  );
  const lacks = uncompared.map(
    ({ lane, scenario, metric, reason }) =>
      `Not compared: ${[lane, scenario, metric].filter(Boolean).join(', ')}: ${reason}.`,
  );
  const settings = differences.map(({ lane, scenario, setting, ...of }) => {
    const whose = lane ?? scenario ?? 'the run';
    return `Not the same in both: ${setting} of ${whose}: ${of.a ?? 'none'} in a, ${of.b ?? 'none'} in b.`;
  });
  const notes = [...new Set([...settings, ...lacks])];
  const text = [
    ...runLines(a, b, markdown),
    ...(blocks.length > 0 ? blocks : ['The two have nothing in common to compare.']),
    notes.map((note) => (markdown ? `- ${escapeMarkdown(note)}` : note)).join('\n'),
    ...(blocks.some((block) => block.includes(UNCITABLE_MARK))
      ? [`${UNCITABLE_MARK} not citable, by the checks of its run.`]
      : []),
    'Each interval covers the rounds of its run. What the machine did between the two runs is in none: measure a again beside b where little differs.',
  ]
    .filter((block) => block !== '')
    .join('\n\n');
  return inertText(text);
}

function runLines(a: Result, b: Result, markdown: boolean): string[] {
  const line = (name: string, { id, environment, citable, warnings }: Result) => {
    const { versions } = environment;
    const verdict = `; ${[citableText(citable), ...reasonTexts(citable)].join('; ')}`;
    const said = `${name}: run ${id}, Pushlab ${versions.pushlab}, ${commitText(environment)}, Node ${versions.node}${verdict}${recomputedText(warnings)}`;
    return markdown ? `- ${escapeMarkdown(said)}` : said;
  };
  return [[line('a', a), line('b', b)].join('\n')];
}

function cellsOf(row: ComparisonRow, a: Result, b: Result): string[] {
  const metric = metricOf(row.metric);
  const scale = scaleOf(metric, [row.a.value, row.b.value]);
  const side = (of: ComparisonRow['a'], { estimates }: Result) => {
    const text = intervalText(formatInterval({ ...of, spread: row.spread }, scale));
    const estimate = estimates.find((one) => one.metric === row.metric && keyOfPlace(one) === keyOfPlace(row));
    return estimate && isRefused(estimate) ? `${text} ${UNCITABLE_MARK}` : text;
  };
  return [
    a.lanes.find(({ id }) => id === row.lane)?.title ?? row.lane,
    headed(metric.title, scale),
    side(row.a, a),
    side(row.b, b),
    ratioText(row),
    verdictText({ ...row, rounds: Math.min(row.a.rounds, row.b.rounds) }),
  ];
}

function ratioText({ ratio, low, high, spread }: ComparisonRow): string {
  return `× ${intervalText(formatInterval({ value: ratio, low, high, spread }, RATIO))}`;
}

export function describeThreshold({ threshold: { text, limit }, outcome, points }: JudgedThreshold): string {
  const seen = points.map(({ row, roundsNeeded }) => {
    if (roundsNeeded === undefined) return ratioText(row);
    const more = roundsNeeded === null ? boundText(row) : `${roundsNeeded} rounds would decide`;
    return [ratioText(row), ...(more === undefined ? [] : [more])].join('; ');
  });
  return `threshold ${text} (below × ${limit}): ${outcome}: ${seen.join(', ')}`;
}
