/** What the page is made of, before any HTML: every number chosen, rounded and given its unit. */

import type { Ladder } from './parts/wire/ladder.ts';

export interface Entry {
  readonly term: string;
  readonly text: string;
  readonly code?: boolean;
}

export type Prose = readonly (string | { readonly strong: string } | { readonly quiet: string })[];

export interface LaneLabel {
  readonly title: string;
  readonly index: number;
  /** Place of its transport, from 0, the same in every run: the page's palette goes by it. */
  readonly hue: number;
  /** Place among the lanes of its transport, from 0: marks and lines go by it. */
  readonly variant: number;
  readonly isReference: boolean;
  /** Index of the lane that it measures once more. */
  readonly duplicateOf: number | undefined;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly question: string | undefined;
  readonly setting: string;
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
  readonly missing?: readonly Missing[];
}

/** What this run did not measure, and the command that does. */
export interface Missing {
  readonly text: string;
  readonly command: string;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  /** Folded with the tables; its finding and its charts are open. */
  readonly definition: string;
  readonly finding?: Prose | undefined;
  /** Drawn beside the charts. */
  readonly diagram?: Ladder | undefined;
  /** Empty where no lane has a value to show; undefined of a figure that is a table alone. */
  readonly charts: readonly ChartGroup[] | undefined;
  /** The first has the numbers of the charts. */
  readonly tables: readonly Table[];
}

export interface ChartGroup {
  readonly title: string | undefined;
  readonly panels: readonly Panel[];
  /** Below each other, still with one range; side by side where it is not set. */
  readonly isStacked?: boolean;
}

export function isBeside({ panels, isStacked = false }: ChartGroup): boolean {
  return panels.length > 1 && !isStacked;
}

export interface Panel {
  readonly id: string;
  readonly title: string | undefined;
  readonly chart: Chart;
}

export type Chart = DotChart | StackChart | LineChart;

interface ChartBase {
  /** What its marks are, where those are not rounds and their means. */
  readonly reading?: readonly string[];
  readonly label: string;
  readonly unit: string;
  readonly axisTitle: string;
  readonly lanes: readonly LaneLabel[];
  /** Drawn small, where several charts of a section are read on one screen. */
  readonly isDense?: boolean;
}

/** One line a lane; one symbol a series: each round a dot, the estimate with its interval above them. */
export interface DotChart extends ChartBase {
  readonly kind: 'dots';
  readonly scale: 'log' | 'linear';
  readonly spread: 'interval' | 'range';
  readonly series: readonly DotSeries[];
}

export interface DotSeries {
  readonly label: string;
  /** `row` is a place in `lanes`; values are in the chart's unit. */
  readonly rounds: readonly { readonly row: number; readonly round: string; readonly value: number }[];
  readonly estimates: readonly {
    readonly row: number;
    readonly value: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly text: string;
  }[];
}

export interface StackChart extends ChartBase {
  readonly kind: 'stack';
  readonly parts: readonly StackPart[];
  readonly totals: readonly string[];
}

export interface StackPart {
  readonly label: string;
  readonly colour: `--layer-${string}`;
  readonly isHatched: boolean;
  readonly values: readonly number[];
}

export interface LineChart extends ChartBase {
  readonly kind: 'lines';
  readonly x: LineAxis;
  readonly y: LineAxis;
  readonly spread: 'interval' | 'range';
  readonly lines: readonly LaneLine[];
  /** From one point to the next; `steps` keeps a value until the next one, and of `marks` none is joined to another. */
  readonly shape: 'straight' | 'steps' | 'marks';
  readonly texts: 'ends' | 'points' | 'none';
  readonly limit?: { readonly value: number; readonly text: string } | undefined;
  readonly expected?: { readonly text: string; readonly points: readonly Pick<LinePoint, 'x' | 'y'>[] };
}

export interface LineAxis {
  readonly title: string;
  readonly unit: string;
  readonly scale: 'log' | 'linear';
  /** Both ends, the same in charts that are read side by side; of values on a linear axis, what it is to hold at the least. */
  readonly range: readonly [number, number];
  /** Places and texts of all values that were set: points then stand at the places. */
  readonly ticks?: readonly { readonly at: number; readonly text: string }[];
}

/** Values are in the units of the axes, or places on an axis with ticks of its own. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly round?: string;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly text?: string;
}

export interface LaneLine {
  readonly rounds: readonly LinePoint[];
  readonly points: readonly LinePoint[];
}

export interface Table {
  readonly id: string;
  readonly title: string;
  readonly definition: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly notes?: readonly string[];
  /** Shown beside the title of a folded table; undefined where the table is open. */
  readonly folded?: string | undefined;
}

export interface Column {
  readonly label: string;
  readonly unit?: string;
  readonly numeric: boolean;
}

/** The first column's text heads the row. */
export interface Row {
  readonly header: string;
  /** Heads the rows that follow one another with the same one. */
  readonly group?: string | undefined;
  readonly lane?: LaneLabel | undefined;
  readonly cells: readonly TableCell[];
}

export interface TableCell {
  readonly text: string;
  readonly interval?: string | undefined;
  readonly verdict?: { readonly glyph: string; readonly text: string } | undefined;
  /** Said behind it: the value with the attempts that do not count. */
  readonly aside?: string | undefined;
  readonly isRemark?: boolean;
  /** Id of the sentence that cites it; undefined where it has none. */
  readonly cite?: string | undefined;
  /** Why it may not be cited; undefined where it may. */
  readonly refusal?: string | undefined;
}
