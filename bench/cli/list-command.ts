/** `list`: lanes, scenarios and profiles, and what they mean. */

import type { Profile } from '../catalogue/profiles.ts';
import type { Scenario } from '../catalogue/scenarios.ts';
import type { Lane } from '../contract/lane.ts';
import { align } from '../report/terminal/table.ts';

export function describeCatalogue(
  lanes: readonly Lane[],
  scenarios: readonly Scenario[],
  profiles: readonly Profile[],
): string {
  const laneRows = lanes.map(({ id, summary, options }) => [`  ${id}`, `${summary} ${JSON.stringify(options)}`]);
  const scenarioRows = scenarios.flatMap(({ id, question, points }) => [
    [`  ${id}`, question],
    ...points.map((point) => ['', JSON.stringify(point)]),
  ]);
  const profileRows = profiles.map(({ id, summary, rounds, scenarios: of }) => [
    `  ${id}`,
    `${summary} Scenarios: ${of.join(', ')}; rounds: ${rounds}.`,
  ]);
  return ['Lanes', align(laneRows), '', 'Scenarios', align(scenarioRows), '', 'Profiles', align(profileRows)].join(
    '\n',
  );
}
