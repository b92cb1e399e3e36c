/**
 * A chart of which everything is decided but its colours: what the SVG is drawn from when the page is built, and what the
 * page embeds for Chart.js. Both draw the same ticks, values and texts, since neither finds them itself.
 *
 * A colour is the name of a custom property of the page's style, such as `--lane-1`.
 */

export interface Drawing {
  /** By `LaneLabel.index`. */
  readonly lanes: Readonly<Record<number, LaneStyle>>;
  readonly plots: readonly Plot[];
}

export interface LaneStyle {
  readonly colour: string;
  readonly mark: Mark;
  readonly dash: readonly number[];
  /** It measures another lane once more: its marks are hollow. */
  readonly isRepeat: boolean;
}

export type Mark = 'circle' | 'up' | 'square' | 'diamond' | 'down' | 'cross' | 'plus' | 'bar';

export interface Plot {
  readonly id: string;
  /** Rows have a lane or a series each; their vertical axis counts pixels from the top. */
  readonly kind: 'rows' | 'bars' | 'lines';
  /** Of the area between the axes, as is the width that it was laid out for. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Room for the texts of the vertical axis, and for texts behind the area. */
  readonly leftPx: number;
  readonly endPx: number;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  /** The first lie above the others. */
  readonly series: readonly Series[];
  readonly texts: readonly PlotText[];
  /** Where a dashed line lies, in the unit of the vertical axis. */
  readonly limit?: number | undefined;
  /** Names of lanes, which differ where a place of the scenario is a lane here. */
  readonly names: Readonly<Record<number, string>>;
  /** Names of rounds, to which the values of `rounds` point. */
  readonly rounds: readonly string[];
}

export interface PlotAxis {
  readonly title: string;
  readonly unit: string;
  readonly isLog: boolean;
  readonly range: readonly [number, number];
  /** Quiet are those that stand below another. */
  readonly ticks: readonly (readonly [at: number, text: string, isQuiet?: boolean])[];
}

export type Series = LaneSeries | BarSeries | CurveSeries;

interface LaneSeries {
  readonly kind: 'estimates' | 'rounds';
  readonly lane: number;
  /** What tells it from the lane's others in the same plot. */
  readonly name?: string | undefined;
  readonly line?: 'straight' | 'steps' | undefined;
  /** Of estimates x, y, and the ends of the interval; of rounds x, y, and a place in `rounds`. */
  readonly values: readonly (readonly (number | null)[])[];
}

interface BarSeries {
  readonly kind: 'bars';
  readonly name: string;
  readonly colour: string;
  readonly isHatched: boolean;
  /** Where it begins and ends, and the middle of its row. */
  readonly values: readonly (readonly [from: number, to: number, y: number])[];
}

interface CurveSeries {
  readonly kind: 'curve';
  readonly name: string;
  readonly values: readonly (readonly [x: number, y: number])[];
}

/** At a place in the units of the axes, moved by pixels. */
export interface PlotText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy?: number;
  /** Its middle is there, and not its beginning. */
  readonly isCentred?: boolean;
  readonly lane?: number | undefined;
  readonly colour?: string | undefined;
  /** Behind the area, tied to its place by a line in this colour. */
  readonly leader?: string | undefined;
}
