/** Whether figures may be cited, in words: three for the run, a sign for a figure, and the reasons. */

import { KINDS, type Kind, type Result, type Standing } from '../../../contract/result.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import { countOf } from './format.ts';

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  bytes: 'bytes',
  cpu: 'CPU',
  latency: 'latency',
  packets: 'packets',
  memory: 'memory',
};

/** Told of every run; the others where something speaks against them. */
const ALWAYS_TOLD: readonly Kind[] = ['bytes', 'cpu', 'latency'];

/** `bytes ✓ · CPU ✗ · latency ✓` */
export function citableText(citable: Result['citable']): string {
  return (Object.keys(KIND_NAMES) as Kind[])
    .filter((kind) => ALWAYS_TOLD.includes(kind) || !citable[kind].ok)
    .map((kind) => `${KIND_NAMES[kind]} ${citable[kind].ok ? '✓' : '✗'}`)
    .join(' · ');
}

export function refusedKinds(citable: Result['citable']): Kind[] {
  return (Object.keys(KIND_NAMES) as Kind[]).filter((kind) => !citable[kind].ok);
}

/** `CPU, latency` */
export function namesOf(kinds: readonly Kind[]): string {
  return kinds.map((kind) => KIND_NAMES[kind]).join(', ');
}

/** Each reason once, with the kinds that it speaks against: `all: dirty-tree: …`, `CPU, latency: too-few-rounds: …` */
export function reasonTexts(citable: Result['citable']): string[] {
  const refused = refusedKinds(citable);
  const reasons = new Set(refused.flatMap((kind) => citable[kind].reasons));
  return [...reasons].map((reason) => {
    const kinds = refused.filter((kind) => citable[kind].reasons.includes(reason));
    return `${kinds.length === KINDS.length ? 'all' : namesOf(kinds)}: ${reason}`;
  });
}

/** Behind a figure that may not be cited. */
export const UNCITABLE_MARK = '†';

interface Judged {
  readonly standing?: Standing;
}

export function isRefused({ standing }: Judged): boolean {
  return standing?.ok === false;
}

/** What stands below figures of which some have the mark; undefined where none has. */
export function markLegend(figures: readonly Judged[]): string | undefined {
  const refused = figures.filter(isRefused);
  const reasons = [...new Set(refused.flatMap(({ standing }) => standing?.reasons ?? []))];
  if (refused.length === 0) return undefined;
  return [`${UNCITABLE_MARK} not citable`, reasons.join(' ')].filter(Boolean).join(': ');
}

/** What an absolute time is of; undefined where the result has none. */
export function sessionText({ estimates, sessions, merged }: Result): string | undefined {
  if (!estimates.some(({ metric }) => metricOf(metric).kind === 'latency')) return undefined;
  const runs = merged ? countOf(merged.length, 'run') : undefined;
  const whose = runs ? `these ${runs}` : sessions.length > 1 ? 'these sessions' : 'this session';
  return `Absolute times are of ${whose}; in another one they may lie outside of their intervals.`;
}
