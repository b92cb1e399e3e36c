/** Doubts about the link: a distance that was longer than it should be. */

import type { CompletedCell, Warning } from '../contract/result.ts';
import { percent, severe } from './doubt.ts';

const LIMITS = {
  cpuShare: 0.8,
  /** How late it may be at p99: what it lets through later is no distance any more. */
  lateUs: 1_000,
  /** Of the one-way delay, where that is more. */
  late: 0.02,
} as const;

export function linkWarnings({ link }: Pick<CompletedCell, 'link'>): Warning[] {
  if (!link) return [];
  const { rttMs, lateness, cpuShare } = link;
  const found: Warning[] = [];
  const allowedUs = Math.max(LIMITS.lateUs, (rttMs / 2) * 1e3 * LIMITS.late);
  if (lateness.p99Us > allowedUs) {
    const text = `The link let bytes through ${(lateness.p99Us / 1e3).toFixed(2)} ms late at p99; allowed are ${(allowedUs / 1e3).toFixed(2)} ms.`;
    found.push(
      severe('link-late', text, 'Fewer clients, or a core for the link: its lateness is part of every latency.'),
    );
  }
  if (cpuShare > LIMITS.cpuShare) {
    const text = `The link used ${percent(cpuShare)} of a core.`;
    found.push(severe('link-saturated', text, 'Fewer clients or events per second: the link limits what is measured.'));
  }
  return found;
}
