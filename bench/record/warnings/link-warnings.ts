/** Warnings about the link: a distance that was longer than it should be. */

import { type CompletedCell, notice, percent, severe, type Warning } from '../../contract/result.ts';

const LIMITS = {
  cpuShare: 0.8,
  /** How late it may be: what it lets through later is no distance any more. Severe at p50, a notice at p99. */
  lateUs: 1_000,
  /** Share of the one-way delay that is allowed where it is more. */
  late: 0.02,
} as const;

export function linkWarnings({ link }: Pick<CompletedCell, 'link'>): Warning[] {
  if (!link) return [];
  const { rttMs, lateness, cpuShare } = link;
  const allowedUs = Math.max(LIMITS.lateUs, (rttMs / 2) * 1e3 * LIMITS.late);
  const late = (name: string, us: number) =>
    `The link let bytes through ${(us / 1e3).toFixed(2)} ms late at ${name}; allowed are ${(allowedUs / 1e3).toFixed(2)} ms.`;
  const hint = 'Fewer clients, or a core for the link: its lateness is part of every latency.';
  const found: Warning[] = [];
  if (lateness.p50Us > allowedUs) found.push(severe('link-late', late('p50', lateness.p50Us), hint, ['latency']));
  else if (lateness.p99Us > allowedUs) {
    found.push(notice('link-late', late('p99', lateness.p99Us), `${hint} Quote no percentile above p50.`));
  }
  if (cpuShare <= LIMITS.cpuShare) return found;
  const text = `The link used ${percent(cpuShare)} of a core.`;
  const fewer = 'Fewer clients or events per second: the link limits what is measured.';
  return [...found, severe('link-saturated', text, fewer, ['latency'])];
}
