/** A chart of lines as plain data for the page's script. */

import type { LaneLabel, LaneLine, LineAxis, LineChart } from '../page-model.ts';
import type { LineDataset, LineSpec } from './chart-spec.ts';
import { dashOf, laneColour, markOf } from './lane-marks.ts';

const WIDE_PX = 400;
const SMALL_PX = 300;
const DENSE_PX = 230;

export function lineSpec(canvas: string, chart: LineChart, isSmall: boolean): LineSpec {
  const { x, y, lanes, lines, limit, texts, expected } = chart;
  return {
    canvas,
    heightPx: chart.isDense ? DENSE_PX : isSmall ? SMALL_PX : WIDE_PX,
    x: { unit: x.unit, ...(x.ticks && { ticks: x.ticks }) },
    y: { unit: y.unit },
    texts,
    ...(limit && { limit }),
    config: {
      type: 'scatter',
      data: {
        // Estimates of all lanes above the rounds of all: they are drawn from the last to the first.
        datasets: [
          ...lanes.map((label, at) => estimates(label, lines[at], chart)),
          ...lanes.map((label, at) => rounds(label, lines[at])),
          ...(expected ? [curve(expected)] : []),
        ],
      },
      options: {
        layout: { padding: { top: 10, right: 14 } },
        scales: { x: axis(x, 'bottom'), y: axis(y, 'left') },
      },
    },
  };
}

function estimates(label: LaneLabel, line: LaneLine | undefined, { shape }: LineChart): LineDataset {
  const colour = laneColour(label);
  const isDuplicate = label.duplicateOf !== undefined;
  const isStepped = shape === 'steps';
  return {
    ...marks(label),
    // A ring around its original, where both fall together.
    pointRadius: isStepped ? 0 : isDuplicate ? 7 : 4,
    pointHoverRadius: isStepped ? 0 : 7,
    pointBackgroundColor: isDuplicate ? 'transparent' : colour,
    pointBorderWidth: isDuplicate ? 1.5 : 1,
    showLine: shape !== 'marks',
    borderColor: colour,
    borderWidth: isDuplicate ? 1 : 2,
    borderDash: dashOf(label),
    stepped: isStepped,
    data: line?.points ?? [],
  };
}

function rounds(label: LaneLabel, line: LaneLine | undefined): LineDataset {
  return { ...marks(label), pointRadius: 2, pointHoverRadius: 4, data: line?.rounds ?? [] };
}

/** Hollow, so that rounds that fall together still show. */
function marks(label: LaneLabel) {
  const { style, rotation } = markOf(label);
  return {
    label: label.title,
    pointStyle: style,
    pointRotation: rotation,
    pointBackgroundColor: 'transparent',
    pointBorderColor: laneColour(label),
    pointBorderWidth: 1,
    showLine: false,
  };
}

function curve({ text, points }: NonNullable<LineChart['expected']>): LineDataset {
  return {
    label: text,
    pointStyle: 'circle',
    pointRotation: 0,
    pointRadius: 0,
    pointHoverRadius: 0,
    pointBackgroundColor: 'transparent',
    pointBorderColor: '--ink-quiet',
    pointBorderWidth: 0,
    showLine: true,
    borderColor: '--ink-quiet',
    borderWidth: 1.5,
    borderDash: [6, 4],
    data: points,
  };
}

function axis({ title, scale, range, ticks }: LineAxis, side: 'bottom' | 'left'): object {
  const [min, max] = range;
  const isX = side === 'bottom';
  const isLoose = !isX && scale === 'linear';
  return {
    type: scale === 'log' && !ticks ? 'logarithmic' : 'linear',
    ...(isLoose ? { suggestedMin: min, suggestedMax: max } : { min, max }),
    title: { display: true, text: title, align: 'end', color: '--ink-quiet' },
    grid: isX ? { display: false } : { color: '--rule', drawTicks: false },
    border: isX ? { color: '--rule-strong' } : { display: false },
    ticks: {
      padding: isX ? 4 : 8,
      maxRotation: 0,
      ...(ticks && { autoSkip: false }),
      ...(isX ? {} : { maxTicksLimit: 8 }),
    },
  };
}
