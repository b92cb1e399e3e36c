/** The charts of a figure: one for each place, in the groups in which a scenario's points are swept. */

import type { Anchors } from './anchors.ts';
import type { Chart, ChartGroup } from './page-model.ts';
import type { Place, ScenarioView } from './places.ts';

/** @param chartOf undefined where a place has nothing to draw: no group or panel is left empty */
export function chartGroups(
  { sweeps, places }: ScenarioView,
  figureId: string,
  anchors: Anchors,
  chartOf: (place: Place) => Chart | undefined,
): ChartGroup[] {
  return sweeps.flatMap(({ title, places: swept }): ChartGroup[] => {
    const panels = swept.flatMap(({ place, title }) => {
      const chart = chartOf(place);
      if (!chart) return [];
      const label = place.varied === undefined ? chart.label : `${place.varied}. ${chart.label}`;
      return {
        id: anchors.take(`${figureId} chart`),
        title: places.length > 1 ? title : undefined,
        chart: { ...chart, label },
      };
    });
    return panels.length === 0 ? [] : [{ title, panels }];
  });
}
