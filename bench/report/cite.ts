/** What to write in a paper: a sentence for each headline number, and an entry for the bibliography. */

import type { Result } from '../contract/result.ts';
import { bibtexEntry, citationSentence } from '../export/citation.ts';
import type { Cite, CiteGroup } from './page-model.ts';
import { type ScenarioView, withoutRepeats } from './places.ts';

type FigureKind = Result['scenarios'][number]['figures'][number];

/** The headline numbers of scenarios with any of these figures. */
const HEADLINES: readonly { readonly metric: string; readonly figures: readonly FigureKind[] }[] = [
  { metric: 'latency.p50Us', figures: ['latency'] },
  { metric: 'latency.p95Us', figures: ['latency'] },
  { metric: 'wire.perDeliveryBytes', figures: ['bytes', 'layers'] },
  { metric: 'server.cpuPerDeliveryUs', figures: ['cpu'] },
  { metric: 'server.heapPerClientBytes', figures: ['memory'] },
];

export function citeOf(result: Result, views: readonly ScenarioView[]): Cite {
  return {
    text: result.citable.ok
      ? 'Each sentence stands for itself: value, interval, rounds, setting, version and run. Copy it, or put it in your own words and keep all of these.'
      : 'These numbers are not to be cited: the reasons stand at the top of the page, and each sentence begins with them.',
    groups: views.map(withoutRepeats).map((view) => groupOf(view, result)),
    bibtex: bibtexEntry(result),
  };
}

function groupOf({ scenario, places }: ScenarioView, result: Result): CiteGroup {
  const metrics = HEADLINES.filter(({ figures }) => figures.some((figure) => scenario.figures.includes(figure)));
  return {
    title: scenario.title,
    sentences: places.flatMap(({ lanes }) =>
      lanes.flatMap(({ label, estimates }) =>
        metrics.flatMap(({ metric }) => {
          const estimate = estimates.get(metric);
          return estimate ? { lane: label, text: citationSentence(result, estimate) } : [];
        }),
      ),
    ),
  };
}
