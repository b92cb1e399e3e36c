/** What to write in a paper: a sentence for each headline number, and an entry for the bibliography. */

import type { Result } from '../../contract/result.ts';
import { bibtexEntry, citationSentence } from './citation.ts';
import type { Cite, CiteGroup } from './page-model.ts';
import { quotedIn } from './tables/tables.ts';
import { type ScenarioView, withoutRepeats } from './words/places.ts';

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
  const metrics = quotedIn(scenario);
  return {
    title: scenario.title,
    sentences: places.flatMap(({ lanes }) =>
      lanes.flatMap(({ label, estimates }) =>
        metrics.flatMap((metric) => {
          const estimate = estimates.get(metric);
          return estimate ? { lane: label, text: citationSentence(result, estimate) } : [];
        }),
      ),
    ),
  };
}
