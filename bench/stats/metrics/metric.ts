/** The columns of the table of metrics: what a row says of its metric, and where that is shown. */

import type { CompletedCell, Kind, Result } from '../../contract/result.ts';

export type FigureKind = Result['scenarios'][number]['figures'][number];

export interface Metric {
  readonly id: string;
  readonly title: string;
  /** Heads a column or names a symbol where a title stands above that says the rest. */
  readonly label: string;
  /** What speaks against citing it: each kind of figure has grounds of its own. */
  readonly kind: Kind;
  readonly unit: 'µs' | 'B' | '1/s' | '%' | '';
  /** A sentence without its full stop; figures, tooltips and citations quote it. */
  readonly definition: string;
  /** undefined where the cell does not say, or says too little. */
  readonly of: (cell: CompletedCell) => number | undefined;
  /** A percentile that rounds tell together: then `of` is that of a round by itself. Without it, rounds are averaged. */
  readonly merged?: Merged;
  /** What a cell must hold to say it. */
  readonly needs: string;
  /** Times vary from round to round and get a t interval; what is counted, as bytes are, is given with its range. */
  readonly spread: 'interval' | 'range';
  /** A ratio within 1/(1 + margin) to 1 + margin makes no practical difference. */
  readonly margin: number;
  /** The axis of charts in which lanes stand side by side. */
  readonly axis: 'log' | 'linear';
  /** What is said of a lane whose value is lower or higher than that of another, between the names of the two. */
  readonly verbs: { readonly lower: string; readonly higher: string };
  /** How many deliveries stand behind it; those of the window when it does not say. */
  readonly samplesOf?: (cell: CompletedCell) => number;
  /** By how much the values of a cell may be off, in the same direction in all rounds: the interval is wider by it. */
  readonly uncertaintyOf?: ((cell: CompletedCell) => Uncertainty | undefined) | undefined;
  /** Quoted only with enough samples: where the value is missing, there were too few. */
  readonly isPercentile?: boolean;
  /** A part of another metric, or what stands beside one: the A/A comparison does not judge it, and no sentence compares it. */
  readonly isPart?: boolean;
  readonly shown: Shown;
}

/** By which a time may be too high, and too low. */
export interface Uncertainty {
  readonly lessUs: number;
  readonly moreUs: number;
}

/** A percentile of the deliveries of all rounds of a run. */
export interface Merged {
  /** 0.99 of p99. */
  readonly share: number;
  /** undefined where the cell has none that may be told. */
  readonly latencyOf: (cell: CompletedCell) => CompletedCell['latency'] | undefined;
  /** How many independent ones a cell adds. */
  readonly eventsOf: (cell: CompletedCell) => number;
  /** In all rounds of a run. */
  readonly eventsNeeded: number;
}

/**
 * A place without an entry does not show the metric. `cells.csv` and `compare --metrics` have all; charts have those of the
 * figures of `bench/report/view/figures/metric-figure.ts`, and others (`layers`, `isolation`, `knee`) draw their own.
 */
export interface Shown {
  /** The figures of a scenario that ask for the metric, its own first; places may name other ones. */
  readonly figures: readonly FigureKind[];
  /** Order among the columns of a table, then that of the rows. @default 0 */
  readonly rank?: number;
  /** A metric is charted in its figures, where those chart metrics: this says what differs from its other columns. */
  readonly chart?: ShownFor & {
    /** Metrics of one plot share its axis. @default the metric's title */
    readonly plot?: string;
    /** In the metric's own figure, or a table of its own. @default its label */
    readonly label?: string;
    /** Said of a lane with valid rounds and no value. @default what the metric needs */
    readonly missing?: string;
  };
  /** A column of the summary and of LaTeX. */
  readonly exported?: ShownFor & {
    readonly table: keyof typeof EXPORT_TABLES;
    /** @default the metric's label */
    readonly label?: string;
    /** Quoted in a sentence: what the others say more of. */
    readonly isQuoted?: boolean;
  };
  /** A column of the tables in short (terminal, `summary.md`), which have the first metric of each kind, by rank. */
  readonly terminal?: ShownFor & { readonly label: string };
  /** Figures for which the terminal says how lanes compare in it. */
  readonly comparedFor?: readonly FigureKind[];
  /** Its name where a duplicate lane is compared with its original. */
  readonly noiseFloor?: string;
  /** Shown of each cell as it ends, the first two that it has: times first, then in the table's order. A value is divided by `per`. */
  readonly progress?: { readonly label: string; readonly per: number; readonly decimals: number };
  /** `compare` shows it unless told which metrics to show. */
  readonly isCompared?: boolean;
}

interface ShownFor {
  /** @default those of the metric */
  readonly figures?: readonly FigureKind[];
}

/** Titles of the exported tables, in their order. */
export const EXPORT_TABLES = {
  latency: 'Latency',
  'latency-parts': 'Parts of latency',
  gap: 'Events in the gap',
  bytes: 'Bytes per delivery',
  polls: 'Per poll',
  opening: 'Handshake and empty poll',
  server: 'Cost at the server',
  silence: 'Cost of silence',
  'first-event': 'To the first event',
  echo: 'Messages from client to server',
  recovery: 'Recovery',
  capacity: 'Capacity',
  browser: 'In the page of a browser',
} as const;

const VARYING = { spread: 'interval', margin: 0.05, axis: 'linear' } as const;
export const CPU = { ...VARYING, kind: 'cpu' } as const;
export const MEMORY = { ...VARYING, kind: 'memory', unit: 'B' } as const;
export const COUNTED = { spread: 'range', margin: 0.01, axis: 'linear' } as const;
export const BYTES = { ...COUNTED, kind: 'bytes', unit: 'B' } as const;
export const PACKETS = { ...COUNTED, kind: 'packets' } as const;
const FASTER = { lower: 'is faster than', higher: 'is slower than' };
/** Durations of lanes lie orders of magnitude apart: a poll waits a second where a push takes one millisecond. */
export const LATENCY = { ...VARYING, kind: 'latency' } as const;
export const DURATION = { ...LATENCY, unit: 'µs', axis: 'log', verbs: FASTER } as const;
export const takes = (what: string, lower: string) => ({
  lower: `takes ${lower} ${what} than`,
  higher: `takes more ${what} than`,
});

/** Whether the verb of a comparison leaves open which quantity it is about. */
export function isNamedByVerb({ verbs }: Pick<Metric, 'verbs'>): boolean {
  return verbs !== FASTER;
}
