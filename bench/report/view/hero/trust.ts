/** Which kinds of figures of a run may be cited, and how many single ones may not: the strip above the matrix. */

import { KINDS, type Kind, type Result } from '../../../contract/result.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import { countOf } from '../words/format.ts';
import { isRefused, KIND_NAMES } from '../words/standing.ts';

export interface Trust {
  readonly kind: Kind;
  readonly name: string;
  readonly isCitable: boolean;
  /** `5 figures not`, of a kind of which others may be; undefined where none is refused. */
  readonly but: string | undefined;
  /** Why not, of the kind as a whole. */
  readonly reasons: readonly string[];
}

/** Of the kinds that the run has figures of. */
export function trustOf({ citable, estimates }: Pick<Result, 'citable' | 'estimates'>): Trust[] {
  return KINDS.flatMap((kind) => {
    const figures = estimates.filter(({ metric }) => metricOf(metric).kind === kind);
    const { ok, reasons } = citable[kind];
    const refused = figures.filter(isRefused).length;
    if (figures.length === 0) return [];
    const but = ok && refused > 0 ? `${countOf(refused, 'figure')} not` : undefined;
    return [{ kind, name: KIND_NAMES[kind], isCitable: ok, but, reasons }];
  });
}
