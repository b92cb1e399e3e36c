/** Captions of the LaTeX tables: a table that is copied into a paper carries its conditions along. */

import { type Comparison, type Estimate, type Result, VERDICTS, type Verdict } from '../../contract/result.ts';
import { baselinesOf, type Column } from '../view/tables/tables.ts';
import { countOf } from '../view/words/format.ts';
import { escapeLatex, textLatex } from '../view/words/latex.ts';
import type { LaneAtPlace, Place, ScenarioView } from '../view/words/places.ts';
import { isRefused, UNCITABLE_MARK } from '../view/words/standing.ts';
import { marginText, VERDICT_GLYPHS, VERDICT_NAMES } from '../view/words/verdicts.ts';
import { conditionsText, inSentence, laneText, settingText, softwareText } from '../view/words/wording.ts';

export interface TablePart {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly places: readonly Place[];
  readonly part: string | undefined;
}

export function valueCaption(result: Result, view: ScenarioView, table: TablePart): string {
  const { columns } = table;
  return [
    ...caveat(figuresIn(table, ({ estimates }, metric) => estimates.get(metric))),
    sentence(`${titleOf(view, table)}: ${settingOf(view, table)}`),
    ...spread(view, columns),
    ...definitions(columns).map(sentence),
    ...origin(result, view),
  ].join(BREAK);
}

/**
 * @param label of the table with the values
 * @returns LaTeX
 */
export function ratioCaption(result: Result, view: ScenarioView, table: TablePart, label: string): string {
  const [first, ...others] = baselinesOf(view.places);
  const baseline = others.length > 0 ? 'the lane that heads each group' : first;
  return [
    ...caveat(figuresIn(table, ({ comparisons }, metric) => comparisons.get(metric))),
    sentence(`${titleOf(view, table)}: ratios to ${baseline}, paired by round; ${settingOf(view, table)}`),
    `Values: Table~\\ref{${label}}.`,
    ...spread(view, table.columns),
    sentence(verdicts(table)),
    ...origin(result, view),
  ].join(BREAK);
}

const BREAK = '\n    ';

function sentence(text: string): string {
  return `${textLatex(text)}.`;
}

/** Of all figures of the table, or of those that have the mark. */
function caveat(figures: readonly (Estimate | Comparison)[]): string[] {
  const refused = figures.filter(isRefused);
  if (refused.length === 0) return [];
  return [
    refused.length === figures.length ? '\\textbf{Not citable.}' : `${escapeLatex(UNCITABLE_MARK)}: not citable.`,
  ];
}

function figuresIn<T>({ columns, places }: TablePart, of: (lane: LaneAtPlace, metric: string) => T | undefined): T[] {
  return places.flatMap(({ lanes }) =>
    lanes.flatMap((lane) => columns.flatMap(({ metric }) => of(lane, metric.id) ?? [])),
  );
}

function titleOf({ scenario }: ScenarioView, { title, part }: TablePart): string {
  return `${title} in ${scenario.title}${part === undefined ? '' : ` (${part})`}`;
}

/** What the points have in common, header profile included; what they differ in heads their rows. */
function settingOf({ scenario }: ScenarioView, { places }: TablePart): string {
  return `${settingText(places.map(({ point }) => point))}, ${countOf(scenario.rounds, 'round')}`;
}

function spread({ scenario, runs }: ScenarioView, columns: readonly Column[]): string[] {
  const has = (kind: Column['metric']['spread']) => columns.some(({ metric }) => metric.spread === kind);
  if (scenario.rounds < 2) return ['$n$: valid rounds; one gives no interval.'];
  return [
    runs > 1
      ? `Means over the rounds of ${countOf(runs, 'run')}; $n$: valid ones.`
      : 'Means over rounds; $n$: valid ones.',
    ...(has('interval') ? [`In brackets: \\qty{95}{\\percent} $t$ interval${runs > 1 ? ' between runs' : ''}.`] : []),
    ...(has('range') ? ['In parentheses: lowest and highest round, where they differ.'] : []),
  ];
}

/** Which bytes, and which time. Percentiles of the same stand together: `p50, p95 of the time from …`. */
function definitions(columns: readonly Column[]): string[] {
  const labels = new Map<string, string[]>();
  for (const { label, metric } of columns) {
    const { definition } = metric;
    const rest = definition.startsWith(`${label} `) ? definition.slice(label.length) : `: ${inSentence(definition)}`;
    labels.set(rest, [...(labels.get(rest) ?? []), label]);
  }
  return [...labels].map(([rest, of]) => of.join(', ') + rest);
}

function verdicts({ columns, places }: TablePart): string {
  const comparisons = places.flatMap(({ lanes }) =>
    lanes.flatMap((lane) => columns.flatMap(({ metric }) => lane.comparisons.get(metric.id) ?? [])),
  );
  const margins = [...new Set(comparisons.map(({ margin }) => marginText(margin)))].join(' or ');
  const more: Partial<Record<Verdict, string>> = {
    equivalent: ` (within ${margins})`,
    inconclusive: ' by these rounds',
  };
  return VERDICTS.filter((verdict) => comparisons.some((one) => one.verdict === verdict))
    .map((verdict) => `${VERDICT_GLYPHS[verdict]}: ${VERDICT_NAMES[verdict]}${more[verdict] ?? ''}`)
    .join('; ');
}

function origin(result: Result, { scenario, places }: ScenarioView): string[] {
  const lanes = result.lanes
    .filter(({ id, options }) => Object.keys(options).length > 0 && result.cells.some(({ lane }) => lane === id))
    .map(({ id }) => laneText(result, id, (cell) => cell.scenario === scenario.id));
  return [
    ...(lanes.length > 0 && places.length > 0 ? [sentence(lanes.join('; '))] : []),
    sentence(`${conditionsText(result.environment)}; ${softwareText(result)}`),
  ];
}
