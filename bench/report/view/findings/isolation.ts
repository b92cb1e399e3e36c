/** What a client that stops reading changes for the others of its lane: ratios with verdicts, and the sentences about them. */

import { type Point, VERDICTS, type Verdict } from '../../../contract/result.ts';
import { groupBy } from '../../../stats/group.ts';
import { compareAll } from '../../../stats/inference/verdict.ts';
import { compareLanes } from '../../../stats/lane-ratio.ts';
import { latencyMetric, type Metric } from '../../../stats/metrics/metrics.ts';
import type { Prose } from '../page-model.ts';
import { laneAt, type Place, type ScenarioView } from '../words/places.ts';
import { keyOf, variedText } from '../words/points.ts';
import { joined, listed, marginText, ratioProse } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';

/** By how much others' latency may change and still count as unnoticed. It was set before anything was measured. */
export const UNNOTICED = 0.2;
const TAILS = (['p99', 'p95', 'p50'] as const).map(latencyMetric);

export type Group = ReturnType<typeof groupsOf>[number];
export type Effect = ReturnType<typeof effectsOf>[number];

/** Places that differ in the stalled clients alone, from none to many. */
export function groupsOf({ places }: ScenarioView) {
  const rest = ({ stalledClients: _, ...point }: Point): Point => point;
  const all = places.map(({ point }) => rest(point));
  return [...groupBy(places, ({ point }) => keyOf(rest(point))).values()].map((mine) => ({
    title: variedText(rest(mine[0].point), all),
    places: mine.toSorted((a, b) => (a.point.stalledClients ?? 0) - (b.point.stalledClients ?? 0)),
  }));
}

export function tailOf({ places }: ScenarioView): Metric {
  const lanes = places.flatMap((place) => place.lanes);
  return TAILS.find(({ id }) => lanes.some(({ estimates }) => estimates.has(id))) ?? latencyMetric('p99');
}

export function stalledText({ point }: Place, { places }: Group): string {
  const points = places.map((place) => place.point);
  return variedText(point, points) ?? 'measured';
}

/**
 * Every lane at every place with stalled clients, paired by round: what disturbed one disturbed the other. They are read side
 * by side: their verdicts are corrected together.
 *
 * @param margin in place of the metric's own
 */
export function effectsOf(groups: readonly Group[], metric: Metric, margin = metric.margin) {
  const candidates = groups.flatMap(({ places: [calm, ...stalled] }) =>
    stalled.flatMap((place) =>
      place.lanes.flatMap(({ label, attempts }) => {
        const compared = compareLanes(attempts, (calm && laneAt(calm, label)?.attempts) ?? [], { ...metric, margin });
        if (!compared) return [];
        const { ratio, rounds } = compared;
        return { identity: { label, place, rounds }, ratio, family: metric.id };
      }),
    ),
  );
  return compareAll(candidates);
}

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
