/** Which kinds of figures of a run may be cited, and how many single ones may not: the strip above the matrix. */

import { KINDS, type Kind, type Result } from '../../../../contract/result.ts';
import { metricOf } from '../../../../stats/metrics/metrics.ts';
import type { Entry } from '../../page-model.ts';
import { countOf, formatCount } from '../../words/format.ts';
import type { Report } from '../../words/quotes.ts';
import { isRefused, KIND_NAMES } from '../../words/standing.ts';

export interface Trust {
  readonly kind: Kind;
  readonly name: string;
  readonly isCitable: boolean;
  /** `5 of 40 figures not`; undefined where none is refused, or all are. */
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
    const but =
      refused > 0 && refused < figures.length
        ? `${formatCount(refused)} of ${countOf(figures.length, 'figure')} not`
        : undefined;
    return [{ kind, name: KIND_NAMES[kind], isCitable: ok, but, reasons }];
  });
}

/** Single figures that may not be cited, of kinds that others may be cited of, each with its reasons. */
export function refusedFigures({ result, views }: Pick<Report, 'result' | 'views'>): Entry[] {
  const told = new Set(trustOf(result).flatMap(({ kind, but }) => (but === undefined ? [] : kind)));
  return views.flatMap(({ scenario, places }) =>
    places.flatMap(({ varied, lanes }) =>
      lanes.flatMap(({ label, estimates }) =>
        [...estimates.values()].flatMap((estimate) => {
          const { title, kind } = metricOf(estimate.metric);
          if (!isRefused(estimate) || !told.has(kind)) return [];
          const of = [title, label.title, scenario.title, varied].filter((part) => part !== undefined);
          return [{ term: of.join(', '), text: estimate.standing.reasons.join(' ') }];
        }),
      ),
    ),
  );
}
