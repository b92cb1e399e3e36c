/** Draws what Chart.js does not: the interval and the text of an estimate, and the text after the end of a bar. */

import type { Chart as ChartJs, Plugin } from 'chart.js';
import type { DotDataset, DotPoint, StackDataset } from '../../view/charts/chart-spec.ts';

declare const Chart: typeof ChartJs;

const CAP_PX = 4;
const GAP_PX = 8;
const NARROWEST_PX = 13;
const SYMBOL_PX = 5;

const annotations: Plugin = {
  id: 'annotations',

  beforeDatasetsDraw(chart) {
    for (const { point, y, colour, span } of estimatesOf(chart)) {
      if (point.estimate.low === null || span.to - span.from < NARROWEST_PX) continue;
      const { ctx } = chart;
      ctx.save();
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2;
      ctx.beginPath();
      ctx.moveTo(span.from, y);
      ctx.lineTo(span.to, y);
      for (const end of [span.from, span.to]) {
        ctx.moveTo(end, y - CAP_PX);
        ctx.lineTo(end, y + CAP_PX);
      }
      ctx.stroke();
      ctx.restore();
    }
  },

  afterDatasetsDraw(chart) {
    for (const { point, y, span } of estimatesOf(chart)) {
      write(chart, point.estimate.text, y, span.from - GAP_PX, span.to + GAP_PX);
    }
    chart.data.datasets.forEach((dataset, at) => {
      const texts = (dataset as unknown as StackDataset).endTexts ?? [];
      const bars = chart.getDatasetMeta(at).data;
      texts.forEach((text, row) => {
        const bar = bars[row];
        if (bar) write(chart, text, bar.y, bar.x - GAP_PX, bar.x + GAP_PX);
      });
    });
  },
};

function estimatesOf(chart: ChartJs) {
  const scale = chart.scales['x'];
  if (!scale) return [];
  return chart.data.datasets.flatMap((dataset, at) => {
    const { data, pointBorderColor } = dataset as unknown as DotDataset;
    return chart.getDatasetMeta(at).data.flatMap(({ x, y }, index) => {
      const point = data[index];
      if (!isEstimate(point)) return [];
      const { low, high } = point.estimate;
      // An end that the axis does not reach, as zero on a logarithmic one, stops at the axis.
      const pixel = (value: number) =>
        Math.min(scale.right, Math.max(scale.left, scale.getPixelForValue(value) || scale.left));
      const ends = low === null || high === null ? [x] : [pixel(low), pixel(high)];
      const span = { from: Math.min(x - SYMBOL_PX, ...ends), to: Math.max(x + SYMBOL_PX, ...ends) };
      return { point, x, y, span, colour: pointBorderColor[index] ?? '' };
    });
  });
}

function isEstimate(point: DotPoint | number | undefined): point is DotPoint & Required<Pick<DotPoint, 'estimate'>> {
  return typeof point === 'object' && point.estimate !== undefined;
}

/** To the right of what it belongs to; to its left where the chart ends. */
function write({ ctx, width }: ChartJs, text: string, y: number, left: number, right: number): void {
  ctx.save();
  ctx.font = `600 12px ${Chart.defaults.font.family}`;
  ctx.textBaseline = 'middle';
  const fits = right + ctx.measureText(text).width <= width;
  ctx.textAlign = fits ? 'left' : 'right';
  const style = getComputedStyle(document.documentElement);
  ctx.lineWidth = 3;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = style.getPropertyValue('--paper');
  ctx.strokeText(text, fits ? right : left, y);
  ctx.fillStyle = style.getPropertyValue('--ink');
  ctx.fillText(text, fits ? right : left, y);
  ctx.restore();
}

Chart.register(annotations);
