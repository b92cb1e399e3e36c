/** The charts of a figure, in the groups in which a scenario's points are swept: a curve along numbers, or one chart a place. */

import type { Chart, ChartGroup } from '../page-model.ts';
import type { Anchors } from '../words/anchors.ts';
import type { Place, ScenarioView, SweepView } from '../words/places.ts';
import type { Along } from '../words/points.ts';

/** A sweep over enough numbers to be a curve. */
export interface Curve extends SweepView {
  readonly along: Along;
}

const FEWEST_FOR_A_CURVE = 3;

/**
 * @param chartOf undefined where a place has nothing to draw: no group or panel is left empty
 * @param curvesOf charts for all curves, in their order, on axes that they share; without it each place has its chart
 */
export function chartGroups(
  { sweeps, places }: ScenarioView,
  figureId: string,
  anchors: Anchors,
  chartOf: (place: Place) => Chart | undefined,
  curvesOf?: (curves: readonly Curve[]) => readonly (Chart | undefined)[],
): ChartGroup[] {
  const curves = curvesOf ? sweeps.filter(isCurve) : [];
  const charts = curvesOf?.(curves) ?? [];
  const drawn = curves.flatMap((curve, at) => {
    const chart = charts[at];
    return chart ? [{ curve, chart }] : [];
  });
  const names = [...new Set(drawn.map(({ curve }) => curve.along.name))];
  const panelOf = (chart: Chart, title: string | undefined, where: string | undefined) => ({
    id: anchors.take(`${figureId} chart`),
    title,
    chart: { ...chart, label: where === undefined ? chart.label : `${where}. ${chart.label}` },
  });
  return [
    ...names.map((name): ChartGroup => {
      const along = drawn.filter(({ curve }) => curve.along.name === name);
      return {
        title: names.length > 1 ? `${name} varied` : undefined,
        panels: along.map(({ curve: { along }, chart }) =>
          panelOf(chart, [along.fixed, along.partiallySet].filter(Boolean).join('; ') || undefined, along.fixed),
        ),
      };
    }),
    ...sweeps.flatMap((sweep): ChartGroup[] => {
      if (curvesOf && isCurve(sweep)) return [];
      const panels = sweep.places.flatMap(({ place, title }) => {
        const chart = chartOf(place);
        return chart ? [panelOf(chart, places.length > 1 ? title : undefined, place.varied)] : [];
      });
      return panels.length === 0 ? [] : [{ title: sweep.title, panels }];
    }),
  ];
}

/** Several quantities of the same places: side by side where each has one chart, else one after another. */
export function besideEachOther(plots: readonly { title: string; groups: readonly ChartGroup[] }[]): ChartGroup[] {
  const [only, ...others] = plots.filter(({ groups }) => groups.length > 0);
  if (!only) return [];
  if (others.length === 0) return [...only.groups];
  const all = [only, ...others];
  const single = all.flatMap(({ title, groups: [group, ...more] }) => {
    const [panel, ...morePanels] = group?.panels ?? [];
    return panel && more.length === 0 && morePanels.length === 0 ? [{ ...panel, title }] : [];
  });
  if (single.length === all.length) return [{ title: undefined, panels: single }];
  return all.flatMap(({ title: plot, groups }) =>
    groups.map(({ title, panels }) => ({ title: title === undefined ? plot : `${plot}: ${title}`, panels })),
  );
}

function isCurve(sweep: SweepView): sweep is Curve {
  const { along, places } = sweep;
  return (
    along !== undefined &&
    places.length >= FEWEST_FOR_A_CURVE &&
    places.every(({ place }) => along.valueOf(place.point) !== undefined)
  );
}
