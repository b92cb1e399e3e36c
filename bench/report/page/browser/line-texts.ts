/** Writes names at the ends of lines, or texts beside their points, wherever they find room; the legend has all names. */

import type { Chart as ChartJs, Plugin } from 'chart.js';
import type { ChartSpec, LineDataset, LineSpec } from '../../view/charts/chart-spec.ts';

declare const Chart: typeof ChartJs;

const LINE_PX = 15;
const GAP_PX = 9;
const MARK_PX = 6;
/** The share of the chart that names at its right may take. */
const WIDEST_SHARE = 0.27;

interface Text {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly colour: string;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const specs = new Map(
  (JSON.parse(document.getElementById('charts')?.textContent ?? '[]') as readonly ChartSpec[]).flatMap((spec) =>
    'rows' in spec ? [] : [[spec.canvas, spec] as const],
  ),
);

const texts: Plugin = {
  id: 'lineTexts',

  /** Names at the right get a margin; none where they would take too much of the chart. */
  beforeUpdate(chart) {
    if (specs.get(chart.canvas.id)?.texts === 'ends')
      chart.options.layout = { padding: { top: 10, right: marginOf(chart) } };
  },

  afterDatasetsDraw(chart) {
    const spec = specs.get(chart.canvas.id);
    if (!spec || spec.texts === 'none') return;
    const found = textsOf(chart, spec.texts);
    const { ctx } = chart;
    ctx.save();
    setFont(ctx);
    const right = Math.max(...found.map(({ x }) => x));
    const isAtEnd = ({ x }: Text) => spec.texts === 'ends' && x > right - 1;
    const atEnd = found.filter(isAtEnd);
    const inMargin = marginOf(chart) > GAP_PX * 2 ? spread(atEnd, chart) : [];
    for (const [one, y] of inMargin) writeInMargin(chart, one, y);
    const taken = spec.limit ? [writeLimit(chart, spec.limit)] : [];
    writeBeside(
      chart,
      found.filter((one) => !isAtEnd(one)),
      taken,
    );
    ctx.restore();
  },
};

function linesOf(chart: ChartJs): { dataset: LineDataset; at: number }[] {
  return chart.data.datasets
    .map((dataset, at) => ({ dataset: dataset as unknown as LineDataset, at }))
    .filter(({ dataset }) => dataset.showLine);
}

function textsOf(chart: ChartJs, mode: LineSpec['texts']): Text[] {
  return linesOf(chart).flatMap(({ dataset, at }) => {
    const { data } = chart.getDatasetMeta(at);
    const colour = dataset.pointBorderColor;
    const last = data.at(-1);
    if (mode === 'ends') return last ? [{ text: dataset.label, x: last.x, y: last.y, colour }] : [];
    return data.flatMap(({ x, y }, index) => {
      const text = dataset.data[index]?.text;
      return text === undefined ? [] : [{ text, x, y, colour }];
    });
  });
}

function marginOf(chart: ChartJs): number {
  const { ctx, width, height } = chart;
  const names = linesOf(chart).filter(({ dataset }) => dataset.data.length > 0);
  ctx.save();
  setFont(ctx);
  const widest = Math.max(0, ...names.map(({ dataset }) => ctx.measureText(dataset.label).width));
  ctx.restore();
  const fits = widest < width * WIDEST_SHARE && names.length * LINE_PX < height - 80;
  return fits ? widest + GAP_PX * 3 : GAP_PX * 2;
}

/** Moves texts apart as little as it takes: those that would overlap share the room around their middle. */
function spread(all: readonly Text[], { chartArea }: ChartJs): [Text, number][] {
  const groups: { texts: Text[]; middle: number }[] = [];
  for (const one of [...all].sort((a, b) => a.y - b.y)) {
    let group = { texts: [one], middle: one.y };
    for (let above = groups.at(-1); above && overlaps(above, group); above = groups.at(-1)) {
      groups.pop();
      const texts = [...above.texts, ...group.texts];
      group = { texts, middle: texts.reduce((sum, { y }) => sum + y, 0) / texts.length };
    }
    const half = (group.texts.length * LINE_PX) / 2;
    group.middle = Math.min(chartArea.bottom - half + LINE_PX, Math.max(chartArea.top + half - LINE_PX, group.middle));
    groups.push(group);
  }
  return groups.flatMap(({ texts, middle }) =>
    texts.map((one, at): [Text, number] => [one, middle + (at - (texts.length - 1) / 2) * LINE_PX]),
  );
}

function overlaps(above: { texts: Text[]; middle: number }, below: { texts: Text[]; middle: number }): boolean {
  return below.middle - above.middle < ((above.texts.length + below.texts.length) * LINE_PX) / 2;
}

function writeInMargin({ ctx, chartArea }: ChartJs, { text, x, y, colour }: Text, at: number): void {
  const left = chartArea.right + GAP_PX * 2;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x + MARK_PX, y);
  ctx.lineTo(left - 4, at);
  ctx.stroke();
  ctx.textAlign = 'left';
  write(ctx, text, left, at);
}

/** To the right, the left, above or below; nowhere where all of them are taken. */
function writeBeside(chart: ChartJs, found: readonly Text[], before: readonly Box[]): void {
  const { ctx, chartArea, width } = chart;
  const taken: Box[] = [...before, ...marksOf(chart)];
  ctx.textAlign = 'center';
  for (const { text, x, y } of found) {
    const half = ctx.measureText(text).width / 2;
    const box = [
      [x + half + GAP_PX, y],
      [x - half - GAP_PX, y],
      [x, y - LINE_PX],
      [x, y + LINE_PX],
      [x + half + GAP_PX, y - LINE_PX],
      [x + half + GAP_PX, y + LINE_PX],
    ]
      .map(([middle = 0, line = 0]) => boxAround(middle, line, half, LINE_PX / 2 - 1))
      .find(
        (one) =>
          one.left > chartArea.left &&
          one.right < width &&
          one.top > 0 &&
          one.bottom < chartArea.bottom &&
          !taken.some((other) => touches(one, other)),
      );
    if (!box) continue;
    taken.push(box);
    write(ctx, text, (box.left + box.right) / 2, (box.top + box.bottom) / 2);
  }
}

/** Above its line, at the left; where marks stand there, below it or further to the right. */
function writeLimit(chart: ChartJs, { value, text }: NonNullable<LineSpec['limit']>): Box {
  const { ctx, chartArea, scales } = chart;
  const line = scales['y']?.getPixelForValue(value) ?? 0;
  const half = ctx.measureText(text).width / 2;
  const [left, right] = [chartArea.left + half + MARK_PX, chartArea.right - half - MARK_PX];
  const marks = marksOf(chart);
  const at = (x: number, lines: number) => boxAround(x, line + lines * LINE_PX, half, LINE_PX / 2);
  const box =
    [left, (left + right) / 2, right]
      .flatMap((x) => [at(x, -0.6), at(x, 0.7)])
      .find((one) => !marks.some((mark) => touches(one, mark))) ?? at(left, -0.6);
  ctx.textAlign = 'center';
  write(ctx, text, (box.left + box.right) / 2, (box.top + box.bottom) / 2, '--warning');
  return box;
}

function marksOf(chart: ChartJs): Box[] {
  return linesOf(chart).flatMap(({ at }) =>
    chart.getDatasetMeta(at).data.map(({ x, y }) => boxAround(x, y, MARK_PX, MARK_PX)),
  );
}

function boxAround(x: number, y: number, halfWidth: number, halfHeight: number): Box {
  return { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
}

function touches(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function setFont(ctx: CanvasRenderingContext2D): void {
  ctx.font = `600 12px ${Chart.defaults.font.family}`;
  ctx.textBaseline = 'middle';
}

function write(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour = '--ink'): void {
  const style = getComputedStyle(document.documentElement);
  ctx.lineWidth = 3;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = style.getPropertyValue('--paper');
  ctx.strokeText(text, x, y);
  ctx.fillStyle = style.getPropertyValue(colour);
  ctx.fillText(text, x, y);
}

Chart.register(texts);
