/** What a row of the table of metrics says. */

import type { CompletedCell } from '../../contract/result.ts';

export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly unit: 'µs' | 'B' | '1/s' | '%' | '';
  /** What it means, for tables and tooltips. */
  readonly definition: string;
  /** undefined where the cell does not say, or says too little. */
  readonly of: (cell: CompletedCell) => number | undefined;
  /** What a cell must hold to say it. */
  readonly needs: string;
  /** Times vary from round to round and get a t interval; what is counted, as bytes are, is given with its range. */
  readonly spread: 'interval' | 'range';
  /** A ratio within 1/(1 + margin) to 1 + margin makes no practical difference. */
  readonly margin: number;
  /** What is said of a lane whose value is lower or higher than that of another, between the names of the two. */
  readonly verbs: { readonly lower: string; readonly higher: string };
  /** How many deliveries stand behind it; those of the window when it does not say. */
  readonly samplesOf?: (cell: CompletedCell) => number;
}

export const TIMED = { spread: 'interval', margin: 0.05 } as const;
export const COUNTED = { spread: 'range', margin: 0.01 } as const;
export const FASTER = { lower: 'is faster than', higher: 'is slower than' } as const;
export const takes = (what: string, lower: string) => ({
  lower: `takes ${lower} ${what} than`,
  higher: `takes more ${what} than`,
});
