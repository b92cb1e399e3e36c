/**
 * What the report embeds and the page's script draws: configurations of Chart.js as plain data.
 *
 * A string that begins with `--` is a custom property of the page's style; the script puts its value in.
 */

export type ChartSpec = RowSpec | LineSpec;

interface Spec {
  readonly canvas: string;
  readonly heightPx: number;
}

export interface RowSpec extends Spec {
  readonly unit: string;
  readonly rows: readonly string[];
  readonly config: DotConfig | StackConfig;
}

export interface LineSpec extends Spec {
  readonly x: { readonly unit: string; readonly ticks?: readonly { readonly at: number; readonly text: string }[] };
  readonly y: { readonly unit: string };
  /** Written at the ends of lines, beside their points, or nowhere. */
  readonly texts: 'ends' | 'points' | 'none';
  readonly limit?: { readonly value: number; readonly text: string };
  readonly config: LineConfig;
}

interface Config<Type extends string, Data> {
  readonly type: Type;
  readonly data: Data;
  readonly options: object;
}

export type LineConfig = Config<'scatter', { readonly datasets: readonly LineDataset[] }>;
export type DotConfig = Config<'scatter', { readonly datasets: readonly DotDataset[] }>;
export type StackConfig = Config<
  'bar',
  { readonly labels: readonly string[]; readonly datasets: readonly StackDataset[] }
>;

/** One colour and width for all marks, or one for each. */
interface Marks<Colour, Width> {
  readonly label: string;
  readonly pointStyle: string;
  readonly pointRadius: number;
  readonly pointHoverRadius: number;
  readonly pointBackgroundColor: readonly string[] | string;
  readonly pointBorderColor: Colour;
  readonly pointBorderWidth: Width;
}

export interface LineDataset extends Marks<string, number> {
  readonly pointRotation: number;
  readonly showLine: boolean;
  readonly borderColor?: string;
  readonly borderWidth?: number;
  readonly borderDash?: readonly number[];
  readonly stepped?: boolean;
  readonly data: readonly LinePoint[];
}

/** A round, or an estimate with its bounds and what is written beside it. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly round?: number;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly text?: string;
}

export interface DotDataset extends Marks<readonly string[], readonly number[] | number> {
  readonly data: readonly DotPoint[];
}

/** A round, or an estimate with what is drawn beside it. */
export interface DotPoint {
  readonly x: number;
  readonly y: number;
  readonly row: number;
  readonly round?: number;
  readonly estimate?: { readonly low: number | null; readonly high: number | null; readonly text: string };
}

export interface StackDataset {
  readonly label: string;
  readonly data: readonly number[];
  readonly backgroundColor: string;
  /** Drawn as stripes, for those who can't tell the colours apart. */
  readonly isHatched: boolean;
  readonly endTexts?: readonly string[];
}
