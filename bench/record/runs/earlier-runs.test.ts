import { describe, expect, it } from 'vitest';
import type { Result } from '../../contract/result.ts';
import { makeResult } from '../../tests/fixture.ts';
import { countRuns, earlierRuns, type Like } from './earlier-runs.ts';
import { mergeResults } from './merge.ts';

const run = (hour: number, changes: Partial<Result> = {}): Result => ({
  ...makeResult(),
  id: `run-${hour}`,
  startedAt: `2026-01-02T${String(hour).padStart(2, '0')}:00:00.000Z`,
  ...changes,
});
const settings = run(9);
const { environment } = settings;
const like: Like = { settings, fingerprint: environment.fingerprint, before: settings.startedAt };
const textsOf = (...runs: object[]) => runs.map((one) => JSON.stringify(one));

describe('earlier runs', () => {
  it('are those of the same settings on the same machine, whatever their seed and commit', () => {
    const git = { commit: 'other', dirty: false };
    const texts = textsOf(
      run(8, { seed: 5, environment: { ...environment, git } }),
      run(7, { profile: 'paper' }),
      run(6, { environment: { ...environment, fingerprint: 'f2' } }),
      run(5, { lanes: settings.lanes.slice(1) }),
      run(4),
    );
    expect(earlierRuns(texts, like).map(({ id }) => id)).toEqual(['run-8', 'run-4']);
    expect(earlierRuns(texts, like)[0]?.estimates).toEqual(settings.estimates);
  });

  it('began before this one', () => {
    expect(earlierRuns(textsOf(run(10), settings, run(8)), like).map(({ id }) => id)).toEqual(['run-8']);
  });

  it('leave out what can not be read, other schemas and merged results', () => {
    const merged = mergeResults([run(1), run(2)]);
    const texts = [
      '{',
      '',
      `["${environment.fingerprint}"]`,
      ...textsOf({ ...run(3), schemaVersion: 3 }, merged, run(4)),
    ];
    expect(earlierRuns(texts, like).map(({ id }) => id)).toEqual(['run-4']);
  });

  it('are twenty at most, the newest; of the counted there is no most', () => {
    const texts = Array.from({ length: 23 }, (_, at) => JSON.stringify({ ...run(8), id: `run ${at}` }));
    expect(earlierRuns(texts, like).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `run ${at}`));
    expect(countRuns(texts, like)).toBe(23);
  });

  it('that did not end are counted, and not shown', () => {
    const texts = textsOf(run(8, { finishedAt: null }), run(7));
    expect(earlierRuns(texts, like).map(({ id }) => id)).toEqual(['run-7']);
    expect(countRuns(texts, like)).toBe(2);
  });
});
