/** A figure as one SVG that stands alone: title, panels, keys and where it is from. */

import { type KeyItem, keyOf } from '../charts/key.ts';
import { styleOf } from '../charts/lane-marks.ts';
import type { Drawing } from '../charts/plot.ts';
import { plotsOf } from '../charts/plots.ts';
import { type ChartGroup, type Figure, isBeside } from '../page-model.ts';
import { proseText } from '../words/verdicts.ts';
import { type ColourOf, definitions, drawPlot, hatchId, markPath, type Pen, plotPx } from './draw.ts';
import { type Element, element, textPx } from './markup.ts';

const TITLE_PX = 30;
const MARGIN_PX = 16;
const GROUP_PX = 24;
const PANEL_TITLE_PX = 22;
const KEY_PX = 20;
const SIGN_PX = 26;
const BETWEEN_PX = 32;
const SOURCE_PX = 16;
const SOURCE_SIZE_PX = 10.5;
export const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

export interface SvgOptions {
  readonly colour: ColourOf;
  /** Run, version, machine: written below where the drawing stands alone. */
  readonly source: string;
  /** On the page its title and its source stand beside it, outside of what the view box shows. */
  readonly isInPage: boolean;
}

/** undefined of a figure without charts. */
export function figureSvg(figure: Figure, lanes: Drawing['lanes'], options: SvgOptions): Element | undefined {
  const { id, title, definition, charts = [], finding } = figure;
  const plots = charts.map(plotsOf);
  const width = Math.max(0, ...charts.map((group, at) => groupWidth(plots[at] ?? [], group)));
  if (width === 0) return undefined;
  const pen: Pen = { colour: options.colour, prefix: id, lanes };
  const body: Element[] = [];
  let y = TITLE_PX;
  charts.forEach((group, at) => {
    const { drawn, heightPx } = drawGroup(group, plots[at] ?? [], pen);
    body.push(moved(0, y, ...drawn));
    y += heightPx;
  });
  const key = drawKey(keyOf(charts), width, pen);
  body.push(moved(0, y + 8, ...key.drawn));
  y += 8 + key.heightPx;
  const source = wrapped(`${definition} ${options.source}`, width, SOURCE_SIZE_PX);
  const [wholeWidth, wholeHeight] = [width + 2 * MARGIN_PX, y + source.length * SOURCE_PX + 2 * MARGIN_PX];
  const whole = `${-MARGIN_PX} ${-MARGIN_PX} ${wholeWidth} ${wholeHeight}`;
  const corner = { x: -MARGIN_PX, y: -MARGIN_PX };
  const shown = options.isInPage ? `0 ${TITLE_PX} ${width} ${y - TITLE_PX}` : whole;
  const labels = charts.flatMap(({ panels }) => panels.map(({ chart }) => chart.label));
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: shown,
      'data-whole': options.isInPage ? whole : undefined,
      width: options.isInPage ? undefined : wholeWidth,
      height: options.isInPage ? undefined : wholeHeight,
      style: options.isInPage ? `max-width: ${width / 16}rem` : undefined,
      role: 'img',
      'font-family': options.isInPage ? undefined : FONT,
      'font-size': 12,
      fill: 'none',
    },
    element('title', {}, title),
    element('desc', {}, [finding ? proseText(finding) : '', ...new Set(labels)].join(' ').trim()),
    definitions(plots.flat(), pen),
    element('rect', { class: 'alone', ...corner, width: wholeWidth, height: wholeHeight, fill: pen.colour('--paper') }),
    element('text', { class: 'alone', y: 18, 'font-size': 15, 'font-weight': 600, fill: pen.colour('--ink') }, title),
    ...body,
    element(
      'g',
      { class: 'alone', fill: pen.colour('--ink-quiet'), 'font-size': SOURCE_SIZE_PX },
      ...source.map((line, at) => element('text', { y: y + (at + 1) * SOURCE_PX }, line)),
    ),
  );
}

const moved = (x: number, y: number, ...children: readonly (Element | undefined)[]): Element =>
  element('g', { transform: x === 0 && y === 0 ? undefined : `translate(${x} ${y})` }, ...children);

type Plots = ReturnType<typeof plotsOf>;

const groupWidth = (plots: Plots, group: ChartGroup): number =>
  (plots[0]?.widthPx ?? 0) * (isBeside(group) ? 2 : 1) + (isBeside(group) ? BETWEEN_PX : 0);

/** Panels in two columns where there are several. */
function drawGroup(group: ChartGroup, plots: Plots, pen: Pen) {
  const drawn: Element[] = [];
  let y = 0;
  if (group.title !== undefined) {
    drawn.push(element('text', { y: 16, 'font-size': 13, 'font-weight': 600, fill: pen.colour('--ink') }, group.title));
    y += GROUP_PX;
  }
  const columns = isBeside(group) ? 2 : 1;
  for (let first = 0; first < plots.length; first += columns) {
    const row = plots.slice(first, first + columns);
    const titles = group.panels.slice(first, first + columns).map(({ title }) => title);
    const titlePx = titles.some((title) => title !== undefined) ? PANEL_TITLE_PX : 0;
    row.forEach((plot, at) => {
      const title = titles[at];
      const heading =
        title === undefined ? undefined : element('text', { y: 14, fill: pen.colour('--ink-quiet') }, title);
      drawn.push(moved(at * (plot.widthPx + BETWEEN_PX), y, heading, moved(0, titlePx, drawPlot(plot, pen))));
    });
    y += titlePx + Math.max(...row.map(plotPx)) + 6;
  }
  return { drawn, heightPx: y };
}

function drawKey(items: readonly KeyItem[], width: number, pen: Pen) {
  let [x, y] = [0, 0];
  const drawn = items.map((item) => {
    const signPx = item.lane || item.swatch || item.sign ? SIGN_PX : 0;
    const wide = signPx + textPx(item.text) + 18;
    if (x > 0 && x + wide > width) [x, y] = [0, y + KEY_PX];
    const at = moved(
      x,
      y,
      signOf(item, pen),
      element('text', { x: signPx, y: 14, fill: pen.colour('--ink') }, item.text),
    );
    x += wide;
    return at;
  });
  return { drawn, heightPx: items.length > 0 ? y + KEY_PX : 0 };
}

function signOf({ lane, swatch, sign }: KeyItem, pen: Pen): Element {
  if (swatch) {
    const fill = swatch.isHatched ? `url(#${hatchId(pen, swatch.colour)})` : pen.colour(swatch.colour);
    return element('rect', { y: 4, width: 20, height: 12, fill });
  }
  if (!lane)
    return element('text', { x: 10, y: 14, 'text-anchor': 'middle', fill: pen.colour('--ink-quiet') }, sign ?? '');
  const { colour, mark, dash, isRepeat } = styleOf(lane);
  const stroke = pen.colour(colour);
  return element(
    'g',
    { stroke },
    element('path', { d: 'M0 10h20', 'stroke-width': 2, 'stroke-dasharray': dash.join(' ') || undefined }),
    element('path', { d: markPath(mark, 10, 10, 4.5), fill: isRepeat ? pen.colour('--paper') : stroke }),
  );
}

function wrapped(text: string, width: number, sizePx: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && textPx(`${line} ${word}`, sizePx) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
