/** A run in short: what the terminal says at its end, and `summary.md`. Plain data. */

import type { Comparison, Estimate, Result } from '../../../contract/result.ts';
import { metricOf, shownIn } from '../../../stats/metrics/metrics.ts';
import { kneeSentences } from '../figures/knee-figure.ts';
import { type Place, type ScenarioView, withoutDuplicates } from '../words/places.ts';
import { commonText } from '../words/points.ts';
import { proseText } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';
import { burstName, matrixOf } from './matrix.ts';
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

/** Of the fan-out what its matrix says, with silence and memory; of each other scenario its headline metrics. */
export function briefsOf(result: Result, views: readonly ScenarioView[]): Brief[] {
  const matrix = matrixOf(views);
  const isTold = ({ scenario: { id, figures } }: ScenarioView) =>
    matrix !== undefined && (id === matrix.view.scenario.id || figures.includes('idle'));
  const others = views.filter((view) => !isTold(view)).map(withoutDuplicates);
  return [...(matrix ? [matrixBrief(matrix, result)] : []), ...others.map((view) => scenarioBrief(view, result))];
}

function matrixBrief(matrix: BriefTable & { readonly view: ScenarioView }, result: Result): Brief {
  const { view } = matrix;
  const places = view.places.toSorted((a, b) => a.point.clients - b.point.clients);
  const [burst] = places.slice(-1);
  const latency = places.flatMap((place) => rankingsAt(place, 'latency.p50Us', burstName(place)));
  const measured = matrix.columns.map(({ metric }) => metric.id);
  const costs = ['wire.tcpIpPerDeliveryBytes', 'wire.perDeliveryBytes', 'server.cpuPerDeliveryUs'].filter((id) =>
    measured.includes(id),
  );
  return {
    title: view.scenario.title,
    setting: view.setting,
    tables: [matrix],
    rankings: [...latency, ...(burst ? costs.flatMap((id) => rankingsAt(burst, id)) : [])],
    notes: unmeasured(view, result),
  };
}

function scenarioBrief(view: ScenarioView, result: Result): Brief {
  const [place, ...others] = view.places;
  const compared = shownIn('terminal', view.scenario.figures).filter(({ metric: { shown } }) =>
    shown.comparedFor?.some((figure) => view.scenario.figures.includes(figure)),
  );
  const knees = view.scenario.figures.includes('knee') ? kneeSentences(view) : [];
  const { keepAliveSeconds } = view.scenario;
  const keepAlive = keepAliveSeconds === undefined ? [] : [`A keep-alive every ${keepAliveSeconds} s in all lanes.`];
  const isAlone = place !== undefined && others.length === 0;
  return {
    title: view.scenario.title,
    setting: commonText(view.places.map(({ point }) => point)),
    tables: briefTables(view),
    rankings: isAlone ? compared.flatMap(({ metric }) => rankingsAt(place, metric.id)) : [],
    notes: [...keepAlive, ...knees.map(({ text }) => proseText(text)), ...unmeasured(view, result)],
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
