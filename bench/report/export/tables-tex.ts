/** `tables.tex`: the numbers of each scenario as tables for a paper, their ratios to the reference, and the notes of all. */

import type { Result } from '../../contract/result.ts';
import { baselinesOf, type Column, columnsOf, formattedRatio, formattedValue, TABLES } from '../view/tables/tables.ts';
import { escapeLatex } from '../view/words/latex.ts';
import { slug } from '../view/words/names.ts';
import type { LaneAtPlace, Place, ScenarioView } from '../view/words/places.ts';
import { namesOf, refusedKinds } from '../view/words/standing.ts';
import { VERDICT_GLYPHS } from '../view/words/verdicts.ts';
import { notes, ratioCaption, valueCaption } from './captions.ts';
import { type Group, type Row, tabular } from './tabular.ts';

export function tablesLatex(result: Result, views: readonly ScenarioView[]): string {
  const refused = refusedKinds(result.citable);
  const tables = views.flatMap(tablesOf);
  return [
    `% Tables of the Pushlab run ${escapeLatex(result.id)}: \\input this file, or copy what you need of it.`,
    ...(refused.length === 0
      ? []
      : [`% Not citable of this run: ${namesOf(refused)}; captions and marks say which figures.`]),
    '% A table that is copied needs the notes, which stand at the end.',
    '% They need, in the preamble:',
    '%   \\usepackage{booktabs}',
    '%   \\usepackage{siunitx}  % version 3 or later',
    ...(tables.length === 0 ? ['% No cell was measured.'] : [...tables, notesLatex(result, views)]),
    '',
  ].join('\n');
}

function notesLatex(result: Result, views: readonly ScenarioView[]): string {
  const lines = ['\\emph{Notes to the tables.}', ...notes(result, views)];
  return `\n\\par\\noindent{\\footnotesize\n${lines.map((line) => `  ${line}`).join('\n')}\\par}`;
}

function tableLabel({ scenario }: Pick<ScenarioView, 'scenario'>, table: string): string {
  return `tab:pushlab-${slug(scenario.id)}-${table}`;
}

/** The labels of a scenario's tables, without those of their further parts and ratios. */
export function labelsOf(view: ScenarioView): string[] {
  return TABLES.filter(({ id }) => columnsOf(id, view).length > 0).map(({ id }) => tableLabel(view, id));
}

function tablesOf(view: ScenarioView): string[] {
  return TABLES.flatMap((spec) => {
    const columns = columnsOf(spec.id, view);
    const [only, ...others] = columns;
    if (!only) return [];
    const title = others.length === 0 ? only.metric.title : spec.title;
    const table: Table = { view, title, columns, label: tableLabel(view, spec.id) };
    return [...valueTables(table), ...ratioTables(table)];
  });
}

interface Table {
  readonly view: ScenarioView;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly label: string;
}

function valueTables({ view, title, columns, label }: Table): string[] {
  const heads = columns.map(({ label, scale: { unit } }) => ({ label, unit: unit || undefined }));
  return inParts(view.places).map(({ places, suffix, part }) => {
    const body = tabular(heads, groupsOf(places, valueRow, columns));
    const caption = valueCaption(view, { title, columns, places, part });
    return float(`${title}, ${view.scenario.title}`, caption, label + suffix, body);
  });
}

function ratioTables({ view, title, columns: all, label }: Table): string[] {
  const isCompared = ({ comparisons }: LaneAtPlace) => all.some(({ metric }) => comparisons.has(metric.id));
  const compared = view.places.map((place) => ({ ...place, lanes: place.lanes.filter(isCompared) }));
  const columns = all.filter(({ metric }) =>
    compared.some(({ lanes }) => lanes.some(({ comparisons }) => comparisons.has(metric.id))),
  );
  if (columns.length === 0) return [];
  const heads = columns.map(({ label }) => ({ label, unit: undefined }));
  const isMixed = baselinesOf(compared).length > 1;
  // Where lanes are compared with several, each of those heads its group.
  const byBaseline = (place: Place): Place[] => {
    if (!isMixed) return [place];
    return baselinesOf([place]).map((baseline) => ({
      ...place,
      varied: [place.varied, `to ${baseline}`].filter(Boolean).join(', '),
      lanes: place.lanes.filter((lane) => lane.baseline?.title === baseline),
    }));
  };
  return inParts(compared).map(({ places, suffix, part }) => {
    const body = tabular(heads, groupsOf(places.flatMap(byBaseline), ratioRow, columns));
    const caption = ratioCaption(view, { title, columns, places, part });
    return float(`${title}, ${view.scenario.title}, ratios`, caption, `${label}-ratios${suffix}`, body);
  });
}

type RowOf = (lane: LaneAtPlace, columns: readonly Column[]) => Row;

function groupsOf(places: readonly Place[], rowOf: RowOf, columns: readonly Column[]): Group[] {
  return places
    .filter(({ lanes }) => lanes.length > 0)
    .map(({ varied, lanes }) => ({ title: varied, rows: lanes.map((lane) => rowOf(lane, columns)) }));
}

function valueRow(lane: LaneAtPlace, columns: readonly Column[]): Row {
  return {
    lane: lane.label.title,
    cells: columns.map((column) => formattedValue(lane, column)),
    rounds: lane.valid.length,
  };
}

function ratioRow({ label, comparisons }: LaneAtPlace, columns: readonly Column[]): Row {
  const found = columns.map(({ metric }) => comparisons.get(metric.id));
  return {
    lane: label.title,
    cells: found.map((one) => {
      if (!one) return undefined;
      const { mark = '', ...ratio } = formattedRatio(one);
      return { ...ratio, mark: `${VERDICT_GLYPHS[one.verdict]}${mark}` };
    }),
    rounds: Math.max(...found.map((one) => one?.rounds ?? 0)),
  };
}

function float(name: string, caption: string, label: string, body: string): string {
  return `
\\begin{table}[htbp]
  \\centering
  \\setlength{\\abovetopsep}{1ex}% between caption and table
  \\caption[${escapeLatex(name)}]{${caption}}
  \\label{${label}}
  \\footnotesize
  \\setlength{\\tabcolsep}{4pt}
${body.replace(/^/gm, '  ')}
\\end{table}`;
}

/** Rows of two lines each that a page holds, with the caption. */
const MAX_ROWS = 16;

/** Parts of about the same height, split by the count of lanes and never by the numbers: labels stay from run to run. */
function inParts(places: readonly Place[]) {
  const mostLanes = Math.max(1, ...places.map(({ lanes }) => lanes.length));
  const perPart = Math.max(1, Math.floor(MAX_ROWS / mostLanes));
  const parts = Math.ceil(places.length / perPart);
  return Array.from({ length: parts }, (_, at) => ({
    places: places.slice(Math.floor((at * places.length) / parts), Math.floor(((at + 1) * places.length) / parts)),
    // Ends the label of the table: the first part has the label alone.
    suffix: at === 0 ? '' : `-${at + 1}`,
    part: parts === 1 ? undefined : `${at + 1} of ${parts}`,
  }));
}
