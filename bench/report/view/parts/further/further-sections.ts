/** Scenarios that no other part of the page shows, each with its question, one sentence, one chart and its tables. */

import { groupBy } from '../../../../stats/group.ts';
import type { FigureKind } from '../../../../stats/metrics/metrics.ts';
import { besideEachOther } from '../../charts/panels.ts';
import { gapFigure } from '../../figures/gap-figure.ts';
import { herdFigure } from '../../figures/herd-figure.ts';
import { isolationFigure } from '../../figures/isolation-figure.ts';
import { kneeFigure } from '../../figures/knee-figure.ts';
import { kindFigure } from '../../figures/metric-figure.ts';
import { tradeoffFigure } from '../../figures/tradeoff-figure.ts';
import type { Figure, Section, Table } from '../../page-model.ts';
import { apartTables } from '../../tables/apart-table.ts';
import type { Anchors } from '../../words/anchors.ts';
import { countOf } from '../../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, withoutEqualBytes } from '../../words/places.ts';
import type { Report } from '../../words/quotes.ts';
import { roundsOf } from '../../words/rounds.ts';

type FiguresOf = (view: ScenarioView, anchors: Anchors) => Figure[];

/** Those that are more than their metrics. */
const FIGURES: Partial<Readonly<Record<FigureKind, FiguresOf>>> = {
  bytes: (view, anchors) => [kindFigure(withoutEqualBytes(view), 'bytes', anchors)],
  tradeoff: (view, anchors) => [tradeoffFigure(view, anchors)],
  recovery: (view, anchors) => [kindFigure(view, 'recovery', anchors), ...herdFigure(view, anchors)],
  isolation: (view, anchors) => [isolationFigure(view, anchors)],
  knee: (view, anchors) => [kneeFigure(view, anchors)],
  gap: (view, anchors) => [gapFigure(view, anchors)],
};

/** @param isShown whether another part of the page shows a view, or a kind of its figures */
export function furtherSections(
  { views, anchors }: Pick<Report, 'views' | 'anchors'>,
  isShown: (view: ScenarioView, kind: FigureKind) => boolean,
): Section[] {
  return views.flatMap((view) => {
    const kinds = view.scenario.figures.filter((kind) => !isShown(view, kind));
    const figures = kinds.flatMap((kind) => figuresOf(view, kind, anchors));
    // Where the latency stands elsewhere, so do its parts and the polls.
    const apart = isShown(view, 'latency') ? [] : apartTables(view, anchors);
    return figures.length === 0 ? [] : sectionOf(view, figures, apart);
  });
}

function figuresOf(view: ScenarioView, kind: FigureKind, anchors: Anchors): Figure[] {
  return FIGURES[kind]?.(view, anchors) ?? [kindFigure(view, kind, anchors)];
}

/** The first figure says what was found; the charts of all of them stand beside each other. */
function sectionOf(view: ScenarioView, figures: readonly Figure[], apart: readonly Table[]): Section {
  const { title, question } = view.scenario;
  const charts = besideEachOther(figures.map((figure) => ({ title: figure.title, groups: figure.charts ?? [] })));
  const last = figures.length - 1;
  return {
    id: view.id,
    title,
    question,
    setting: view.setting,
    notes: notesOn(view),
    figures: figures.map(({ finding, ...figure }, at) => ({
      ...figure,
      finding: at === 0 ? finding : undefined,
      charts: at === 0 ? charts : undefined,
      tables: [...figure.tables, ...(at === last ? apart : [])],
    })),
  };
}

/** What is not charted, or not all of it: lanes that lack the same rounds in one sentence. */
export function notesOn({ places }: ScenarioView): string[] {
  const lacking = places.flatMap((place) => place.lanes.flatMap((lane) => lackOf(lane, place)));
  return [...groupBy(lacking, ({ lack }) => lack)].map(([lack, lanes]) => {
    const names = lanes.map(({ name }) => name);
    return `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} ${lack}`;
  });
}

function lackOf({ label, cells, valid }: LaneAtPlace, { varied }: Place): { name: string; lack: string }[] {
  const rounds = roundsOf(cells);
  const rejected = rounds - roundsOf(valid);
  if (rejected === 0) return [];
  const name = varied === undefined ? label.title : `${label.title} (${varied})`;
  const why = 'they failed, or their delivery audit did';
  if (valid.length === 0) return [{ name, lack: `not charted, without a valid round of ${rounds} (${why}).` }];
  return [{ name, lack: `charted without ${countOf(rejected, 'round')} of ${rounds}: ${why}.` }];
}
