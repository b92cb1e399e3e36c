/** What a run was set to measure: equal for runs of the same, whose figures may be joined or read beside each other. */

import type { Result } from '../../contract/result.ts';
import { stableText } from '../identity.ts';

export interface Settings extends Pick<Result, 'profile' | 'reference' | 'workers'> {
  readonly lanes: readonly Pick<Result['lanes'][number], 'id' | 'options'>[];
  readonly scenarios: readonly Result['scenarios'][number][];
}

export interface SettingDifference {
  /** `rounds of fanout` */
  readonly setting: string;
  /** As JSON; undefined where it is not set. */
  readonly values: readonly (string | undefined)[];
}

/** All settings by name, as JSON. The seed is none of them: it draws other events and orders for the same question. */
export function settingsOf({ profile, reference, workers, lanes, scenarios }: Settings): ReadonlyMap<string, string> {
  const named: [string, unknown][] = [
    ['profile', profile],
    ['lanes', lanes.map(({ id }) => id)],
    ['scenarios', scenarios.map(({ id }) => id)],
    ['reference', reference],
    ['workers', workers],
    ...lanes.map(({ id, options }): [string, unknown] => [`options of ${id}`, options]),
    ...scenarios.flatMap(({ id, title: _title, question: _question, ...fields }) =>
      Object.entries(fields).map(([field, value]): [string, unknown] => [`${field} of ${id}`, value]),
    ),
  ];
  return new Map(named.flatMap(([name, value]) => (value === undefined ? [] : [[name, stableText(value)]])));
}

/** Settings that are not the same in all of these, in the order in which they come. */
export function settingDifferences(all: readonly Settings[]): SettingDifference[] {
  const maps = all.map(settingsOf);
  const names = new Set(maps.flatMap((settings) => [...settings.keys()]));
  return [...names]
    .map((setting) => ({ setting, values: maps.map((settings) => settings.get(setting)) }))
    .filter(({ values }) => new Set(values).size > 1);
}
