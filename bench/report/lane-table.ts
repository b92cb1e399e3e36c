/** Tables with a row for each lane of each place of a scenario. */

import type { CompletedCell, Estimate } from '../contract/result.ts';
import { formatCount, formatExact, formatInterval, formatRange, type Interval, RATIO, type Scale } from './format.ts';
import type { Column, Table, TableCell } from './page-model.ts';
import type { LaneAtPlace, Place, ScenarioView } from './places.ts';

export interface LaneColumn {
  readonly column: Column;
  readonly cell: (lane: LaneAtPlace, place: Place) => TableCell;
}

export const NO_ROUND: TableCell = { text: 'no valid round', isRemark: true };

export function laneTable(
  { scenario, places }: ScenarioView,
  id: string,
  title: string,
  columns: readonly LaneColumn[],
): Omit<Table, 'definition'> {
  return {
    id,
    title: `${title}: ${scenario.title}`,
    columns: [{ label: 'Lane', numeric: false }, ...columns.map(({ column }) => column)],
    rows: places.flatMap((place) =>
      place.lanes.map((lane) => ({
        header: lane.label.title,
        group: place.varied,
        lane: lane.label,
        cells: columns.map(({ cell }) => cell(lane, place)),
      })),
    ),
  };
}

export function referenceOf(view: ScenarioView): string | undefined {
  return lanesOf(view).find(({ label }) => label.isReference)?.label.title;
}

export function lanesOf({ places }: ScenarioView): readonly LaneAtPlace[] {
  return places.flatMap(({ lanes }) => lanes);
}

/** What the brackets and ratios of a scenario's tables are. */
export function bracketsAndRatios(view: ScenarioView): string {
  const reference = referenceOf(view);
  const ratio = reference ? ` Ratios: to ${reference}, paired by round.` : '';
  return `Brackets: the 95 % interval over rounds; none where the rounds agree, or there is one.${ratio}`;
}

/** @param whyMissing said when the lane has valid rounds, and still no value */
export function valueColumn(
  label: string,
  scale: Scale,
  of: (lane: LaneAtPlace, place: Place) => Interval | undefined,
  whyMissing: string,
): LaneColumn {
  return {
    column: { label, unit: scale.unit, numeric: true },
    cell: (lane, place) => {
      if (lane.valid.length === 0) return NO_ROUND;
      const estimate = of(lane, place);
      if (!estimate) return { text: whyMissing, isRemark: true };
      const { value, interval } = formatInterval(estimate, scale);
      return { text: value, interval };
    },
  };
}

/** Bytes come out the same in every round, or nearly so: the exact value, or the lowest and the highest. */
export function exactColumn(
  label: string,
  of: (cell: CompletedCell) => number | undefined,
  whyMissing: string,
  unit = 'B',
): LaneColumn {
  return {
    column: { label, unit, numeric: true },
    cell: ({ valid }) => {
      if (valid.length === 0) return NO_ROUND;
      const range = formatRange(
        valid.flatMap((cell) => of(cell) ?? []),
        formatExact,
      );
      return range === undefined ? { text: whyMissing, isRemark: true } : { text: range };
    },
  };
}

/** No column where no lane is compared: the reference is missing, or it is alone. */
export function ratioColumn(view: ScenarioView, metric: string, label: string): LaneColumn[] {
  if (!lanesOf(view).some(({ comparisons }) => comparisons.has(metric))) return [];
  return [
    ratiosColumn(label, ({ label, estimates, comparisons }) => {
      if (label.isReference && estimates.has(metric)) return { value: 1, low: 1, high: 1 };
      const comparison = comparisons.get(metric);
      return comparison && { ...comparison, value: comparison.ratio };
    }),
  ];
}

export function ratiosColumn(label: string, of: (lane: LaneAtPlace, place: Place) => Interval | undefined): LaneColumn {
  return {
    column: { label, unit: '×', numeric: true },
    cell: (lane, place) => {
      const ratio = of(lane, place);
      if (!ratio) return { text: 'none', isRemark: true };
      const { value, interval } = formatInterval(ratio, RATIO);
      return { text: value, interval };
    },
  };
}

/** How many rounds stand behind the estimates: of the first of these metrics that a lane has. */
export function roundsColumn(metrics: readonly string[]): LaneColumn {
  return {
    column: { label: 'Rounds', unit: 'n', numeric: true },
    cell: (lane) => ({ text: formatCount(firstEstimate(lane, metrics)?.rounds ?? 0) }),
  };
}

export function deliveriesColumn(metrics: readonly string[]): LaneColumn {
  return {
    column: { label: 'Deliveries', unit: '', numeric: true },
    cell: (lane) => ({ text: formatCount(firstEstimate(lane, metrics)?.samples ?? 0) }),
  };
}

function firstEstimate({ estimates }: LaneAtPlace, metrics: readonly string[]): Estimate | undefined {
  return metrics.flatMap((metric) => estimates.get(metric) ?? [])[0];
}
