/** What stands around the LaTeX tables: a line above each, and the notes that all of them share. */

import { type Comparison, type Estimate, type Result, VERDICTS, type Verdict } from '../../contract/result.ts';
import { shownIn } from '../../stats/metrics/metrics.ts';
import { lanesOf } from '../view/tables/lane-table.ts';
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

/** @returns one line of LaTeX, which says first where no figure of the table may be cited */
export function valueCaption({ scenario }: ScenarioView, table: TablePart): string {
  const figures = figuresIn(table, ({ estimates }, metric) => estimates.get(metric));
  return caption(`${table.title} in ${scenario.title}`, table, figures);
}

/** The same of a table of ratios. */
export function ratioCaption({ scenario, places }: ScenarioView, table: TablePart): string {
  const [first, ...others] = baselinesOf(places);
  const baseline = others.length > 0 ? 'the lane named above each group' : first;
  const figures = figuresIn(table, ({ comparisons }, metric) => comparisons.get(metric));
  return caption(`${table.title} in ${scenario.title}: ratios to ${baseline}`, table, figures);
}

function caption(text: string, { part }: TablePart, figures: readonly (Estimate | Comparison)[]): string {
  const caveat = figures.length > 0 && figures.every(isRefused) ? '\\textbf{Not citable.} ' : '';
  return `${caveat}${textLatex(part === undefined ? text : `${text} (${part})`)}.`;
}

function figuresIn<T>({ columns, places }: TablePart, of: (lane: LaneAtPlace, metric: string) => T | undefined): T[] {
  return places.flatMap(({ lanes }) =>
    lanes.flatMap((lane) => columns.flatMap(({ metric }) => of(lane, metric.id) ?? [])),
  );
}

/**
 * What holds for all tables, each once: how numbers are to be read, settings, what metrics and lanes are, machine and run.
 *
 * @returns sentences of LaTeX
 */
export function notes(result: Result, views: readonly ScenarioView[]): string[] {
  const lanes = views.flatMap(lanesOf);
  const estimates = lanes.flatMap((lane) => [...lane.estimates.values()]);
  const comparisons = lanes.flatMap((lane) => [...lane.comparisons.values()]);
  const isMarked = [...estimates, ...comparisons].some(isRefused);
  const measured = new Set(estimates.map(({ metric }) => metric));
  return [
    ...spread(result, estimates),
    ...(isMarked ? [`${escapeLatex(UNCITABLE_MARK)}: not citable.`] : []),
    ...(comparisons.length > 0 ? [`Ratios are paired by round; ${textLatex(verdicts(comparisons))}.`] : []),
    ...views.map(settingOf).map(sentence),
    ...definitions(views, measured).map(sentence),
    ...views.flatMap((view) => optionsOf(result, view)).filter((text, at, all) => all.indexOf(text) === at),
    sentence(`${conditionsText(result.environment)}; ${softwareText(result)}`),
  ];
}

function sentence(text: string): string {
  return `${textLatex(text)}.`;
}

function spread({ scenarios, merged }: Result, estimates: readonly Estimate[]): string[] {
  const has = (kind: Estimate['spread']) => estimates.some((one) => one.spread === kind && one.low !== null);
  const single = scenarios.some(({ rounds }) => rounds < 2) && !merged ? '; one gives no interval' : '';
  const ofRuns = merged ? ` of ${countOf(merged.length, 'run')}` : '';
  return [
    `Means over the rounds${ofRuns}; $n$: valid ones${single}.`,
    ...(has('interval') ? [`In brackets: \\qty{95}{\\percent} $t$ interval${merged ? ' between runs' : ''}.`] : []),
    ...(has('range') ? ['In parentheses: lowest and highest round, where they differ.'] : []),
  ];
}

/** What its points have in common, header profile included; what they differ in heads rows. */
function settingOf({ scenario, places }: ScenarioView): string {
  return `${scenario.title}: ${settingText(places.map(({ point }) => point))}, ${countOf(scenario.rounds, 'round')}`;
}

/** Which bytes, and which time. Percentiles of the same stand together: `p50, p95 of the time from …`. */
function definitions(views: readonly ScenarioView[], measured: ReadonlySet<string>): string[] {
  const names = new Map<string, string[]>();
  const figures = views.flatMap(({ scenario }) => scenario.figures);
  for (const { metric } of shownIn('exported', figures).filter(({ metric }) => measured.has(metric.id))) {
    const { label, title, definition } = metric;
    const isPercentile = definition.startsWith(`${label} `);
    const rest = isPercentile ? definition.slice(label.length) : `: ${inSentence(definition)}`;
    names.set(rest, [...(names.get(rest) ?? []), isPercentile ? label : title]);
  }
  return [...names].map(([rest, of]) => of.join(', ') + rest);
}

function verdicts(comparisons: readonly Comparison[]): string {
  const margins = [...new Set(comparisons.map(({ margin }) => marginText(margin)))].join(' or ');
  const more: Partial<Record<Verdict, string>> = {
    equivalent: ` (within ${margins})`,
    inconclusive: ' by these rounds',
  };
  return VERDICTS.filter((verdict) => comparisons.some((one) => one.verdict === verdict))
    .map((verdict) => `${VERDICT_GLYPHS[verdict]}: ${VERDICT_NAMES[verdict]}${more[verdict] ?? ''}`)
    .join('; ');
}

function optionsOf(result: Result, { scenario }: ScenarioView): string[] {
  const lanes = result.lanes
    .filter(({ id, options }) => Object.keys(options).length > 0 && result.cells.some(({ lane }) => lane === id))
    .map(({ id }) => laneText(result, id, (cell) => cell.scenario === scenario.id));
  return lanes.length > 0 ? [sentence(`Lanes of ${scenario.title}: ${lanes.join('; ')}`)] : [];
}
