/** Charts of the page as plain data: what Chart.js is to draw, with names of colours and without a function. */

import type { Chart, DotChart, DotSeries, Figure, LaneLabel, Panel, StackChart } from '../page-model.ts';
import type { ChartSpec, DotDataset, RowSpec, StackDataset } from './chart-spec.ts';
import { laneColour } from './lane-marks.ts';
import { lineSpec } from './line-spec.ts';

/** How series differ without colour: their shape, and the same as a character for the legend. */
export const SHAPES = [
  { style: 'circle', glyph: '●' },
  { style: 'triangle', glyph: '▲' },
  { style: 'rect', glyph: '■' },
  { style: 'rectRot', glyph: '◆' },
] as const;

const LINE_PX = 34;
const CLOSE_LINE_PX = 24;
const MANY_LANES = 12;
const ROW_GAP_PX = 12;
const SMALL_ROW_PX = 32;
const AXIS_PX = 56;
/** Rounds are drawn below their estimate, so that both can be seen. */
const ROUNDS_BELOW_PX = 12;

export function chartSpecs(figures: readonly Pick<Figure, 'charts'>[]): ChartSpec[] {
  return figures.flatMap(({ charts = [] }) =>
    charts.flatMap(({ panels }) => {
      const ranges = rangesOf(panels);
      return panels.map(({ id, chart }): ChartSpec => {
        const range = ranges.get(id) ?? {};
        if (chart.kind === 'lines') return lineSpec(id, chart, panels.length > 1);
        return chart.kind === 'dots' ? dotSpec(id, chart, range) : stackSpec(id, chart, range, panels.length > 1);
      });
    }),
  );
}

export const shapeOf = (series: number): (typeof SHAPES)[number] => SHAPES[series % SHAPES.length] ?? SHAPES[0];

const rowPx = (lines: number, linePx = LINE_PX): number => lines * linePx + ROW_GAP_PX;

const linePxOf = ({ length }: readonly LaneLabel[]): number => (length > MANY_LANES ? CLOSE_LINE_PX : LINE_PX);

function dotSpec(canvas: string, chart: DotChart, range: Range): RowSpec {
  const { unit, lanes, series } = chart;
  const from = chart.scale === 'log' ? { type: 'logarithmic' } : { beginAtZero: true };
  return {
    canvas,
    heightPx: lanes.length * rowPx(series.length, linePxOf(lanes)) + AXIS_PX,
    unit,
    rows: lanes.map(({ title }) => title),
    config: {
      type: 'scatter',
      data: { datasets: series.flatMap((one, at) => dotDatasets(chart, one, at)) },
      options: {
        layout,
        scales: {
          x: valueAxis(chart.axisTitle, { ...from, ...range }),
          y: { type: 'linear', reverse: true, min: -0.5, max: lanes.length - 0.5, ...rowAxis(lanes) },
        },
      },
    },
  };
}

function dotDatasets({ lanes, scale, series }: DotChart, one: DotSeries, at: number): DotDataset[] {
  // A logarithmic axis has no place for zero.
  const isDrawable = ({ value }: { value: number }) => scale === 'linear' || value > 0;
  const rounds = one.rounds.filter(isDrawable);
  const estimates = one.estimates.filter(isDrawable);
  const colours = lanes.map(laneColour);
  const colour = ({ row }: { row: number }): string => colours[row] ?? '--ink';
  const isDuplicate = ({ row }: { row: number }): boolean => lanes[row]?.duplicateOf !== undefined;
  const linePx = linePxOf(lanes);
  const px = rowPx(series.length, linePx);
  const below = ROUNDS_BELOW_PX / px;
  const place = ((at - (series.length - 1) / 2) * linePx - ROUNDS_BELOW_PX / 2) / px;
  const pointStyle = shapeOf(at).style;
  return [
    {
      label: `${one.label}, mean of rounds`,
      pointStyle,
      pointRadius: 4.5,
      pointHoverRadius: 6,
      pointBackgroundColor: estimates.map((one) => (isDuplicate(one) ? '--paper' : colour(one))),
      pointBorderColor: estimates.map(colour),
      pointBorderWidth: estimates.map((one) => (isDuplicate(one) ? 2 : 1)),
      data: estimates.map(({ row, value, low, high, text }) => ({
        x: value,
        y: row + place,
        row,
        estimate: { low, high, text },
      })),
    },
    {
      label: one.label,
      pointStyle,
      pointRadius: 3,
      pointHoverRadius: 5,
      // Hollow, so that rounds that fall together still show.
      pointBackgroundColor: 'transparent',
      pointBorderColor: rounds.map(colour),
      pointBorderWidth: 1,
      data: rounds.map(({ row, round, value }) => ({ x: value, y: row + place + below, row, round })),
    },
  ];
}

type Range = { readonly min?: number; readonly max?: number; readonly suggestedMax?: number };

/** One axis for all of a unit that are read side by side, or their bars and dots could not be compared; by panel. */
function rangesOf(panels: readonly Panel[]): ReadonlyMap<string, Range> {
  return new Map(
    panels.map(({ id, chart }) => [
      id,
      rangeOf(panels.map((other) => other.chart).filter(({ axisTitle }) => axisTitle === chart.axisTitle)),
    ]),
  );
}

/** On a logarithmic axis from a little below the smallest value to a little above the largest; on a linear one from zero. */
function rangeOf(all: readonly Chart[]): Range {
  const charts = all.filter((chart) => chart.kind !== 'lines');
  const isLog = charts.some((chart) => chart.kind === 'dots' && chart.scale === 'log');
  const values = charts.flatMap(valuesOf).filter((value) => !isLog || value > 0);
  if (values.length === 0) return {};
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (isLog) return { min: least * 0.8, max: most * 1.2 };
  // Chart.js finds the round end beyond it, the same one in charts of the same width.
  return { suggestedMax: most };
}

function valuesOf(chart: DotChart | StackChart): number[] {
  if (chart.kind === 'stack') {
    return chart.lanes.map((_, row) => chart.parts.reduce((sum, { values }) => sum + (values[row] ?? 0), 0));
  }
  return chart.series.flatMap(({ rounds, estimates }) => [
    ...rounds.map(({ value }) => value),
    ...estimates.flatMap(({ low, high, value }) => [value, low ?? value, high ?? value]),
  ]);
}

function stackSpec(
  canvas: string,
  { unit, lanes, parts, totals, axisTitle }: StackChart,
  range: Range,
  isSmall: boolean,
): RowSpec {
  const rows = lanes.map(({ title }) => title);
  return {
    canvas,
    heightPx: lanes.length * (isSmall ? SMALL_ROW_PX : rowPx(1)) + AXIS_PX,
    unit,
    rows,
    config: {
      type: 'bar',
      data: {
        labels: rows,
        datasets: parts.map(
          ({ label, colour, isHatched, values }, at): StackDataset => ({
            label,
            data: values,
            backgroundColor: colour,
            isHatched,
            ...(at === parts.length - 1 ? { endTexts: totals } : {}),
          }),
        ),
      },
      options: {
        indexAxis: 'y',
        layout,
        datasets: { bar: { barThickness: isSmall ? 14 : 20, borderWidth: 0 } },
        scales: {
          x: valueAxis(axisTitle, { stacked: true, beginAtZero: true, ...range }),
          y: { stacked: true, ...rowAxis(lanes) },
        },
      },
    },
  };
}

const layout = { padding: { right: 76 } };

function valueAxis(text: string, more: object): object {
  return {
    ...more,
    title: { display: true, text, align: 'end', color: '--ink-quiet' },
    grid: { color: '--rule', drawTicks: false },
    border: { display: false },
    ticks: { padding: 8, maxRotation: 0 },
  };
}

const rowAxis = (lanes: readonly LaneLabel[]): object => ({
  grid: { display: false },
  border: { color: '--rule-strong' },
  ticks: {
    color: lanes.map(({ duplicateOf }) => (duplicateOf === undefined ? '--ink' : '--ink-quiet')),
    padding: 10,
    autoSkip: false,
  },
});
