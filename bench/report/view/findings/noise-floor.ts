/** How far a duplicate lies from its original: a difference between lanes has to be larger. */

import type { Result } from '../../../contract/result.ts';
import { type FigureKind, metrics } from '../../../stats/metrics/metrics.ts';
import { noiseFloor, type SelfComparison } from '../../../stats/noise-floor.ts';
import type { Prose } from '../page-model.ts';
import { countOf, formatInterval, RATIO } from '../words/format.ts';
import { placeName } from '../words/named-places.ts';
import { distinctPoints, keyOf, variedText } from '../words/points.ts';
import { listed, ratioProse } from '../words/verdicts.ts';

type Scenario = Result['scenarios'][number];

/** What is compared, in scenarios that ask for its own figure. */
const METRICS = metrics.filter(({ shown }) => shown.noiseFloor !== undefined);

export function noiseFloorOf({ lanes, scenarios, comparisons }: Result): Prose[] {
  const floor = noiseFloor(comparisons, lanes);
  return lanes.flatMap((lane) => {
    const repeated = lanes.find(({ id }) => id === lane.duplicateOf);
    if (!repeated) return [];
    const mine = floor.filter(({ comparison }) =>
      [lane, repeated].every(({ id }) => id === comparison.lane || id === comparison.reference),
    );
    const found = scenarios.flatMap((scenario) => {
      const differences = differencesIn(scenario, mine);
      return differences.length > 0 ? { scenario, differences } : [];
    });
    return found.map(({ scenario, differences }): Prose => {
      const where = found.length > 1 ? `${scenario.title}: the` : 'The';
      return [
        `${where} same lane measured twice (${repeated.title}; ${lane.title}) differs by `,
        ...listed(differences.map(differenceProse)),
        '.',
        ...departure(differences),
      ];
    });
  });
}

/** Several scenarios: those in which an interval leaves 1; if none does, that. */
export function noiseFloorInShort(result: Result): Prose[] {
  const all = noiseFloorOf(result);
  const leaving = all.filter((prose) => prose.some((part) => typeof part === 'object' && 'strong' in part));
  if (leaving.length > 0 || all.length === 0) return leaving;
  return [['The same lane measured twice: no interval of its ratios leaves 1.']];
}

function differencesIn(scenario: Scenario, floor: readonly SelfComparison[]) {
  const { id, figures, points: all } = scenario;
  const points = distinctPoints(all);
  const isShown = (figure: FigureKind | undefined) => figure !== undefined && figures.includes(figure);
  return METRICS.filter(({ shown }) => isShown(shown.figures[0])).flatMap(
    ({ id: metric, shown: { noiseFloor: name = '' } }) => {
      const [first, ...others] = points.flatMap((point) => {
        const varied = placeName(scenario, point) ?? variedText(point, points);
        return floor
          .filter(
            ({ comparison: one }) => one.scenario === id && one.metric === metric && keyOf(one.point) === keyOf(point),
          )
          .map((one) => ({ ...one, varied }));
      });
      return first ? [{ name, at: [first, ...others] as const }] : [];
    },
  );
}

type Difference = ReturnType<typeof differencesIn>[number];

/** Several points: the least and the most; each stands in the tables. */
function differenceProse({ name, at }: Difference): Prose {
  if (at.length === 1) return [...ratioProse(at[0].comparison), ` in ${name}`];
  const ratios = at.map(({ comparison }) => comparison.ratio);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map(
    (value) => formatInterval({ value, low: null, high: null }, RATIO).value,
  );
  return [`×\u00a0${least} to ×\u00a0${most} in ${name}`, { quiet: ` (${countOf(at.length, 'point')})` }];
}

function departure(differences: readonly Difference[]): Prose {
  const leaving = differences.flatMap(({ name, at }) =>
    at
      .filter(({ severity }) => severity !== undefined)
      .map(({ varied }) => (varied === undefined ? name : `${name} at ${varied}`)),
  );
  if (leaving.length === 0) return [];
  return [
    ' ',
    { strong: `The interval leaves 1 in ${leaving.join(', ')}` },
    ': a difference of that size may be noise.',
  ];
}
