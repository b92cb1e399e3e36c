/** What the signs of a figure mean, in the words of its key. */

import type { Chart, ChartGroup, LaneLabel } from '../page-model.ts';
import { inOrder } from '../words/places.ts';

export interface KeyItem {
  readonly text: string;
  readonly lane?: LaneLabel;
  readonly swatch?: { readonly colour: string; readonly isHatched: boolean };
  readonly sign?: '●' | '├─┤' | '○' | '╌╌' | '∘';
}

/** Lanes where they are lines, parts of bars, and how estimates and rounds are drawn. */
export function keyOf(groups: readonly ChartGroup[]): KeyItem[] {
  const charts = groups.flatMap(({ panels }) => panels.map(({ chart }) => chart));
  const measured = charts.filter(
    (chart) => chart.kind === 'dots' || (chart.kind === 'lines' && chart.shape !== 'steps'),
  );
  const lines = charts.filter((chart) => chart.kind === 'lines');
  // The title of a panel names a single lane.
  const shared = lines.filter((chart) => chart.shape !== 'steps' || chart.lanes.length > 1);
  const lanes = new Map(shared.flatMap((chart) => chart.lanes.map((label) => [label.index, label] as const)));
  const parts = charts.flatMap((chart) => (chart.kind === 'stack' ? chart.parts : []));
  const swatches = new Map(parts.map(({ label, colour, isHatched }) => [label, { colour, isHatched }]));
  const curves = new Set(lines.flatMap(({ expected }) => expected?.text ?? []));
  return [
    ...[...lanes.values()].sort(inOrder).map((lane) => ({ text: lane.title, lane })),
    ...[...swatches].map(([text, swatch]) => ({ text, swatch })),
    ...(measured.length > 0 ? readingOf(measured) : []),
    ...[...curves].map((text) => ({ text, sign: '╌╌' as const })),
  ];
}

function readingOf(charts: readonly Chart[]): KeyItem[] {
  const own = charts.find(({ reading }) => reading)?.reading;
  if (own) return own.map((text) => ({ text }));
  const has = (kind: string) => charts.some((chart) => 'spread' in chart && chart.spread === kind);
  const spreads = [...(has('interval') ? ['95 % interval'] : []), ...(has('range') ? ['range of the rounds'] : [])];
  const hasRepeat = charts.some(({ lanes }) => lanes.some(({ duplicateOf }) => duplicateOf !== undefined));
  return [
    { sign: '●', text: 'mean' },
    { sign: '├─┤', text: spreads.join(', or ') },
    { sign: '∘', text: 'one round' },
    ...(hasRepeat ? [{ sign: '○' as const, text: 'hollow: the same lane, measured a second time' }] : []),
  ];
}
