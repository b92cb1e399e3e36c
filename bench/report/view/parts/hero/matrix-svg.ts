/** The matrix as an SVG that stands alone: headline, table, what its signs mean, and where it is from. */

import { laneColour } from '../../charts/lane-marks.ts';
import { FONT } from '../../svg/figure-svg.ts';
import { type Element, element } from '../../svg/markup.ts';
import { UNCITABLE_MARK } from '../../words/standing.ts';
import type { Matrix, MatrixCell, MatrixColumn, MatrixRow } from './matrix.ts';
import { keyText } from './matrix-text.ts';

const NAME_PX = 190;
const COLUMN_PX = 146;
const HEAD_PX = 96;
const ROW_PX = 74;
const PAD_PX = 12;
const MARGIN_PX = 24;
const HATCH = 'matrix-hatch';
const END = { 'text-anchor': 'end' };

interface Options {
  /** Run, version, machine. */
  readonly source: string;
  /** What stands for a colour of the page's style, such as `--ink`. */
  readonly colour: (name: string) => string;
}

export function matrixSvg(headline: string, matrix: Matrix, { colour, source }: Options): Element {
  const { columns, rows, setting } = matrix;
  const width = 2 * MARGIN_PX + NAME_PX + columns.length * COLUMN_PX;
  const below = HEAD_PX + 44 + rows.length * ROW_PX;
  const height = below + 64;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': headline,
      'font-family': FONT,
      'font-size': 12,
      fill: colour('--ink-quiet'),
    },
    element('defs', {}, hatching(colour('--warning'))),
    element('text', { x: MARGIN_PX, y: 40, 'font-size': 22, 'font-weight': 600, fill: colour('--ink') }, headline),
    element('text', { x: MARGIN_PX, y: 66, 'font-size': 14 }, setting),
    element('g', END, ...columns.flatMap((column, at) => columnHead(column, rightOf(at), colour))),
    ...rows.flatMap((row, at) => drawRow(row, HEAD_PX + 44 + at * ROW_PX, width, colour)),
    element('text', { x: MARGIN_PX, y: below + 26 }, keyText(matrix)),
    element('text', { x: MARGIN_PX, y: below + 46 }, source),
  );
}

const rightOf = (column: number): number => MARGIN_PX + NAME_PX + (column + 1) * COLUMN_PX - PAD_PX;

function hatching(stroke: string): Element {
  const size = { width: 9, height: 9, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' };
  const line = { d: 'M0 0v9', stroke, 'stroke-width': 8, 'stroke-opacity': 0.13 };
  return element('pattern', { id: HATCH, ...size }, element('path', line));
}

function columnHead({ title, what }: MatrixColumn, right: number, colour: Options['colour']): Element[] {
  return [
    element('text', { x: right, y: HEAD_PX, 'font-weight': 600, fill: colour('--ink') }, title),
    ...what.split(', ').map((part, at) => element('text', { x: right, y: HEAD_PX + 17 + 16 * at }, part)),
  ];
}

function drawRow({ label, polls, cells, isControl }: MatrixRow, y: number, width: number, colour: Options['colour']) {
  const x = MARGIN_PX + 20;
  const under = isControl ? 'the floor' : label.isReference ? 'the reference' : polls;
  return [
    element('path', { d: `M${MARGIN_PX} ${y}H${width - MARGIN_PX}`, stroke: colour('--rule-strong') }),
    element('circle', { cx: MARGIN_PX + 6, cy: y + 22, r: 5.5, fill: colour(laneColour(label)) }),
    element('text', { x, y: y + 27, 'font-size': 15, 'font-weight': 600, fill: colour('--ink') }, label.title),
    under === undefined ? undefined : element('text', { x, y: y + 46, fill: colour('--ink') }, under),
    element('g', END, ...cells.flatMap((cell, at) => drawCell(cell, rightOf(at), y, isControl, colour))),
  ];
}

function drawCell(cell: MatrixCell, right: number, y: number, isControl: boolean, colour: Options['colour']) {
  const { value = '–', verdict, ratio, difference, beside, refusal } = cell;
  const left = right + PAD_PX - COLUMN_PX + 2;
  const box = { x: left, y: y + 1, width: COLUMN_PX - 4, height: ROW_PX - 2 };
  const isTinted = !isControl && verdict?.is === 'lower';
  const judged = [verdict && `${verdict.glyph} ${verdict.words}`, ratio].filter(Boolean).join(' ');
  const written = (text: string, at: number, more: Element['attributes'] = {}) =>
    text === '' ? undefined : element('text', { x: right, y: y + at, ...more }, text);
  return [
    !isControl && verdict?.is === 'higher' ? element('rect', { ...box, fill: `url(#${HATCH})` }) : undefined,
    isTinted ? element('rect', { ...box, fill: colour('--accent'), 'fill-opacity': 0.13 }) : undefined,
    written(refusal === undefined ? value : `${value}${UNCITABLE_MARK}`, 27, {
      'font-size': 18,
      'font-weight': isControl ? 400 : 650,
      fill: colour('--ink'),
    }),
    written(judged, 46),
    written([difference, beside].filter(Boolean).join(', '), 62),
  ];
}
