/** Whether others notice a client that stops reading, in words: on the page and on the terminal. */

import { VERDICTS, type Verdict } from '../../../contract/result.ts';
import type { Prose } from '../page-model.ts';
import type { ScenarioView } from '../words/places.ts';
import { joined, listed, marginText, ratioProse } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';
import { type Effect, effectsOf, groupsOf, stalledText, tailOf, UNNOTICED } from './isolation.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  lower: 'lower on ',
  higher: 'higher on ',
  equivalent: `the same within ${marginText(UNNOTICED)} on `,
  inconclusive: 'not decided on ',
};

/** One for each number of stalled clients; none where no lane was measured with and without. */
export function isolationSentences(view: ScenarioView): Prose[] {
  const groups = groupsOf(view);
  const tail = tailOf(view);
  const effects = effectsOf(groups, tail, UNNOTICED);
  const what = `the others’ ${inSentence(tail.title)}`;
  return groups.flatMap((group) =>
    group.places.flatMap((place): Prose[] => {
      const here = effects.filter((effect) => effect.place === place);
      if (here.length === 0) return [];
      const where = `With ${stalledText(place, group)}${group.title === undefined ? '' : `, ${group.title}`}, `;
      if (here.every(({ verdict }) => verdict === 'inconclusive')) {
        return [[`${where}no change of ${what} is decided, nor that it stays within ${marginText(UNNOTICED)}.`]];
      }
      const said = VERDICTS.flatMap((verdict): Prose[] => {
        const named = here.filter((effect) => effect.verdict === verdict).map(nameProse);
        return named.length === 0 ? [] : [[WORDS[verdict], ...listed(named)]];
      });
      return [[`${where}${what} is `, ...joined(said, '; '), '.']];
    }),
  );
}

function nameProse(effect: Effect): Prose {
  const isNoticed = effect.verdict === 'lower' || effect.verdict === 'higher';
  return [{ strong: effect.label.title }, ...(isNoticed ? [' (', ...ratioProse(effect), ')'] : [])];
}
