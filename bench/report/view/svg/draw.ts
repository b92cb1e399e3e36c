/** A plot as elements of SVG, with its top left at 0, 0. */

import type { LaneStyle, Mark, Plot, PlotAxis, PlotText, Series } from '../charts/plot.ts';
import { shareOf } from '../charts/plots.ts';
import { type Element, element } from './markup.ts';

const TITLE_PX = 20;
const TOP_PX = 6;
const TICKS_PX = 20;
const ESTIMATE_PX = 4.5;
const RING_PX = 7.5;
const ROUND_PX = 2.2;
const CAP_PX = 4;
const BAR_PX = 18;

/** How colours are written: by the names of the page's style, or as they are in a file of its own. */
export type ColourOf = (name: string) => string;

export interface Pen {
  readonly colour: ColourOf;
  /** Begins each id: those of all drawings on a page differ. */
  readonly prefix: string;
  readonly lanes: Readonly<Record<number, LaneStyle>>;
}

/** The height of the whole, axes and their titles included. */
export function plotPx({ kind, heightPx, x }: Pick<Plot, 'kind' | 'heightPx' | 'x'>): number {
  return topPx(kind) + heightPx + TICKS_PX + (x.title === '' ? 0 : TITLE_PX);
}

const topPx = (kind: Plot['kind']): number => (kind === 'lines' ? TITLE_PX + TOP_PX : TOP_PX);

export function drawPlot(plot: Plot, pen: Pen): Element {
  const { kind, heightPx, leftPx, x, y, series, texts, limit } = plot;
  const width = areaPx(plot);
  const at = placesIn(plot);
  const quiet = { fill: pen.colour('--ink-quiet') };
  const isRows = kind !== 'lines';
  const grid = isRows
    ? x.ticks.map(([value]) => `M${at.x(value)} 0v${heightPx}`)
    : y.ticks.map(([value]) => `M0 ${at.y(value)}h${width}`);
  return element(
    'g',
    { transform: `translate(${leftPx} ${topPx(kind)})` },
    isRows ? undefined : element('text', { x: -leftPx, y: 8 - TITLE_PX - TOP_PX + 4, ...quiet }, y.title),
    element('path', { d: grid.join(''), stroke: pen.colour('--rule') }),
    element('path', {
      d: isRows ? `M0 0v${heightPx}` : `M0 ${heightPx}h${width}`,
      stroke: pen.colour('--rule-strong'),
    }),
    element(
      'g',
      { 'text-anchor': 'end', fill: pen.colour(isRows ? '--ink' : '--ink-quiet') },
      ...y.ticks.map(([value, text, isQuiet]) =>
        element('text', { x: -8, y: tenth(at.y(value) + 4), ...(isQuiet && quiet) }, text),
      ),
    ),
    element(
      'g',
      { 'text-anchor': 'middle', ...quiet },
      ...roomy(x, width).map(([value, text]) => element('text', { x: at.x(value), y: heightPx + 16 }, text)),
    ),
    x.title === ''
      ? undefined
      : element('text', { x: width, y: heightPx + TICKS_PX + 14, 'text-anchor': 'end', ...quiet }, x.title),
    limit === undefined
      ? undefined
      : element('path', {
          d: `M0 ${at.y(limit)}h${width}`,
          stroke: pen.colour('--warning'),
          'stroke-dasharray': '4 4',
        }),
    ...series.toReversed().flatMap((one) => drawSeries(one, plot, pen)),
    ...texts.flatMap((one) => leaderOf(one, plot, pen)),
    element(
      'g',
      {
        'font-weight': 600,
        fill: pen.colour('--ink'),
        stroke: pen.colour('--paper'),
        'stroke-width': 3,
        'stroke-linejoin': 'round',
        'paint-order': 'stroke',
      },
      ...texts.map((one) => drawText(one, plot, pen)),
    ),
  );
}

const areaPx = ({ widthPx, leftPx, endPx }: Plot): number => widthPx - leftPx - endPx;

function placesIn(plot: Plot) {
  const { kind, heightPx, x, y } = plot;
  const width = areaPx(plot);
  return {
    x: (value: number): number => tenth(shareOf(value, x) * width),
    // Rows count pixels from the top.
    y: (value: number): number => tenth(kind === 'lines' ? (1 - shareOf(value, y)) * heightPx : value),
  };
}

/** Ticks that have room, the last of them first: the ends matter most. */
function roomy({ ticks, ...axis }: PlotAxis, width: number): PlotAxis['ticks'] {
  const kept: PlotAxis['ticks'][number][] = [];
  let before = Number.POSITIVE_INFINITY;
  for (const tick of ticks.toReversed()) {
    const middle = shareOf(tick[0], { ticks, ...axis }) * width;
    const half = tick[1].length * 3.6 + 4;
    if (middle + half > before) continue;
    before = middle - half;
    kept.unshift(tick);
  }
  return kept;
}

function drawSeries(series: Series, plot: Plot, pen: Pen): Element[] {
  if (series.values.length === 0) return [];
  const at = placesIn(plot);
  if (series.kind === 'bars') {
    const d = series.values.map(([from, to, y]) => {
      const [left, right] = [at.x(from), at.x(to)];
      return right > left ? `M${left} ${y - BAR_PX / 2}H${right}v${BAR_PX}H${left}z` : '';
    });
    const hatched = `url(#${hatchId(pen, series.colour)})`;
    return [element('path', { d: d.join(''), fill: series.isHatched ? hatched : pen.colour(series.colour) })];
  }
  if (series.kind === 'curve') {
    const d = lineThrough(series.values.map(([x, y]) => [at.x(x), at.y(y)]));
    return [element('path', { d, stroke: pen.colour('--ink-quiet'), 'stroke-width': 1.5, 'stroke-dasharray': '6 4' })];
  }
  const places = series.values.map(([x, y]): Place => [at.x(x ?? 0), at.y(y ?? 0)]);
  const lane = pen.lanes[series.lane];
  if (!lane) return [];
  const stroke = pen.colour(lane.colour);
  if (series.kind === 'rounds') {
    // A mark stands at each corner of a line that is not drawn, but not at its two ends.
    const d = `M0 0${places.map(([x, y], at) => (places[at - 1]?.[1] === y ? `H${x}` : `L${x} ${y}`)).join('')}h0`;
    return [element('path', { class: 'rounds', d, 'marker-mid': `url(#${roundId(pen, series.lane)})` })];
  }
  const line =
    series.line &&
    element('path', {
      d: series.line === 'steps' ? stepsThrough(places) : lineThrough(places),
      stroke,
      'stroke-width': lane.isRepeat ? 1 : 2,
      'stroke-dasharray': lane.dash.length > 0 ? lane.dash.join(' ') : undefined,
    });
  if (series.line === 'steps') return line ? [line] : [];
  const isAcross = plot.kind !== 'lines';
  // In a chart of lines a ring around its original, where both fall together.
  const isRing = lane.isRepeat && !isAcross;
  const intervals = series.values.flatMap(([x = 0, y = 0, low, high]) => {
    if (typeof low !== 'number' || typeof high !== 'number') return [];
    return isAcross
      ? `M${at.x(low)} ${tenth(at.y(y ?? 0) - CAP_PX)}v${2 * CAP_PX}m0 ${-CAP_PX}H${at.x(high)}m0 ${-CAP_PX}v${2 * CAP_PX}`
      : `M${tenth(at.x(x ?? 0) - CAP_PX)} ${at.y(low)}h${2 * CAP_PX}m${-CAP_PX} 0V${at.y(high)}m${-CAP_PX} 0h${2 * CAP_PX}`;
  });
  return [
    ...(line ? [line] : []),
    ...(intervals.length > 0 ? [element('path', { d: intervals.join(''), stroke, 'stroke-width': 1.5 })] : []),
    element('path', {
      class: 'estimates',
      d: places.map(([x, y]) => markPath(lane.mark, x, y, isRing ? RING_PX : ESTIMATE_PX)).join(''),
      fill: isRing ? undefined : lane.isRepeat ? pen.colour('--paper') : stroke,
      stroke,
      'stroke-width': lane.isRepeat || STROKES.has(lane.mark) ? 2 : undefined,
    }),
  ];
}

function textPlace({ x, y, dx, dy = 0 }: PlotText, plot: Plot): Place {
  const at = placesIn(plot);
  return [tenth(at.x(x) + dx), tenth(at.y(y) + dy)];
}

function drawText(one: PlotText, plot: Plot, pen: Pen): Element {
  const [x, y] = textPlace(one, plot);
  const fill = one.colour && pen.colour(one.colour);
  return element('text', { x, y: tenth(y + 4), 'text-anchor': one.isCentred ? 'middle' : undefined, fill }, one.text);
}

function leaderOf(one: PlotText, plot: Plot, pen: Pen): Element[] {
  if (one.leader === undefined) return [];
  const at = placesIn(plot);
  const [x, y] = textPlace(one, plot);
  return [
    element('path', { d: `M${at.x(one.x) + 7} ${at.y(one.y)}L${x - 4} ${y}m0 -7v14`, stroke: pen.colour(one.leader) }),
  ];
}

/** What drawings refer to: a small mark a lane, and stripes a colour. */
export function definitions(plots: readonly Plot[], pen: Pen): Element {
  const all = plots.flatMap(({ series }) => series);
  const lanes = new Set(all.flatMap((one) => (one.kind === 'rounds' ? one.lane : [])));
  const hatched = new Set(all.flatMap((one) => (one.kind === 'bars' && one.isHatched ? one.colour : [])));
  return element(
    'defs',
    {},
    ...[...lanes].flatMap((index) => {
      const lane = pen.lanes[index];
      // Hollow, so that rounds that fall together still show.
      const path = lane && element('path', { d: markPath(lane.mark, 4, 4, ROUND_PX), stroke: pen.colour(lane.colour) });
      const size = { markerWidth: 8, markerHeight: 8, refX: 4, refY: 4, markerUnits: 'userSpaceOnUse' };
      return path ? [element('marker', { id: roundId(pen, index), ...size }, path)] : [];
    }),
    ...[...hatched].map((colour) =>
      element(
        'pattern',
        {
          id: hatchId(pen, colour),
          width: 5,
          height: 5,
          patternUnits: 'userSpaceOnUse',
          patternTransform: 'rotate(45)',
        },
        element('path', { d: 'M2.5 0v5', stroke: pen.colour(colour), 'stroke-width': 2.4 }),
      ),
    ),
  );
}

const roundId = ({ prefix }: Pen, lane: number): string => `${prefix}-r${lane}`;
export const hatchId = ({ prefix }: Pen, colour: string): string => `${prefix}${colour}`;

type Place = readonly [x: number, y: number];

const lineThrough = (places: readonly Place[]): string =>
  places.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('');

const stepsThrough = (places: readonly Place[]): string =>
  places.map(([x, y], at) => (at === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join('');

/** These have no area. */
const STROKES: ReadonlySet<Mark> = new Set(['cross', 'plus', 'bar']);

export function markPath(mark: Mark, x: number, y: number, r: number): string {
  const [left, wide] = [tenth(x - r), tenth(2 * r)];
  const [up, down] = [tenth(y - r), tenth(y + r)];
  if (mark === 'circle') return `M${left} ${y}a${r} ${r} 0 1 0 ${wide} 0a${r} ${r} 0 1 0 ${-wide} 0z`;
  if (mark === 'square') return `M${left} ${up}h${wide}v${wide}h${-wide}z`;
  if (mark === 'bar') return `M${left} ${y}h${wide}`;
  if (mark === 'plus') return `M${left} ${y}h${wide}M${x} ${up}v${wide}`;
  if (mark === 'cross') return `M${left} ${up}l${wide} ${wide}m0 ${-wide}l${-wide} ${wide}`;
  if (mark === 'up') return `M${x} ${up}L${tenth(x + r)} ${down}H${left}z`;
  if (mark === 'down') return `M${x} ${down}L${tenth(x + r)} ${up}H${left}z`;
  return `M${x} ${tenth(y - 1.2 * r)}L${tenth(x + 1.2 * r)} ${y}L${x} ${tenth(y + 1.2 * r)}L${tenth(x - 1.2 * r)} ${y}z`;
}

const tenth = (px: number): number => Math.round(px * 10) / 10;
