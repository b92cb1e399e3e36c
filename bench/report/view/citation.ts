/** What a paper says of a number and of its run: a sentence for each headline number, and an entry for the bibliography. */

import { projectUrl } from '../../contract/project-url.ts';
import type { Cell, Estimate, Result } from '../../contract/result.ts';
import { metricOf } from '../../stats/metrics/metrics.ts';
import { quotedIn } from './tables/tables.ts';
import { countOf, formatInstant, scaleOf } from './words/format.ts';
import { escapeLatex } from './words/latex.ts';
import { placeName } from './words/named-places.ts';
import { type ScenarioView, withoutDuplicates } from './words/places.ts';
import { keyOf } from './words/points.ts';
import { isRefused, namesOf, refusedKinds } from './words/standing.ts';
import { commitText, formatEstimate, inSentence, laneText, settingText, softwareText } from './words/wording.ts';

const AUTHOR = 'The Pushlab authors';
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A sentence that stands for itself in a paper: which quantity (of bytes: which of them), of which lane with which options,
 * the value with its interval or range and its rounds, the scenario at which point, and the run. Where the figure may not be
 * cited, the sentence says so first.
 */
export function citationSentence(result: Result, estimate: Estimate): string {
  const metric = metricOf(estimate.metric);
  const found = result.scenarios.find(({ id }) => id === estimate.scenario);
  const scenario = found?.title ?? estimate.scenario;
  const place = found && placeName(found, estimate.point);
  const isHere = ({ scenario, point }: Cell) =>
    scenario === estimate.scenario && keyOf(point) === keyOf(estimate.point);
  const lane = laneText(result, estimate.lane, isHere);
  return (
    `${caveat(estimate)}${metric.title} (${inSentence(metric.definition)}) of ${lane} came to ${valueText(estimate, result.merged?.length)}, ` +
    `in the scenario ${scenario}${place === undefined ? '' : `, ${place}`} (${settingText([estimate.point])}), measured with ${softwareText(result)}.`
  );
}

function caveat({ standing: { ok, reasons } }: Estimate): string {
  if (ok) return '';
  const why = reasons.map((reason) => reason.replace(/\.$/, '')).join('; ');
  return why ? `Not citable (${why}): ` : 'Not citable: ';
}

/** `1.40 ms, the mean of 5 rounds with a 95 % t interval of [1.25, 1.58] ms` */
function valueText(estimate: Estimate, runs: number | undefined): string {
  const scale = scaleOf(metricOf(estimate.metric), [estimate.value]);
  const { value, interval } = formatEstimate(estimate, scale);
  const unit = scale.unit === '' ? '' : ` ${scale.unit}`;
  const text = value + unit;
  if (estimate.rounds < 2) return `${text} in a single round, which gives no interval`;
  const ofRuns = runs === undefined ? '' : ` of ${countOf(runs, 'run')}`;
  const mean = `${text}, the mean of ${countOf(estimate.rounds, 'round')}${ofRuns}`;
  if (interval === undefined) return `${mean} that agree to these digits`;
  const between = runs === undefined ? '' : ' between runs';
  return `${mean} with a ${estimate.spread === 'range' ? 'range' : `95 % t interval${between}`} of ${interval}${unit}`;
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

export function citeOf(result: Result, views: readonly ScenarioView[]) {
  return {
    text:
      'Each sentence stands for itself: value, interval, rounds, setting, version and run. Copy it, or put it in your own words and keep all of these.' +
      (result.estimates.some(isRefused) ? ' A figure that may not be cited has the reasons first.' : ''),
    groups: views.map(withoutDuplicates).map((view) => groupOf(view, result)),
    bibtex: bibtexEntry(result),
  };
}

function groupOf({ scenario, places }: ScenarioView, result: Result) {
  const metrics = quotedIn(scenario);
  return {
    title: scenario.title,
    sentences: places.flatMap(({ lanes }) =>
      lanes.flatMap(({ label, estimates }) =>
        metrics.flatMap((metric) => {
          const estimate = estimates.get(metric);
          return estimate ? { lane: label, text: citationSentence(result, estimate) } : [];
        }),
      ),
    ),
  };
}
