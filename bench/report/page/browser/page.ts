/** Draws the charts that the page brings as data, in the colours of the page's style, and again when those change. */

import type { ChartConfiguration, Chart as ChartJs, Scale, TooltipItem } from 'chart.js';
import type { ChartSpec, DotPoint, RowSpec } from '../../view/charts/chart-spec.ts';

declare const Chart: typeof ChartJs;

const NARROW_PX = 560;
const LINE_LENGTH = 12;

const specs = JSON.parse(document.getElementById('charts')?.textContent ?? '[]') as readonly ChartSpec[];
let charts: readonly ChartJs[] = [];

function draw(): void {
  for (const chart of charts) chart.destroy();
  const style = getComputedStyle(document.documentElement);
  Chart.defaults.font.family = style.getPropertyValue('--sans');
  Chart.defaults.font.size = 12.5;
  Chart.defaults.color = style.getPropertyValue('--ink-quiet');
  Chart.defaults.animation = false;
  charts = specs.flatMap((spec) => {
    const canvas = document.getElementById(spec.canvas);
    return canvas instanceof HTMLCanvasElement ? new Chart(canvas, configOf(spec, style)) : [];
  });
}

function configOf(spec: ChartSpec, style: CSSStyleDeclaration): ChartConfiguration {
  const config = coloured(spec.config, style) as ChartConfiguration;
  for (const dataset of config.data.datasets) {
    if ('isHatched' in dataset && dataset.isHatched) dataset.backgroundColor = stripes(String(dataset.backgroundColor));
  }
  const options: Options = config.options ?? {};
  const { x, y } = options.scales ?? {};
  if (x?.ticks) x.ticks.callback = axisNumber;
  if (y?.ticks) y.ticks.callback = axisNumber;
  const plugins: typeof options.plugins = { legend: { display: false }, tooltip: { displayColors: false } };
  const whole = { ...options, plugins, responsive: true, maintainAspectRatio: false };
  return { ...config, options: 'rows' in spec ? withRows(whole, spec, config.type) : whole };
}

type Options = NonNullable<ChartConfiguration['options']>;

function withRows(options: Options, { rows, unit }: RowSpec, type: string): Options {
  const { y } = options.scales ?? {};
  if (y?.ticks) y.ticks.callback = (value) => rowName(rows[Number(value)] ?? '');
  if (y && type === 'scatter') {
    y.afterBuildTicks = (axis) => {
      axis.ticks = rows.map((_, value) => ({ value }));
    };
  }
  const callbacks = {
    title: ([item]: Item[]) => (item ? (rows[rowOf(item)] ?? '') : ''),
    label: (item: Item) => `${labelOf(item)}: ${numberOf(item)} ${unit}`,
  };
  return { ...options, plugins: { ...options.plugins, tooltip: { displayColors: false, callbacks } } };
}

function coloured(value: unknown, style: CSSStyleDeclaration): unknown {
  if (typeof value === 'string') return value.startsWith('--') ? style.getPropertyValue(value) : value;
  if (Array.isArray(value)) return value.map((one) => coloured(one, style));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, style)]));
}

function stripes(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6;
  const context = tile.getContext('2d');
  if (!context) return colour;
  context.strokeStyle = colour;
  context.lineWidth = 2.4;
  context.beginPath();
  // The corners are drawn too, so that tiles meet without a gap.
  for (const shift of [-6, 0, 6]) {
    context.moveTo(shift - 1, 7);
    context.lineTo(shift + 7, -1);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}

/** On a logarithmic axis 1, 2 and 5 of each power of ten; where it spans much, the powers alone. */
function axisNumber(this: Scale, value: string | number): string | null {
  const number = Number(value);
  if (this.type === 'logarithmic' && this.max / this.min > 3) {
    const first = Number(number.toExponential().split('e')[0]);
    const isWide = this.max / this.min > (this.isHorizontal() && this.width > NARROW_PX ? 1_000 : 30);
    if (!(isWide ? [1] : [1, 2, 5]).includes(first)) return null;
  }
  return number.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function rowName(name: string): string | string[] {
  if (window.innerWidth > NARROW_PX || name.length <= LINE_LENGTH) return name;
  const lines: string[] = [];
  for (const word of name.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < LINE_LENGTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const pointOf = ({ raw }: TooltipItem<keyof import('chart.js').ChartTypeRegistry>): DotPoint | undefined =>
  typeof raw === 'object' && raw !== null ? (raw as DotPoint) : undefined;

type Item = Parameters<typeof pointOf>[0];

const rowOf = (item: Item): number => pointOf(item)?.row ?? item.dataIndex;

function labelOf(item: Item): string {
  const round = pointOf(item)?.round;
  return round === undefined ? (item.dataset.label ?? '') : `${item.dataset.label}, round ${round}`;
}

function numberOf(item: Item): string {
  const point = pointOf(item);
  return (point ? point.x : Number(item.raw)).toLocaleString('en', { maximumSignificantDigits: 4 });
}

const root = document.documentElement;
draw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
// Charts on paper are drawn in light colours, also from a dark screen.
addEventListener('beforeprint', () => {
  root.dataset['printing'] = '';
  draw();
});
addEventListener('afterprint', () => {
  delete root.dataset['printing'];
  draw();
});
