/** Charts as plots: rows, ticks, ranges and the places of texts are decided here, for both drawings. */

import type {
  Chart,
  ChartGroup,
  DotChart,
  Figure,
  LaneLine,
  LineAxis,
  LineChart,
  Panel,
  StackChart,
} from '../page-model.ts';
import { textPx } from '../svg/markup.ts';
import { laneColour, styleOf } from './lane-marks.ts';
import type { Drawing, Plot, PlotAxis, PlotText, Series } from './plot.ts';
import { boldPx, limitText, namesPx, type Spot, textsAtEnds, textsBeside } from './texts.ts';
import { linearTicks, logTicks } from './ticks.ts';

const WIDE_PX = 720;
const HALF_PX = 404;
const GAP_PX = 10;
const LINES_PX = { wide: 330, small: 230, dense: 150 };
const MANY_LANES = 12;
/** Of each row: its height, its estimates and, below them, so that both can be seen, its rounds. */
const ROW = { px: 38, estimates: 14, rounds: 26 };
const CLOSE_ROW = { px: 25, estimates: 9, rounds: 18 };
const DENSE_ROW = { px: 16, estimates: 6, rounds: 12 };
/** Between the lanes of rows so close. */
const DENSE_GAP_PX = 4;
const BAR_ROW_PX = { wide: 34, small: 24 };
const HEAD_PX = 22;
const VALUE_STEPS = { wide: 6, small: 4 };

export function drawingOf(figures: readonly Pick<Figure, 'charts'>[]): Drawing {
  const groups = figures.flatMap(({ charts = [] }) => charts);
  const lanes = groups.flatMap(({ panels }) => panels.flatMap(({ chart }) => chart.lanes));
  return {
    lanes: Object.fromEntries(lanes.map((label) => [label.index, styleOf(label)])),
    plots: groups.flatMap(plotsOf),
  };
}

/** In the order of the panels. */
export function plotsOf({ panels }: ChartGroup): Plot[] {
  const plots = panels.map(({ id, chart }) => {
    const widthPx = panels.length > 1 || chart.isDense ? HALF_PX : WIDE_PX;
    if (chart.kind === 'lines') return linesPlot(id, chart, widthPx);
    const range = sharedRange(chart, panels);
    return chart.kind === 'dots' ? dotsPlot(id, chart, range, widthPx) : barsPlot(id, chart, range, widthPx);
  });
  return plots.map((plot) => ({ ...plot, series: plot.series.filter(({ values }) => values.length > 0) }));
}

/** One range for all of an axis that are read side by side, or their bars and dots could not be compared. */
function sharedRange(chart: DotChart | StackChart, panels: readonly Panel[]): readonly [number, number] {
  const isLog = isLogarithmic(chart);
  const values = panels
    .flatMap(({ chart: other }) => (other.axisTitle === chart.axisTitle ? valuesOf(other) : []))
    .filter((value) => !isLog || value > 0);
  if (values.length === 0) return isLog ? [1, 10] : [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return isLog ? [least * 0.8, most * 1.2] : [Math.min(0, least), most];
}

const isLogarithmic = (chart: Chart): boolean => chart.kind === 'dots' && chart.scale === 'log';

function valuesOf(chart: Chart): number[] {
  if (chart.kind === 'lines') return [];
  if (chart.kind === 'stack') {
    return chart.lanes.map((_, row) => chart.parts.reduce((sum, { values }) => sum + (values[row] ?? 0), 0));
  }
  return chart.series.flatMap(({ rounds, estimates }) => [
    ...rounds.map(({ value }) => value),
    ...estimates.flatMap(({ low, high, value }) => [value, low ?? value, high ?? value]),
  ]);
}

function valueAxis(
  { axisTitle: title, unit }: Chart,
  isLog: boolean,
  range: readonly [number, number],
  widthPx: number,
): PlotAxis {
  const steps = widthPx < WIDE_PX ? VALUE_STEPS.small : VALUE_STEPS.wide;
  const { isDecades, ...axis } = isLog ? logTicks(range) : linearTicks(range, steps);
  return { title: scaledTitle(title, isLog, isDecades), unit, isLog, ...axis };
}

function scaledTitle(title: string, isLog: boolean, isDecades: boolean): string {
  return isLog ? `${title} (${isDecades ? 'each line × 10' : 'logarithmic'})` : title;
}

/** A row a lane; where there are several series, a line for its name and a row for each of them. */
function dotsPlot(id: string, chart: DotChart, range: readonly [number, number], widthPx: number): Plot {
  const { lanes, series } = chart;
  const isLog = chart.scale === 'log';
  const x = valueAxis(chart, isLog, range, widthPx);
  const { isDense = false } = chart;
  const row = isDense ? DENSE_ROW : series.length > 1 || lanes.length > MANY_LANES ? CLOSE_ROW : ROW;
  const headPx = series.length > 1 && !isDense ? HEAD_PX : 0;
  const lanePx = headPx + series.length * row.px + (isDense ? DENSE_GAP_PX : 0);
  const topOf = (lane: number, at: number): number => lane * lanePx + headPx + at * row.px;
  const names = roundNames(series.flatMap((one) => one.rounds));
  const drawn = lanes.flatMap(({ index }, lane) =>
    series.map(({ label, estimates, rounds }, at) => {
      const of = { lane: index, name: series.length > 1 ? label : undefined };
      const [y, below] = [topOf(lane, at) + row.estimates, topOf(lane, at) + row.rounds];
      // A logarithmic axis has no place for zero: its text alone stands at the axis.
      const isDrawable = ({ value }: { value: number }) => !isLog || value > 0;
      const mine = estimates.filter((one) => one.row === lane);
      return {
        estimates: {
          kind: 'estimates' as const,
          ...of,
          values: mine.filter(isDrawable).map(({ value, low, high }) => [short(value), y, ...ends(low, high, x)]),
        },
        rounds: {
          kind: 'rounds' as const,
          ...of,
          values: rounds
            .filter((one) => one.row === lane && isDrawable(one))
            .map(({ value, round }) => [short(value), below, names.indexOf(round)]),
        },
        texts: mine.map(({ value, high, text }): PlotText => {
          const end = Math.max(value, high ?? value, x.range[0]);
          return { text, x: short(end), y, dx: GAP_PX, lane: index };
        }),
      };
    }),
  );
  const texts = drawn.flatMap((one) => one.texts);
  const ticks = lanes.flatMap(({ title }, lane): PlotAxis['ticks'] =>
    headPx === 0
      ? series.map(({ label }, at) => {
          const text = series.length === 1 ? title : [at === 0 && title, label].filter(Boolean).join(', ');
          return [topOf(lane, at) + row.estimates, text, at > 0] as const;
        })
      : [
          [lane * lanePx + HEAD_PX / 2 + 2, title],
          ...series.map(({ label }, at) => [topOf(lane, at) + row.estimates, label, true] as const),
        ],
  );
  return {
    id,
    kind: 'rows',
    widthPx,
    heightPx: lanes.length * lanePx,
    ...sidesOf(ticks, texts),
    x,
    y: rowAxis(ticks, lanes.length * lanePx),
    series: [...drawn.map(({ estimates }) => estimates), ...drawn.map(({ rounds }) => rounds)],
    texts,
    names: namesOf(lanes),
    rounds: names,
  };
}

function barsPlot(id: string, chart: StackChart, range: readonly [number, number], widthPx: number): Plot {
  const { lanes, parts, totals } = chart;
  const rowPx = widthPx < WIDE_PX ? BAR_ROW_PX.small : BAR_ROW_PX.wide;
  const middleOf = (row: number): number => (row + 0.5) * rowPx;
  const startOf = (part: number, row: number): number =>
    parts.slice(0, part).reduce((sum, { values }) => sum + (values[row] ?? 0), 0);
  const texts = lanes.map(({ index }, row): PlotText => {
    const text = totals[row] ?? '';
    const end = short(startOf(parts.length, row));
    return { text, x: end, y: middleOf(row), dx: GAP_PX, lane: index };
  });
  const ticks = lanes.map(({ title }, row) => [middleOf(row), title] as const);
  return {
    id,
    kind: 'bars',
    widthPx,
    heightPx: lanes.length * rowPx,
    ...sidesOf(ticks, texts),
    x: valueAxis(chart, false, range, widthPx),
    y: rowAxis(ticks, lanes.length * rowPx),
    series: parts.map(({ label, colour, isHatched, values }, part) => ({
      kind: 'bars',
      name: label,
      colour,
      isHatched,
      values: values.map((value, row) => {
        const from = startOf(part, row);
        return [short(from), short(from + value), middleOf(row)] as const;
      }),
    })),
    texts,
    names: {},
    rounds: [],
  };
}

function sidesOf(ticks: PlotAxis['ticks'], texts: readonly PlotText[]): Pick<Plot, 'leftPx' | 'endPx'> {
  return {
    leftPx: Math.max(0, ...ticks.map(([, text]) => textPx(text))) + GAP_PX + 2,
    endPx: Math.max(0, ...texts.map(({ text }) => boldPx(text))) + GAP_PX,
  };
}

function rowAxis(ticks: PlotAxis['ticks'], heightPx: number): PlotAxis {
  return { title: '', unit: '', isLog: false, range: [0, heightPx], ticks };
}

function linesPlot(id: string, chart: LineChart, widthPx: number): Plot {
  const { lanes, lines, limit, texts, shape, expected } = chart;
  const isSmall = widthPx < WIDE_PX;
  const heightPx = LINES_PX[chart.isDense ? 'dense' : isSmall ? 'small' : 'wide'];
  const [x, y] = [lineAxis(chart.x, isSmall, true), lineAxis(chart.y, isSmall, chart.y.scale === 'log')];
  const leftPx = Math.max(...y.ticks.map(([, text]) => textPx(text))) + GAP_PX + 2;
  const whole = { widthPx: widthPx - leftPx, heightPx };
  const behindPx =
    texts === 'ends'
      ? namesPx(
          lanes.map(({ title }) => title),
          whole,
        )
      : 0;
  // Half of the last tick's text lies beyond the area.
  const endPx = Math.max(behindPx, GAP_PX, textPx(x.ticks.at(-1)?.[1] ?? '') / 2 + 2);
  const area = { widthPx: whole.widthPx - endPx, heightPx };
  const spotOf = (at: { x: number; y: number }, text = ''): Spot => ({
    text,
    x: short(at.x),
    y: short(at.y),
    px: shareOf(at.x, x) * area.widthPx,
    py: (1 - shareOf(at.y, y)) * heightPx,
  });
  const named = lanes.map((label, at) => ({
    label,
    points: (lines[at]?.points ?? []).filter((one) => has(one, x, y)),
  }));
  const marks = shape === 'steps' ? [] : named.flatMap(({ points }) => points.map((point) => spotOf(point)));
  const line = limit && limitText(spotOf({ x: x.range[0], y: limit.value }, limit.text), area, marks);
  const taken = line ? [line.box] : [];
  const lineEnds = named.flatMap(({ label, points }) => {
    const last = points.at(-1);
    return last ? [{ ...spotOf(last, label.title), lane: label.index, colour: laneColour(label) }] : [];
  });
  const beside = named.flatMap(({ label, points }) =>
    points.flatMap((point) => (point.text === undefined ? [] : { ...spotOf(point, point.text), lane: label.index })),
  );
  const names = roundNames(lines.flatMap(({ rounds }) => rounds));
  return {
    id,
    kind: 'lines',
    widthPx,
    heightPx,
    leftPx,
    endPx,
    x,
    y,
    series: [
      ...named.map(
        ({ label: { index }, points }): Series => ({
          kind: 'estimates',
          lane: index,
          line: shape === 'marks' ? undefined : shape,
          values: points.map(({ x: at, y: value, low = null, high = null }) => [
            short(at),
            short(value),
            ...ends(low, high, y),
          ]),
        }),
      ),
      ...lanes.map(
        ({ index }, at): Series => ({ kind: 'rounds', lane: index, values: roundsOf(lines[at], names, x, y) }),
      ),
      ...(expected
        ? [
            {
              kind: 'curve' as const,
              name: expected.text,
              values: expected.points.map((at) => [short(at.x), short(at.y)] as const),
            },
          ]
        : []),
    ],
    texts: [
      ...(texts === 'points' ? textsBeside(beside, area, marks, taken) : []),
      ...(texts === 'ends' && behindPx > 0 ? textsAtEnds(lineEnds, area, marks, taken) : []),
      ...(line ? [{ ...line.text, colour: '--warning' }] : []),
    ],
    limit: limit?.value,
    names: namesOf(lanes),
    rounds: names,
  };
}

function roundsOf(line: LaneLine | undefined, names: readonly string[], x: PlotAxis, y: PlotAxis) {
  return (line?.rounds ?? [])
    .filter((one) => has(one, x, y))
    .map((one) => [short(one.x), short(one.y), names.indexOf(one.round ?? '')]);
}

function lineAxis({ title, unit, scale, range, ticks }: LineAxis, isSmall: boolean, isFixed: boolean): PlotAxis {
  if (ticks) return { title, unit, isLog: false, range, ticks: ticks.map(({ at, text }) => [at, text] as const) };
  const isLog = scale === 'log';
  const steps = isSmall ? VALUE_STEPS.small : VALUE_STEPS.wide;
  const { isDecades, ...axis } = isLog ? logTicks(range) : linearTicks(range, steps, isFixed);
  return { title: scaledTitle(title, isLog, isDecades), unit, isLog, ...axis };
}

/** A logarithmic axis has no place for zero. */
const has = (at: { readonly x: number; readonly y: number }, x: PlotAxis, y: PlotAxis): boolean =>
  (!x.isLog || at.x > 0) && (!y.isLog || at.y > 0);

/** How far along an axis, from 0 to 1. */
export function shareOf(value: number, { isLog, range: [from, to] }: PlotAxis): number {
  return isLog ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
}

/** An end that the axis does not reach, as zero on a logarithmic one, stops at the axis. */
function ends(low: number | null, high: number | null, { range: [from, to] }: PlotAxis): (number | null)[] {
  if (low === null || high === null) return [];
  return [short(Math.max(from, low)), short(Math.min(to, high))];
}

const namesOf = (lanes: Chart['lanes']): Plot['names'] =>
  Object.fromEntries(lanes.map(({ index, title }) => [index, title]));

const roundNames = (rounds: readonly { readonly round?: string }[]): string[] => [
  ...new Set(rounds.flatMap(({ round }) => round ?? [])),
];

/** Five digits: what is drawn needs no more, and each costs a byte of the page. */
const short = (value: number): number => Number(value.toPrecision(5));
