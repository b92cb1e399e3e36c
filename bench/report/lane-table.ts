/** Tables with a row for each lane of a place. */

import type { Estimate } from '../contract/result.ts';
import { formatCount, formatInterval, type Interval, type Scale } from './format.ts';
import type { Column, Table, TableCell } from './page-model.ts';
import type { LaneAtPlace, Place } from './places.ts';

export interface LaneColumn {
  readonly column: Column;
  readonly cell: (lane: LaneAtPlace) => TableCell;
}

export const NO_ROUND: TableCell = { text: 'no valid round', isRemark: true };

export function laneTable(
  place: Place,
  id: string,
  title: string,
  columns: readonly LaneColumn[],
): Omit<Table, 'definition'> {
  return {
    id,
    title: `${title}: ${place.title}`,
    columns: [{ label: 'Lane', numeric: false }, ...columns.map(({ column }) => column)],
    rows: place.lanes.map((lane) => ({
      header: lane.label.title,
      lane: lane.label,
      cells: columns.map(({ cell }) => cell(lane)),
    })),
  };
}

/** What the brackets and ratios of a place's tables are. */
export function bracketsAndRatios({ lanes }: Place): string {
  const reference = lanes.find(({ label }) => label.isReference);
  const ratio = reference ? ` Ratios: to ${reference.label.title}, paired by round.` : '';
  return `Brackets: the 95 % interval over rounds; none where the rounds agree, or there is one.${ratio}`;
}

/** @param whyMissing said when the lane has valid rounds, and still no value */
export function valueColumn(
  label: string,
  scale: Scale,
  of: (lane: LaneAtPlace) => Interval | undefined,
  whyMissing: string,
): LaneColumn {
  return {
    column: { label, unit: scale.unit, numeric: true },
    cell: (lane) => {
      if (lane.valid.length === 0) return NO_ROUND;
      const estimate = of(lane);
      if (!estimate) return { text: whyMissing, isRemark: true };
      const { value, interval } = formatInterval(estimate, scale);
      return { text: value, interval };
    },
  };
}

/** No column where no lane is compared: the reference is missing, or it is alone. */
export function ratioColumn({ lanes }: Place, metric: string, label: string): LaneColumn[] {
  if (!lanes.some(({ comparisons }) => comparisons.has(metric))) return [];
  const cell = ({ label, estimates, comparisons }: LaneAtPlace): TableCell => {
    if (label.isReference && estimates.has(metric)) return { text: '1' };
    const comparison = comparisons.get(metric);
    if (!comparison) return { text: 'none', isRemark: true };
    const { value, interval } = formatInterval({ ...comparison, value: comparison.ratio }, { factor: 1 });
    return { text: value, interval };
  };
  return [{ column: { label, unit: '×', numeric: true }, cell }];
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
