/** What a paper says of a number and of its run: a sentence for each headline number, and an entry for the bibliography. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../contract/paths.ts';
import type { Estimate, Result } from '../../contract/result.ts';
import { type Metric, metricOf, shownIn } from '../../stats/metrics/metrics.ts';
import type { LaneLabel } from './page-model.ts';
import { scenarioCommand } from './words/commands.ts';
import { countOf, formatInstant, formatInterval, intervalText, RATIO, scaleOf } from './words/format.ts';
import { escapeLatex } from './words/latex.ts';
import { placeName } from './words/named-places.ts';
import { type LaneAtPlace, type ScenarioView, withoutDuplicates } from './words/places.ts';
import { keyOf } from './words/points.ts';
import { isRefused, namesOf, refusedKinds, UNCITABLE_MARK } from './words/standing.ts';
import {
  commitText,
  conditionsText,
  formatEstimate,
  inSentence,
  laneText,
  settingText,
  softwareText,
} from './words/wording.ts';

const AUTHOR = 'The Pushlab authors';
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The parts of a sentence that stands for itself in a paper; `what` says which quantity, and of bytes which of them. */
interface Citation {
  readonly caveat: string;
  readonly what: string;
  readonly lane: string;
  /** With its unit. */
  readonly value: string;
  /** What it is the mean of, and what its interval is: many figures have the same words. */
  readonly form: string;
  /** The interval, and the ratio to another lane, which `versus` names; that is empty without a ratio. */
  readonly bounds: string;
  readonly versus: string;
  readonly place: string;
  readonly run: string;
}

/**
 * A sentence that stands for itself in a paper: which quantity, of which lane with which options, the value with its interval
 * or range, its rounds and its ratio to the reference, the scenario at which point, and the run with its machine. Where the
 * figure may not be cited, the sentence says so first.
 */
export function citationSentence(result: Result, estimate: Estimate): string {
  const { caveat, what, lane, value, form, bounds, versus, place, run } = citationOf(result, estimate);
  // The page's script puts its sentences together in the same way.
  return `${caveat}${what} of ${lane} came to ${value}${form}${bounds}${versus}, ${place}, ${run}.`;
}

function citationOf(result: Result, estimate: Estimate): Citation {
  const { value, form, bounds } = valueParts(estimate, result.merged?.length);
  const { ratio, versus } = ratioParts(result, estimate);
  return {
    caveat: caveat(estimate),
    what: whatText(metricOf(estimate.metric)),
    lane: laneText(result, estimate.lane, (cell) => isAt(cell, estimate)),
    value,
    form,
    bounds: bounds + ratio,
    versus,
    place: placeText(result, estimate),
    run: runText(result),
  };
}

type Scenario = Result['scenarios'][number];
type Placed = Pick<Estimate, 'scenario' | 'point'>;
const isAt = (one: Placed, other: Placed) => one.scenario === other.scenario && keyOf(one.point) === keyOf(other.point);

function whatText({ title, definition }: Metric): string {
  return `${title} (${inSentence(definition)})`;
}

/** `in the scenario Fan-out, one client (1 client, 20 events/s, 128 B payload, browser headers, over loopback)` */
function placeText({ scenarios }: Result, { scenario: id, point }: Estimate): string {
  const found = scenarios.find((scenario) => scenario.id === id);
  const place = found && placeName(found, point);
  const distance = point.rttMs === undefined ? ', over loopback' : '';
  return `in the scenario ${found?.title ?? id}${place === undefined ? '' : `, ${place}`} (${settingText([point])}${distance})`;
}

function runText(result: Result): string {
  const { environment, sessions } = result;
  return `measured on ${conditionsText(environment)}, in ${countOf(sessions.length, 'session')}, with ${softwareText(result)}`;
}

/** `, × 1.20 [1.17, 1.24]` and ` that of WebSocket`; empty without a ratio that may be cited. */
function ratioParts({ comparisons, lanes }: Result, estimate: Estimate) {
  const found = comparisons.find(
    (one) => one.lane === estimate.lane && one.metric === estimate.metric && isAt(one, estimate),
  );
  if (!found || isRefused(found)) return { ratio: '', versus: '' };
  const ratio = intervalText(formatInterval({ ...found, value: found.ratio }, RATIO));
  const reference = lanes.find(({ id }) => id === found.reference)?.title ?? found.reference;
  return { ratio: `, ×\u00a0${ratio}`, versus: ` that of ${reference}` };
}

function caveat({ standing: { ok, reasons } }: Estimate): string {
  if (ok) return '';
  const why = reasons.map((reason) => reason.replace(/\.$/, '')).join('; ');
  return why ? `Not citable (${why}): ` : 'Not citable: ';
}

/** `1.40 ms` and `, the mean of 5 rounds with a 95 % t interval of ` and `[1.25, 1.58] ms` */
function valueParts(estimate: Estimate, runs: number | undefined): Pick<Citation, 'value' | 'form' | 'bounds'> {
  const scale = scaleOf(metricOf(estimate.metric), [estimate.value]);
  const { value: text, interval } = formatEstimate(estimate, scale);
  const unit = scale.unit === '' ? '' : ` ${scale.unit}`;
  const value = text + unit;
  if (estimate.rounds < 2) return { value, form: ' in a single round, which gives no interval', bounds: '' };
  const ofRuns = runs === undefined ? '' : ` of ${countOf(runs, 'run')}`;
  const mean = `, the mean of ${countOf(estimate.rounds, 'round')}${ofRuns}`;
  if (interval === undefined) return { value, form: `${mean} that agree to these digits`, bounds: '' };
  const between = runs === undefined ? '' : ' between runs';
  const form = `${mean} with a ${estimate.spread === 'range' ? 'range' : `95 % t interval${between}`} of `;
  return { value, form, bounds: interval + unit };
}

export function bibtexKey({ id }: Pick<Result, 'id'>): string {
  return `pushlab-${id.replace(/[^A-Za-z0-9-]+/g, '-')}`;
}

/**
 * An entry of a bibliography for the run. `@misc`, which every BibTeX style and biblatex know; the fields that only some of
 * them print stand in the note.
 *
 * @param url of the project; @default what package.json says
 */
export function bibtexEntry(result: Result, url: string | undefined = projectUrl): string {
  const { id, startedAt, environment, citable } = result;
  const date = new Date(startedAt);
  const refused = refusedKinds(citable);
  const note = [
    `Version ${environment.versions.pushlab}`,
    commitText(environment),
    `run ${id} of ${formatInstant(startedAt)}`,
    `machine fingerprint ${environment.fingerprint.slice(0, 12)}`,
    ...(refused.length === 0 ? [] : [`not citable by its own checks: ${namesOf(refused)}`]),
  ].join(', ');
  return [
    `@misc{${bibtexKey(result)},`,
    `  author = {{${escapeLatex(AUTHOR)}}},`,
    '  title  = {{Pushlab}: a comparison lab for server push},',
    `  year   = {${date.getUTCFullYear()}},`,
    `  month  = ${MONTHS[date.getUTCMonth()]},`,
    `  note   = {${escapeLatex(note)}},`,
    // Braces end a field, escaped or not.
    ...(url === undefined ? [] : [`  url    = {${url.replace(/[{}]/g, encodeURIComponent)}},`]),
    '}',
    '',
  ].join('\n');
}

/** The id of a figure's sentence on the page; no name of a result makes one with this sign. */
export function citationId({ scenario, point, lane, metric }: Estimate): string {
  const place = [scenario, keyOf(point), lane, metric].join(' ');
  return `cite_${createHash('sha256').update(place).digest('base64url').slice(0, 8)}`;
}

export interface CitedScenario {
  readonly title: string;
  readonly lanes: readonly CitedLane[];
}

export interface CitedLane {
  readonly label: LaneLabel;
  /** Measures the lane again, with the one that it is compared with. */
  readonly command: string;
  readonly places: readonly CitedPlace[];
}

/** Figures of a lane at a place: the sentence of each has these two parts. */
interface CitedPlace extends Pick<Citation, 'lane' | 'place' | 'versus'> {
  readonly figures: readonly CitedFigure[];
}

interface CitedFigure extends Pick<Citation, 'caveat' | 'value' | 'form' | 'bounds'> {
  readonly id: string;
  readonly metric: Metric;
}

export type CiteModel = ReturnType<typeof citeOf>;

export function citeOf(result: Result, views: readonly ScenarioView[]) {
  const scenarios = views.map(withoutDuplicates).map((view) => citedScenario(result, view));
  const lanes = scenarios.flatMap((scenario) => scenario.lanes);
  const example = lanes.find(({ label }) => label.isReference) ?? lanes[0];
  const exampleId = example?.places[0]?.figures[0]?.id;
  const cited = result.estimates.find((estimate) => citationId(estimate) === exampleId);
  const figures = lanes.flatMap(({ places }) => places.flatMap((place) => place.figures));
  return {
    text: 'A figure in a table leads to its sentence. Times are of this machine and session: cite them with both, or cite ratios.',
    refused: refusedText(result.citable),
    example: cited &&
      example && { id: citationId(cited), sentence: citationSentence(result, cited), command: example.command },
    run: runText(result),
    figures: figures.length,
    kinds: [...new Set(figures.map(({ metric }) => metric))].map(whatText),
    forms: [...new Set(figures.map(({ form }) => form))],
    scenarios,
    plain: plainCitation(result),
    bibtex: bibtexEntry(result),
  };
}

function citedScenario(result: Result, { scenario, places }: ScenarioView): CitedScenario {
  const all = places.flatMap(({ lanes }) => lanes);
  const lanes = result.lanes.flatMap(({ id, title }) => {
    const mine = all.filter(({ cells }) => cells[0]?.lane === id);
    const cited = mine.flatMap((lane) => citedPlace(result, scenario, lane));
    const references = mine.flatMap(({ comparisons }) => [...comparisons.values()].map(({ reference }) => reference));
    const [first] = mine;
    if (!first || cited.length === 0) return [];
    const command = scenarioCommand(result, { ...scenario, lanes: [...new Set([id, ...references])] });
    // At several poll intervals, which the label would tell, the places do.
    return [{ label: { ...first.label, title }, command, places: cited }];
  });
  return { title: scenario.title, lanes };
}

function citedPlace(result: Result, { figures }: Scenario, { estimates }: LaneAtPlace): CitedPlace[] {
  const shown = new Set(
    (['chart', 'exported'] as const).flatMap((place) => shownIn(place, figures).map(({ metric }) => metric.id)),
  );
  // The head of the page and its tables may show any that is no part of another.
  const cited = [...estimates.values()].filter(({ metric }) => shown.has(metric) || !metricOf(metric).isPart);
  const [first] = cited;
  if (!first) return [];
  const { lane, place } = citationOf(result, first);
  const told = cited.map((estimate) => ({ estimate, ...citationOf(result, estimate) }));
  // A lane is compared with one other in a scenario.
  const versus = told.find((one) => one.versus !== '')?.versus ?? '';
  const lines = told.map(({ estimate, caveat, value, form, bounds }) => {
    return { id: citationId(estimate), metric: metricOf(estimate.metric), caveat, value, form, bounds };
  });
  return [{ lane, place, versus, figures: lines }];
}

/** How the run may not be cited; undefined where all of it may. */
function refusedText(citable: Result['citable']): string | undefined {
  const kinds = refusedKinds(citable);
  if (kinds.length === 0) return undefined;
  return `Do not cite figures of ${namesOf(kinds)} that have a ${UNCITABLE_MARK}, nor ratios made of them: their sentences begin with the reasons.`;
}

/** `The Pushlab authors (2026). Pushlab: a comparison lab for server push. Version …` */
function plainCitation({ id, startedAt, environment }: Result): string {
  const year = new Date(startedAt).getUTCFullYear();
  const software = `Version ${environment.versions.pushlab}, ${commitText(environment)}`;
  return `${AUTHOR} (${year}). Pushlab: a comparison lab for server push. ${software}, run ${id} of ${formatInstant(startedAt)}.`;
}

export interface UrlFields {
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

/** Where the project is on the web, by its package.json: the homepage, else the repository as a browser opens it; undefined where package.json names neither. */
export function urlOf({ homepage, repository }: UrlFields): string | undefined {
  const source = typeof repository === 'string' ? repository : repository?.url;
  const named = homepage ?? source?.replace(/^git\+(?=https:)/, '').replace(/\.git$/, '');
  return named !== undefined && /^https?:\/\//.test(named) ? new URL(named).href : undefined;
}

export const projectUrl = urlOf(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')));
