/** What charts of lines need besides the data: ticks at the values that were set, tooltips, intervals and the limit. */

import type { Chart as ChartJs, Plugin, Scale, TooltipItem } from 'chart.js';
import type { ChartSpec, LineDataset, LinePoint, LineSpec } from '../../view/charts/chart-spec.ts';

declare const Chart: typeof ChartJs;

const CAP_PX = 3;
const NARROWEST_PX = 9;
const ROOM_FOR_TICK_PX = 14;

const specs = new Map(
  (JSON.parse(document.getElementById('charts')?.textContent ?? '[]') as readonly ChartSpec[]).flatMap((spec) =>
    'rows' in spec ? [] : [[spec.canvas, spec] as const],
  ),
);

const lines: Plugin = {
  id: 'lines',

  beforeInit(chart) {
    const spec = specs.get(chart.canvas.id);
    const options = chart.config.options;
    if (!spec || !options) return;
    const x = options.scales?.['x'];
    const ticks = spec.x.ticks ?? [];
    if (x?.ticks && ticks.length > 0) {
      x.afterBuildTicks = (axis) => {
        axis.ticks = roomy(axis, ticks).map(({ at }) => ({ value: at }));
      };
      x.ticks.callback = (value) => textAt(spec, Number(value));
    }
    const tooltip = options.plugins?.tooltip;
    if (tooltip) tooltip.callbacks = { label: (item) => labelOf(item, spec) };
  },

  beforeDatasetsDraw(chart) {
    const spec = specs.get(chart.canvas.id);
    if (!spec) return;
    if (spec.limit) drawLimit(chart, spec.limit.value);
    const { ctx } = chart;
    for (const { x, from, to, colour } of intervalsOf(chart)) {
      ctx.save();
      ctx.strokeStyle = colour;
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.moveTo(x, from);
      ctx.lineTo(x, to);
      for (const end of [from, to]) {
        ctx.moveTo(x - CAP_PX, end);
        ctx.lineTo(x + CAP_PX, end);
      }
      ctx.stroke();
      ctx.restore();
    }
  },
};

function roomy(axis: Scale, ticks: NonNullable<LineSpec['x']['ticks']>): NonNullable<LineSpec['x']['ticks']> {
  const width = axis.chart.width - 80;
  const [first, last] = [ticks[0]?.at ?? 0, ticks.at(-1)?.at ?? 1];
  const pixel = (at: number) => ((at - first) / (last - first || 1)) * width;
  const half = (text: string) => text.length * 3.6;
  const kept: { at: number; text: string }[] = [];
  for (const tick of ticks.toReversed()) {
    const next = kept[0];
    const room = next ? pixel(next.at) - pixel(tick.at) - half(next.text) - half(tick.text) : Number.POSITIVE_INFINITY;
    if (room > ROOM_FOR_TICK_PX) kept.unshift(tick);
  }
  return kept;
}

function textAt({ x }: LineSpec, value: number): string {
  const tick = x.ticks?.find(({ at }) => Math.abs(at - value) < 1e-9);
  return tick ? tick.text : numberText(value);
}

function numberText(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

function labelOf(item: TooltipItem<keyof import('chart.js').ChartTypeRegistry>, spec: LineSpec): string {
  const { x, y, round, low, high } = item.raw as LinePoint;
  const where = `${textAt(spec, x)} ${spec.x.unit}`.trim();
  const bounds =
    typeof low === 'number' && typeof high === 'number' ? ` (${numberText(low)} to ${numberText(high)})` : '';
  const which = round === undefined ? '' : `, round ${round}`;
  return `${item.dataset.label}, ${where}${which}: ${numberText(y)} ${spec.y.unit}${bounds}`;
}

function drawLimit(chart: ChartJs, value: number): void {
  const { ctx, chartArea, scales } = chart;
  const y = scales['y']?.getPixelForValue(value) ?? Number.NaN;
  ctx.save();
  ctx.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--warning');
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(chartArea.left, y);
  ctx.lineTo(chartArea.right, y);
  ctx.stroke();
  ctx.restore();
}

function intervalsOf(chart: ChartJs) {
  const scale = chart.scales['y'];
  if (!scale) return [];
  return chart.data.datasets.flatMap((dataset, at) => {
    const { data, pointBorderColor, pointRadius } = dataset as unknown as LineDataset;
    if (pointRadius === 0) return [];
    return chart.getDatasetMeta(at).data.flatMap(({ x }, index) => {
      const { low, high } = data[index] ?? {};
      if (typeof low !== 'number' || typeof high !== 'number') return [];
      // An end that the axis does not reach, as zero on a logarithmic one, stops at the axis.
      const pixel = (value: number) =>
        Math.min(scale.bottom, Math.max(scale.top, scale.getPixelForValue(value) || scale.bottom));
      const [from, to] = [pixel(high), pixel(low)];
      return to - from < NARROWEST_PX ? [] : [{ x, from, to, colour: pointBorderColor }];
    });
  });
}

Chart.register(lines);
