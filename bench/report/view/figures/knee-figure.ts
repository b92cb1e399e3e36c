/** How far a load can be raised: a metric against it, the limit as a line, and where each lane crosses it. */

import { latencyMetric, metricOf } from '../../../stats/metrics/metrics.ts';
import { type Knee, kneesOf } from '../findings/knee.ts';
import type { Figure, Prose, Table } from '../page-model.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatExact, scaleOf, withUnit } from '../words/format.ts';
import { type ScenarioView, withoutDuplicates } from '../words/places.ts';
import { inSentence } from '../words/wording.ts';
import { metricFigure } from './metric-figure.ts';

export function kneeFigure(view: ScenarioView, anchors: Anchors): Figure {
  const { limit } = view.scenario;
  const metric = limit ? metricOf(limit.metric) : latencyMetric('p99');
  const text = limitText(view);
  const drawn = limit && text !== undefined ? { max: limit.max, text } : undefined;
  const figure = metricFigure(view, { name: 'knee', metrics: [metric], limit: drawn }, anchors);
  if (text === undefined) return figure;
  return {
    ...figure,
    definition: `${figure.definition} The load rises step by step, for each lane until it no longer keeps ${text}.`,
    finding: kneeFinding(view, text),
    tables: [...figure.tables, kneeTable(view, text, anchors.take(`${figure.id} limit`))],
  };
}

/** `p99 latency ≤ 50 ms`; undefined where the scenario sets none. */
export function limitText({ scenario: { limit } }: Pick<ScenarioView, 'scenario'>): string | undefined {
  if (!limit) return undefined;
  const metric = metricOf(limit.metric);
  const scale = scaleOf(metric, [limit.max]);
  return `${inSentence(metric.title)} ≤ ${withUnit(formatExact(limit.max / scale.factor), scale)}`;
}

function kneeTable(view: ScenarioView, limit: string, id: string): Table {
  const sweeps = kneesOf(view);
  const columns = ['Lane', 'Keeps the limit up to', 'Not at', 'What gave out'];
  return {
    id,
    title: `Where the limit is reached: ${view.scenario.title}`,
    definition:
      `Keeps the limit (${limit}): in every round, at this setting and all before it. What gave out: in the ` +
      'rounds that did not keep it, who had no time left, by the code of the warning, or what failed.',
    columns: columns.map((label) => ({ label, numeric: false })),
    rows: sweeps.flatMap(({ fixed, knees }) =>
      knees.map((knee) => ({
        header: knee.label.title,
        group: sweeps.length > 1 ? fixed : undefined,
        lane: knee.label,
        cells: kneeTexts(knee).map(({ text, isRemark }) => ({ text, isRemark })),
      })),
    ),
  };
}

export function kneeTexts({ held, missed, limitingFactors }: Knee): { text: string; isRemark: boolean }[] {
  const cell = (text: string | undefined, remark: string) => ({ text: text ?? remark, isRemark: text === undefined });
  return [
    cell(held?.varied, held ? 'the only setting' : 'no setting'),
    cell(missed?.varied, missed ? 'the only setting' : 'not reached'),
    cell(limitingFactors.join(', ') || undefined, missed ? 'the limit alone' : 'nothing'),
  ];
}

function kneeFinding(view: ScenarioView, limit: string): Prose | undefined {
  const knees = kneesOf(withoutDuplicates(view)).flatMap((sweep) => sweep.knees);
  const reached = knees.filter(({ missed }) => missed);
  if (knees.length === 0) return undefined;
  if (reached.length === 0) return [`Every lane keeps ${limit} at all settings.`];
  const points = view.places.map(({ point }) => point);
  const order = ({ held }: Knee) => (held ? points.indexOf(held.point) : -1);
  const first = reached.reduce((least, knee) => (order(knee) < order(least) ? knee : least));
  const { held } = first;
  return [
    `${countOf(reached.length, 'lane')} of ${knees.length} reached the limit, `,
    { strong: first.label.title },
    held ? ` the soonest: it keeps ${limit} up to ${held.varied}.` : ` at its first setting.`,
  ];
}
