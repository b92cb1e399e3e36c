/** The laboratory against the smallest programs that do the same: a row for each ratio. */

import type { Self, SelfRatio } from '../../../contract/files/self.ts';
import type { Table } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { formatInstant, formatInterval, intervalText, RATIO } from '../words/format.ts';

const NARROW = '± 5 %';

/** `0.97 [0.95, 0.99]` */
export function formatRatio({ ratio, low, high }: Pick<SelfRatio, 'ratio' | 'low' | 'high'>): string {
  return intervalText(formatInterval({ value: ratio, low, high }, RATIO));
}

/** Measure, what was divided by what, ratio with its interval, turns; and whether the interval stayed wide. */
export function selfRows({ ratios }: Pick<Self, 'ratios'>): (readonly [string, string, string, string, string])[] {
  return ratios.map(({ pair, subject, reference, measure, turns, isNarrow, ...ratio }) => [
    pair,
    `${subject} ÷ ${reference}`,
    measure,
    formatRatio(ratio),
    `${turns}${isNarrow ? '' : `, wider than ${NARROW}`}`,
  ]);
}

export const SELF_HEADS = ['Pair', 'What ÷ what', 'Measure', 'Ratio', 'Turns'] as const;

/** How much of a run is measured, and what its page takes: undefined where no run was at hand. */
export function selfRunText({ run }: Pick<Self, 'run'>): string | undefined {
  if (!run) return undefined;
  const { id, windowSeconds, wallSeconds, pageBuildMs } = run;
  const share = ((100 * windowSeconds) / wallSeconds).toFixed(0);
  return (
    `Of run ${id}, ${share} % of the time from start to end lie in measured windows ` +
    `(${windowSeconds.toFixed(0)} of ${wallSeconds.toFixed(0)} s); its page takes ${pageBuildMs.toFixed(0)} ms to build.`
  );
}

export function selfTable(self: Self): Table {
  const { startedAt, environment, problems } = self;
  return {
    id: PARTS.selfRatios,
    title: 'The laboratory against the smallest programs that do the same',
    definition:
      `Measured ${formatInstant(startedAt)} on ${environment.cpu.model ?? 'an unknown CPU'} by npm run bench -- self; no part of ` +
      'the run above. Both sides in turn, with 95 % intervals over turns. A bare program sends to each client with the ' +
      "lane's own library, or parses each event's JSON, and does nothing else: no audit, no histogram.",
    columns: SELF_HEADS.map((label, at) => ({ label, numeric: at > 2 })),
    rows: selfRows(self).map(([group, header, ...texts]) => ({
      header: group,
      cells: [header, ...texts].map((text) => ({ text })),
    })),
    notes: [selfRunText(self) ?? [], ...problems.map(({ pair, text }) => `${pair}: ${text}`)].flat(),
  };
}
