/** A run in short: what the terminal says at its end, and `summary.md`. Plain data. */

import type { Comparison, Estimate, Result } from '../../../contract/result.ts';
import { headlineOf, metricOf, shownIn } from '../../../stats/metrics/metrics.ts';
import { limitText } from '../figures/knee-figure.ts';
import { kneesOf } from '../findings/knee.ts';
import { formatCount } from '../words/format.ts';
import { type Place, type ScenarioView, withoutDuplicates } from '../words/places.ts';
import { commonText } from '../words/points.ts';
import type { Report } from '../words/quotes.ts';
import { inSentence } from '../words/wording.ts';
import { type FanOut, fanOutOf } from './matrix.ts';
import { type Ranking, rankingsOf } from './ranking.ts';
import { type BriefTable, briefTables } from './table.ts';

export interface Brief {
  readonly title: string;
  readonly setting: string;
  readonly tables: readonly BriefTable[];
  readonly rankings: readonly Ranking[];
  /** Sentences. */
  readonly notes: readonly string[];
}

/** Of the fan-out what the page's matrix says, with silence and memory; of each other scenario its headline metrics. */
export function briefsOf(report: Report): Brief[] {
  const fanOut = fanOutOf(report);
  const isTold = ({ scenario: { id, figures } }: ScenarioView) =>
    fanOut !== undefined && (id === fanOut.view.scenario.id || figures.includes('idle'));
  const others = report.views.filter((view) => !isTold(view)).map(withoutDuplicates);
  return [
    ...(fanOut ? [fanOutBrief(fanOut, report.result)] : []),
    ...others.map((view) => scenarioBrief(view, report.result)),
  ];
}

function fanOutBrief(fanOut: FanOut, result: Result): Brief {
  const { view, columns } = fanOut;
  const places = withoutDuplicates({ ...view, places: fanOut.places }).places;
  const p50 = headlineOf('latency').id;
  const where = ({ point: { clients } }: Place) =>
    clients === 1 ? 'one client' : `a burst of ${formatCount(clients)}`;
  const costs = columns.filter(({ metric }) => ['bytes', 'packets', 'cpu'].includes(metric.kind));
  const rankings = [
    ...places.flatMap((place) => rankingsAt(place, p50, where(place))),
    ...places.slice(-1).flatMap((place) => costs.flatMap(({ metric }) => rankingsAt(place, metric.id))),
  ];
  return {
    title: view.scenario.title,
    setting: view.setting,
    tables: [fanOut],
    rankings,
    notes: unmeasured(view, result),
  };
}

function scenarioBrief(view: ScenarioView, result: Result): Brief {
  const [place, ...others] = view.places;
  const compared = shownIn('terminal', view.scenario.figures).filter(({ metric: { shown } }) =>
    shown.comparedFor?.some((figure) => view.scenario.figures.includes(figure)),
  );
  const { keepAliveSeconds } = view.scenario;
  const keepAlive = keepAliveSeconds === undefined ? [] : [`A keep-alive every ${keepAliveSeconds} s in all lanes.`];
  const isAlone = place !== undefined && others.length === 0;
  return {
    title: view.scenario.title,
    setting: commonText(view.places.map(({ point }) => point)),
    tables: briefTables(view),
    rankings: isAlone ? compared.flatMap(({ metric }) => rankingsAt(place, metric.id)) : [],
    notes: [...keepAlive, ...kneeNotes(view), ...unmeasured(view, result)],
  };
}

function rankingsAt(place: Place, metric: string, where?: string): Ranking[] {
  return rankingsOf(place, metric, [inSentence(metricOf(metric).title), where].filter(Boolean).join(', '));
}

/** All figures that the briefs show, for the legend of their marks. */
export function figuresOf(briefs: readonly Brief[]): (Estimate | Comparison)[] {
  return briefs.flatMap(({ tables, rankings }) => [
    ...tables.flatMap(({ columns }) => columns.flatMap(({ cells }) => cells.flat().flatMap((one) => one ?? []))),
    ...rankings.flatMap(({ comparisons }) => comparisons),
  ]);
}

/** `Not measured: SSE.`, of the lanes that were planned. */
function unmeasured({ scenario, places }: ScenarioView, { lanes, estimates }: Result): string[] {
  const has = (id: string) => estimates.some(({ lane, scenario: of }) => lane === id && of === scenario.id);
  const planned = lanes.filter(({ id, duplicateOf }) => scenario.lanes.includes(id) && duplicateOf === undefined);
  const names = planned.filter(({ id }) => !has(id)).map(({ title }) => title);
  return names.length === 0 || places.length === 0 ? [] : [`Not measured: ${names.join(', ')}.`];
}

/** `WebSocket keeps latency p99 ≤ 100 ms up to 800 events/s, and not at 1,600 events/s (server-saturated).` */
function kneeNotes(view: ScenarioView): string[] {
  const limit = limitText(view);
  if (limit === undefined) return [];
  return kneesOf(view).flatMap(({ fixed, knees }) =>
    knees.map(({ label, held, missed, limitingFactors }) => {
      const where = fixed === undefined ? '' : `, with ${fixed},`;
      const lost = missed ? `and not at ${missed.varied}` : 'and at no setting loses it';
      const why = limitingFactors.length > 0 ? ` (${limitingFactors.join(', ')})` : '';
      return `${label.title}${where} keeps ${limit} ${held ? `up to ${held.varied}` : 'nowhere'}, ${lost}${why}.`;
    }),
  );
}
