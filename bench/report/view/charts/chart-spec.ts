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
  readonly texts: 'ends' | 'points' | 'none';
  readonly limit?: { readonly value: number; readonly text: string };
  readonly config: Config<'scatter', { readonly datasets: readonly LineDataset[] }>;
}

interface Config<Type extends string, Data> {
  readonly type: Type;
  readonly data: Data;
  readonly options: object;
}

type DotConfig = Config<'scatter', { readonly datasets: readonly DotDataset[] }>;
type StackConfig = Config<'bar', { readonly labels: readonly string[]; readonly datasets: readonly StackDataset[] }>;

/** What the page's scripts read of a dataset; the rest are options of Chart.js. */
interface Dataset<Colour, Point> {
  readonly label: string;
  readonly pointBorderColor: Colour;
  readonly data: readonly Point[];
  readonly [option: string]: unknown;
}

export interface LineDataset extends Dataset<string, LinePoint> {
  readonly pointRadius: number;
  readonly showLine: boolean;
}

export type DotDataset = Dataset<readonly string[], DotPoint>;

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly round?: string;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly text?: string;
}

export interface DotPoint {
  readonly x: number;
  readonly y: number;
  readonly row: number;
  readonly round?: string;
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
