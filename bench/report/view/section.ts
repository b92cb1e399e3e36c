/** One section of the page: a scenario, shown as the figures that it asks for. */

import type { Result } from '../../contract/result.ts';
import type { FigureKind } from '../../stats/metrics/metrics.ts';
import { apartFigures } from './figures/apart-figure.ts';
import { bytesFigure } from './figures/bytes-figure.ts';
import { figureSpec } from './figures/figures.ts';
import { gapFigure } from './figures/gap-figure.ts';
import { herdFigure } from './figures/herd-figure.ts';
import { isolationFigure } from './figures/isolation-figure.ts';
import { kneeFigure } from './figures/knee-figure.ts';
import { metricFigure } from './figures/metric-figure.ts';
import { tradeoffFigure } from './figures/tradeoff-figure.ts';
import type { Figure, Section } from './page-model.ts';
import type { Anchors } from './words/anchors.ts';
import { countOf } from './words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, withoutEqualBytes } from './words/places.ts';
import { roundsOf } from './words/rounds.ts';

type FiguresOf = (view: ScenarioView, anchors: Anchors, result: Result) => Figure[];

const ofMetrics =
  (kind: Parameters<typeof figureSpec>[0]): FiguresOf =>
  (view, anchors) => [metricFigure(view, figureSpec(kind), anchors)];

const FIGURES: Readonly<Record<FigureKind, FiguresOf>> = {
  latency: ofMetrics('latency'),
  bytes: (view, anchors) => [bytesFigure(withoutEqualBytes(view), anchors)],
  // The section of the wire has them.
  layers: () => [],
  cpu: ofMetrics('cpu'),
  memory: ofMetrics('memory'),
  tradeoff: (view, anchors) => [tradeoffFigure(view, anchors)],
  idle: ofMetrics('idle'),
  connect: ofMetrics('connect'),
  upstream: ofMetrics('upstream'),
  recovery: (view, anchors, result) => [...ofMetrics('recovery')(view, anchors, result), ...herdFigure(view, anchors)],
  isolation: (view, anchors) => [isolationFigure(view, anchors)],
  capacity: ofMetrics('capacity'),
  knee: (view, anchors) => [kneeFigure(view, anchors)],
  gap: (view, anchors) => [gapFigure(view, anchors)],
};

/** @param headQuestion the question of the page's head, which a section does not repeat */
export function sectionOf(view: ScenarioView, result: Result, headQuestion: string, anchors: Anchors): Section {
  const { title, question, figures } = view.scenario;
  return {
    id: view.id,
    title,
    question: question === headQuestion ? undefined : question,
    setting: view.setting,
    notes: view.places.flatMap((place) => place.lanes.flatMap((lane) => noteOnRounds(lane, place))),
    figures: [...figures.flatMap((figure) => FIGURES[figure](view, anchors, result)), ...apartFigures(view, anchors)],
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
