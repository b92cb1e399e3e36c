/** What two runs did differently in what they both measured: told beside the comparison, which is made all the same. */

import type { CompletedCell, Result } from '../contract/result.ts';
import type { SharedPlace } from './shared-places.ts';

type Setting = CompletedCell['options'][string];

/** A setting that differs; undefined where a run has none of that name. */
export interface Difference {
  /** Whose it is: a lane, a scenario, or of the whole run. */
  readonly lane?: string;
  readonly scenario?: string;
  readonly setting: string;
  readonly a: Setting | undefined;
  readonly b: Setting | undefined;
}

/** Each once, though it may hold at many points. */
export function differencesBetween(a: Result, b: Result, shared: readonly SharedPlace[]): Difference[] {
  const ofLanes = shared.flatMap(({ a: [ofA], b: [ofB] }) =>
    differing(ofA.options, ofB.options).map((one) => ({ lane: ofA.lane, ...one })),
  );
  const ofScenarios = a.scenarios.flatMap((scenario) => {
    const twin = b.scenarios.find(({ id }) => id === scenario.id);
    if (!twin) return [];
    return differing(conditions(scenario), conditions(twin)).map((one) => ({ scenario: scenario.id, ...one }));
  });
  const all = [...differing(processes(a), processes(b)), ...ofScenarios, ...ofLanes];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Points are matched one by one; more or fewer rounds change the interval alone. */
function conditions(scenario: Result['scenarios'][number]) {
  const { rehearsalSeconds = 0, warmupSeconds, windowSeconds, arrivals, ledgerShare } = scenario;
  return { rehearsalSeconds, warmupSeconds, windowSeconds, ...arrivals, ledgerShare };
}

function processes({ workers, environment: { nodeFlags, loadNodeFlags = [] } }: Result) {
  return { workers, nodeFlags: nodeFlags.join(' '), loadNodeFlags: loadNodeFlags.join(' ') };
}

function differing(
  a: Readonly<Record<string, Setting>>,
  b: Readonly<Record<string, Setting>>,
): Pick<Difference, 'setting' | 'a' | 'b'>[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((setting) => a[setting] !== b[setting])
    .map((setting) => ({ setting, a: a[setting], b: b[setting] }));
}
