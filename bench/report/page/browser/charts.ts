/** Draws the plots that the page brings as data, in the colours of its style: what to point at, to step through, to switch off. */

import {
  BarController,
  BarElement,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Title,
  Tooltip,
} from 'chart.js';
import annotations from 'chartjs-plugin-annotation';
import type { Drawing, Mark, Plot, PlotAxis, PlotText, Series } from '../../view/charts/plot.ts';

type Value = readonly [datasetIndex: number, index: number];

const NARROW_PX = 460;
const LINE_LENGTH = 12;
const MARKS: Readonly<Record<Mark, { pointStyle: string; rotation?: number }>> = {
  circle: { pointStyle: 'circle' },
  up: { pointStyle: 'triangle' },
  square: { pointStyle: 'rect' },
  diamond: { pointStyle: 'rectRot' },
  down: { pointStyle: 'triangle', rotation: 180 },
  cross: { pointStyle: 'crossRot' },
  plus: { pointStyle: 'cross' },
  bar: { pointStyle: 'line' },
};

const drawing = JSON.parse(document.getElementById('charts')?.textContent ?? '{"lanes":{},"plots":[]}') as Drawing;
const style = getComputedStyle(document.documentElement);
/** How much larger than usual the page's text is: so are the texts and marks of charts. */
const zoom = (): number => Number.parseFloat(style.fontSize) / 16;
const colour = (name: string): string => style.getPropertyValue(name);
const live = document.createElement('p');
let charts: readonly Chart[] = [];

Chart.register(BarController, BarElement, ScatterController, PointElement, LineElement);
Chart.register(LinearScale, LogarithmicScale, Title, Tooltip, annotations);

function draw(): void {
  for (const chart of charts) chart.destroy();
  Chart.defaults.font.family = colour('--sans');
  Chart.defaults.font.size = 12 * zoom();
  Chart.defaults.color = colour('--ink-quiet');
  Chart.defaults.animation = false;
  charts = drawing.plots.flatMap((plot) => {
    const canvas = document.getElementById(plot.id);
    if (!(canvas instanceof HTMLCanvasElement)) return [];
    const chart = new Chart(canvas, configOf(plot));
    canvas.onkeydown = (event) => step(event, chart, plot);
    return chart;
  });
}

function configOf(plot: Plot): ChartConfiguration {
  const { kind, x, y, leftPx, endPx, texts, limit } = plot;
  const isRows = kind !== 'lines';
  // Names wrap where a row has room for two lines.
  const hasShortRows = !isRows || y.ticks.some(([, , isQuiet]) => isQuiet);
  const hasRoom = ({ width }: Chart): boolean => isRows || width > NARROW_PX;
  const notes: object[] = texts.map((text) => label(text, hasRoom));
  if (limit !== undefined) {
    notes.push({
      type: 'line',
      yMin: limit,
      yMax: limit,
      borderColor: colour('--warning'),
      borderWidth: 1,
      borderDash: [4, 4],
    });
  }
  return {
    type: kind === 'bars' ? 'bar' : 'scatter',
    // Intervals come last: a dataset's place is that of its series.
    data: { datasets: [...plot.series.map((series) => datasetOf(series, plot)), ...intervalsOf(plot)] },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      ...(kind === 'bars' && { indexAxis: 'y' }),
      layout: { padding: ({ chart }: { chart: Chart }) => ({ right: (hasRoom(chart) ? endPx : 14) * zoom() }) },
      scales: {
        x: {
          ...scale(x, isRows),
          title: { display: x.title !== '', text: x.title, align: 'end', padding: 0 },
          ticks: { maxRotation: 0, padding: 2, callback: (value: unknown) => textAt(x, Number(value)) },
        },
        y: {
          ...scale(y, !isRows),
          reverse: isRows,
          // Bars would else keep half a row free at each end.
          offset: false,
          // Names of one line each may take more than the half that Chart.js leaves them.
          afterFit: (axis: { width: number; chart: Chart }) => {
            const isSmall = hasShortRows && axis.chart.width < NARROW_PX;
            if (isRows && isSmall) axis.width = Math.min(0.6 * axis.chart.width, (leftPx * zoom() * 10) / 12);
          },
          ticks: {
            autoSkip: false,
            font: ({ chart }: { chart: Chart }) => ({
              size: (hasShortRows && chart.width < NARROW_PX ? 10 : 12) * zoom(),
            }),
            padding: 8,
            color: ({ index }: { index: number }) => colour(isRows && !y.ticks[index]?.[2] ? '--ink' : '--ink-quiet'),
            callback: (value: unknown) => (hasShortRows ? textAt(y, Number(value)) : lines(textAt(y, Number(value)))),
          },
        },
      },
      plugins: {
        legend: { display: false },
        title: { display: !isRows, text: y.title, align: 'start', font: { weight: 'normal' }, padding: { bottom: 8 } },
        tooltip: {
          displayColors: false,
          callbacks: {
            title: () => '',
            label: ({ datasetIndex, dataIndex }: { datasetIndex: number; dataIndex: number }) =>
              said(plot, [datasetIndex, dataIndex]),
          },
        },
        annotation: { clip: false, annotations: notes },
      },
    },
  } as unknown as ChartConfiguration;
}

function scale(axis: PlotAxis, hasGrid: boolean): object {
  const { isLog, range, ticks } = axis;
  return {
    type: isLog ? 'logarithmic' : 'linear',
    min: range[0],
    max: range[1],
    grid: { display: hasGrid, color: colour('--rule'), drawTicks: false },
    border: { display: !hasGrid, color: colour('--rule-strong') },
    afterBuildTicks: (built: { ticks: { value: number }[] }) => {
      built.ticks = ticks.map(([value]) => ({ value }));
    },
  };
}

function datasetOf(series: Series, { kind }: Plot): object {
  if (series.kind === 'bars') {
    const fill = colour(series.colour);
    return {
      type: 'bar',
      data: series.values.map(([from, to, y]) => ({ x: [from, to], y })),
      backgroundColor: series.isHatched ? stripes(fill) : fill,
      barThickness: 18 * zoom(),
      grouped: false,
    };
  }
  if (series.kind === 'curve') {
    const data = series.values.map(([x, y]) => ({ x, y }));
    const line = { borderColor: colour('--ink-quiet'), borderWidth: 1.5, borderDash: [6, 4], pointRadius: 0 };
    return { type: 'scatter', data, showLine: true, ...line, pointHitRadius: 0 };
  }
  const lane = drawing.lanes[series.lane];
  const stroke = colour(lane?.colour ?? '--ink');
  const isRepeat = lane?.isRepeat ?? false;
  const data = series.values.map(([x, y]) => ({ x, y }));
  const common = { type: 'scatter', clip: false, lane: series.lane, data, ...MARKS[lane?.mark ?? 'circle'] };
  if (series.kind === 'rounds') {
    const hollow = { backgroundColor: 'transparent', borderColor: stroke, borderWidth: 1 };
    return { ...common, ...hollow, radius: 2.5 * zoom(), hoverRadius: 4 * zoom() };
  }
  // In a chart of lines a ring around its original, where both fall together.
  const isRing = isRepeat && kind === 'lines';
  const radius = series.line === 'steps' ? 0 : (isRing ? 8 : 5) * zoom();
  return {
    ...common,
    radius,
    hoverRadius: radius + 2,
    backgroundColor: isRing ? 'transparent' : isRepeat ? colour('--paper') : stroke,
    // The line has the dataset's border, each mark one of its own.
    borderColor: stroke,
    borderWidth: isRepeat ? 1 : 2,
    borderDash: [...(lane?.dash ?? [])],
    // Some marks have no area.
    pointBorderWidth: isRepeat || ['cross', 'plus', 'bar'].includes(lane?.mark ?? '') ? 2 : 1,
    showLine: series.line !== undefined,
    stepped: series.line === 'steps',
  };
}

/** A line from end to end of each interval, broken between them, with a stroke across as the mark of its ends. */
function intervalsOf({ kind, series }: Plot): object[] {
  const isAcross = kind !== 'lines';
  return series.flatMap((one) => {
    if (one.kind !== 'estimates') return [];
    const data = one.values.flatMap(([x, y, low, high]) => {
      if (typeof low !== 'number' || typeof high !== 'number') return [];
      const ends = [low, high].map((end) => (isAcross ? { x: end, y } : { x, y: end }));
      return [...ends, { x: Number.NaN, y: Number.NaN }];
    });
    const stroke = colour(drawing.lanes[one.lane]?.colour ?? '--ink');
    const line = { showLine: true, borderColor: stroke, borderWidth: 1.5 };
    const radius = 4 * zoom();
    // What is pointed at is the estimate.
    const end = { pointStyle: 'line', rotation: isAcross ? 90 : 0, radius, hitRadius: -radius };
    return { type: 'scatter', clip: false, lane: one.lane, data, ...line, ...end };
  });
}

function label(one: PlotText, hasRoom: (chart: Chart) => boolean): object {
  const leader = one.leader && colour(one.leader);
  return {
    type: 'label',
    xValue: one.x,
    yValue: one.y,
    xAdjust: one.dx * zoom(),
    yAdjust: (one.dy ?? 0) * zoom(),
    position: { x: one.isCentred ? 'center' : 'start', y: 'center' },
    content: one.text,
    color: colour(one.colour ?? '--ink'),
    font: { size: 12 * zoom(), weight: 600 },
    textStrokeColor: colour('--paper'),
    textStrokeWidth: 3,
    padding: 0,
    display: ({ chart }: { chart: Chart }) =>
      (hasRoom(chart) || (one.lane === undefined && one.dx < NARROW_PX / 3)) && !isOff(chart, one.lane),
    callout: {
      display: leader !== undefined,
      borderColor: leader ?? 'transparent',
      borderWidth: 1,
      margin: 4,
      side: 0,
    },
  };
}

function stripes(fill: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6;
  const context = tile.getContext('2d');
  if (!context) return fill;
  context.strokeStyle = fill;
  context.lineWidth = 2.4;
  // The corners are drawn too, so that tiles meet without a gap.
  for (const shift of [-6, 0, 6]) {
    context.moveTo(shift - 1, 7);
    context.lineTo(shift + 7, -1);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? fill;
}

function textAt({ ticks, range: [from, to] }: PlotAxis, value: number): string {
  return ticks.find(([at]) => Math.abs(at - value) < Math.abs(to - from) * 1e-9)?.[1] ?? number(value);
}

const number = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 4 });

function lines(name: string): string | string[] {
  if (window.innerWidth > NARROW_PX || name.length <= LINE_LENGTH) return name;
  const wrapped: string[] = [];
  for (const word of name.split(' ')) {
    const last = wrapped.at(-1);
    if (last !== undefined && last.length + word.length < LINE_LENGTH) wrapped[wrapped.length - 1] = `${last} ${word}`;
    else wrapped.push(word);
  }
  return wrapped;
}

/** What a value is of, and what it is. */
function said(plot: Plot, [datasetIndex, index]: Value): string[] {
  const { x, y, kind, rounds } = plot;
  const series = plot.series[datasetIndex];
  const value = series?.values[index];
  if (!series || !value) return [];
  if (series.kind === 'bars') {
    const [from, to, row] = series.values[index] ?? [0, 0, 0];
    return [`${textAt(y, row)}, ${series.name}`, `${number(to - from)} ${x.unit}`];
  }
  if (series.kind === 'curve') return [series.name];
  const [across, up] = [value[0] ?? 0, value[1] ?? 0];
  const [low, high] = series.kind === 'estimates' ? value.slice(2) : [];
  const who = [plot.names[series.lane], series.name, series.kind === 'rounds' && `round ${rounds[value[2] ?? 0]}`];
  const bounds = typeof low === 'number' && typeof high === 'number' ? ` (${number(low)} to ${number(high)})` : '';
  const what =
    kind === 'lines'
      ? [`${x.title}: ${textAt(x, across)}`, `${number(up)} ${y.unit}`]
      : [`${number(across)} ${x.unit}`];
  return [who.filter(Boolean).join(', '), `${what.join(', ')}${bounds}`];
}

/** Arrow keys go from value to value, and say it. */
function step(event: KeyboardEvent, chart: Chart, plot: Plot): void {
  const ways: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const way = ways[event.key];
  if (way === undefined) return;
  event.preventDefault();
  const values = plot.series.flatMap((series, at) =>
    series.kind !== 'curve' && chart.isDatasetVisible(at) ? series.values.map((_, index): Value => [at, index]) : [],
  );
  const [now] = chart.getActiveElements();
  const found = values.findIndex(([at, index]) => at === now?.datasetIndex && index === now.index);
  const next = values[found === -1 ? 0 : (found + way + values.length) % values.length];
  if (!next) return;
  const active = [{ datasetIndex: next[0], index: next[1] }];
  chart.setActiveElements(active);
  chart.tooltip?.setActiveElements(active, { x: 0, y: 0 });
  chart.update();
  live.textContent = said(plot, next).join(': ');
}

function isOff({ canvas }: Chart, lane: unknown): boolean {
  const button = canvas.closest('.chart')?.querySelector(`[data-lane="${lane}"]`);
  return button?.getAttribute('aria-pressed') === 'false';
}

function toggle(button: HTMLElement): void {
  button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') === 'false'));
  for (const chart of charts) {
    if (chart.canvas.closest('.chart') !== button.closest('.chart')) continue;
    chart.data.datasets.forEach((dataset, at) => {
      if ('lane' in dataset) chart.setDatasetVisibility(at, !isOff(chart, dataset.lane));
    });
    chart.update();
  }
}

for (const figure of document.querySelectorAll<HTMLElement>('.chart')) {
  figure.querySelector('.plots')?.removeAttribute('hidden');
  figure.dataset['drawn'] = '';
}
draw();
live.className = 'unseen';
live.setAttribute('role', 'status');
document.querySelector('main')?.append(live);
for (const button of document.querySelectorAll<HTMLElement>('[data-lane]'))
  button.addEventListener('click', () => toggle(button));
for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
  matchMedia(query).addEventListener('change', draw);
}
