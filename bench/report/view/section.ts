/** One section of the page: a scenario, shown as the figures that it asks for. */

import type { Result } from '../../contract/result.ts';
import { bytesFigure } from './figures/bytes-figure.ts';
import { emptyPollsFigure } from './figures/empty-polls-figure.ts';
import { CAPACITY, CONNECT, CPU, IDLE, LATENCY, MEMORY, RECOVERY, UPSTREAM } from './figures/figures.ts';
import { gapFigure } from './figures/gap-figure.ts';
import { handshakeFigure } from './figures/handshake-figure.ts';
import { herdFigure } from './figures/herd-figure.ts';
import { isolationFigure } from './figures/isolation-figure.ts';
import { kneeFigure } from './figures/knee-figure.ts';
import { layersFigure } from './figures/layers-figure.ts';
import { levelsFigure } from './figures/levels-figure.ts';
import { type MetricFigureSpec, metricFigure } from './figures/metric-figure.ts';
import { tradeoffFigure } from './figures/tradeoff-figure.ts';
import type { Figure, Section } from './page-model.ts';
import { lanesOf } from './tables/lane-table.ts';
import type { Anchors } from './words/anchors.ts';
import { countOf } from './words/format.ts';
import { type LaneAtPlace, type Place, roundsOf, type ScenarioView, withoutEqualBytes } from './words/places.ts';

type FigureKind = ScenarioView['scenario']['figures'][number];
type FiguresOf = (view: ScenarioView, anchors: Anchors, result: Result) => Figure[];

const ofMetrics =
  (spec: MetricFigureSpec): FiguresOf =>
  (view, anchors) => [metricFigure(view, spec, anchors)];

const FIGURES: Readonly<Record<FigureKind, FiguresOf>> = {
  latency: ofMetrics(LATENCY),
  bytes: (view, anchors) => [bytesFigure(withoutEqualBytes(view), anchors)],
  layers: (all, anchors, result) => {
    const view = withoutEqualBytes(all);
    const hasLedger = lanesOf(view).some(({ valid }) => valid.some(({ wire }) => wire.ledger));
    const emptyPolls = emptyPollsFigure(view, result, anchors);
    return [
      ...(hasLedger ? [layersFigure(view, anchors)] : []),
      levelsFigure(view, result.environment, anchors),
      ...(hasLedger ? [handshakeFigure(view, anchors)] : []),
      ...(emptyPolls ? [emptyPolls] : []),
    ];
  },
  cpu: ofMetrics(CPU),
  memory: ofMetrics(MEMORY),
  tradeoff: (view, anchors) => [tradeoffFigure(view, anchors)],
  idle: ofMetrics(IDLE),
  connect: ofMetrics(CONNECT),
  upstream: ofMetrics(UPSTREAM),
  recovery: (view, anchors) => [metricFigure(view, RECOVERY, anchors), herdFigure(view, anchors) ?? []].flat(),
  isolation: (view, anchors) => [isolationFigure(view, anchors)],
  capacity: ofMetrics(CAPACITY),
  knee: (view, anchors) => [kneeFigure(view, anchors)],
  gap: (view, anchors) => [gapFigure(view, anchors)],
};

/** @param asked the question of the page's head, which a section does not repeat */
export function sectionOf(view: ScenarioView, result: Result, asked: string, anchors: Anchors): Section {
  const { title, question, figures } = view.scenario;
  return {
    id: view.id,
    title,
    question: question === asked ? undefined : question,
    setting: view.setting,
    notes: view.places.flatMap((place) => place.lanes.flatMap((lane) => noteOnRounds(lane, place))),
    figures: figures.flatMap((figure) => FIGURES[figure](view, anchors, result)),
  };
}

function noteOnRounds({ label, cells, valid }: LaneAtPlace, { varied }: Place): string[] {
  const rounds = roundsOf(cells);
  const rejected = rounds - roundsOf(valid);
  if (rejected === 0) return [];
  const name = varied === undefined ? label.title : `${label.title} (${varied})`;
  const why = 'they failed, or their delivery audit did';
  if (valid.length === 0) return [`${name} is not charted: it has no valid round of ${rounds} (${why}).`];
  return [`${name} is charted without ${countOf(rejected, 'round')} of ${rounds}: ${why}.`];
}
