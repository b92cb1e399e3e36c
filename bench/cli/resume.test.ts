import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import { profiles } from '../catalogue/profiles.ts';
import type { Result } from '../contract/result.ts';
import { failed, makeResult } from '../tests/fixture.ts';
import { addBenchFlags, type BenchFlags, configure } from './configure.ts';
import { checkSameConditions, configOfRun } from './resume.ts';

/** It has no limits of its own. */
const MACHINE = { workers: 2, fileDescriptors: null, localPorts: null };

const { id, title, summary, transport, options } = findLane('websocket');
const row = { id, title, summary, transport, options: { ...options } };
function parsed(words: string[]): BenchFlags {
  return addBenchFlags(new Command()).exitOverride().parse(words, { from: 'user' }).opts<BenchFlags>();
}

const interrupted = (changes: Partial<Result> = {}): Result => ({
  ...makeResult({ lanes: ['websocket'], reference: 'websocket' }),
  lanes: [row],
  finishedAt: null,
  ...changes,
});

describe('the configuration of a run that goes on', () => {
  it('is that of the run', () => {
    const result = interrupted();
    const config = configOfRun(result, MACHINE);
    expect(config.lanes).toEqual([findLane('websocket')]);
    expect(config).toMatchObject({
      scenarios: result.scenarios,
      workers: result.workers,
      reference: 'websocket',
      seed: result.seed,
      profile: result.profile,
    });
  });

  it('is there for a finished run when one of its cells failed', () => {
    const { cells } = makeResult({ change: (cell) => (cell.order === 2 ? failed(cell) : cell) });
    expect(() => configOfRun(interrupted({ finishedAt: '2026-01-02T03:06:35.000Z', cells }), MACHINE)).not.toThrow();
  });

  it.each([
    ['is finished', { finishedAt: '2026-01-02T03:06:35.000Z' }, /the run is finished, and none of its cells failed/],
    [
      'ran with other options',
      { lanes: [{ ...row, options: { a: 1 } }] },
      /lane websocket ran with \{"a":1\}, and now/,
    ],
    ['has a lane that is no more', { lanes: [{ ...row, id: 'nix' }] }, /there is no lane nix/],
  ])('is refused for one that %s', (_what, changes, message) => {
    expect(() => configOfRun(interrupted(changes), MACHINE)).toThrow(message);
  });
});

describe('a result that was made up', () => {
  const { scenarios } = interrupted();
  const [scenario] = scenarios as [Result['scenarios'][number]];
  const [point] = scenario.points as [(typeof scenario)['points'][number]];

  it.each<[string, Partial<Result>, RegExp]>([
    ['workers', { workers: 1e6 }, /its workers are 1000000; allowed are at most 64/],
    ['rounds', { scenarios: [{ ...scenario, rounds: 1e9 }] }, /its rounds are 1000000000; allowed are at most 1000/],
    ['a window', { scenarios: [{ ...scenario, windowSeconds: 1e9 }] }, /its windowSeconds are 1000000000/],
    ['events', { scenarios: [{ ...scenario, windowEvents: 1e12 }] }, /its windowEvents are 1000000000000/],
    [
      'cells',
      { scenarios: Array.from({ length: 200 }, () => ({ ...scenario, rounds: 1_000 })) },
      /its cells are \d{6}/,
    ],
    [
      'clients',
      { scenarios: [{ ...scenario, points: [{ ...point, clients: 1e9 }] }] },
      /its clients: Allowed is a whole number from 1 to/,
    ],
  ])('is refused for its %s before anything is planned', (_what, changes, message) => {
    expect(() => configOfRun(interrupted(changes), MACHINE)).toThrow(message);
  });

  it('is told by its numbers alone: the scenarios of every profile are let through', () => {
    for (const profile of profiles) {
      const flags = { ...parsed(['--profile', profile.id]) };
      const config = configure(flags, MACHINE);
      const planned = config.scenarios.map((one) => ({ ...one, lanes: ['websocket'], points: [...one.points] }));
      expect(() => configOfRun(interrupted({ scenarios: planned }), MACHINE)).not.toThrow();
    }
  });
});

describe('a run goes on only under the same conditions', () => {
  const result = interrupted();
  const then = result.environment;

  it('and is let through when nothing changed', () => {
    expect(() => checkSameConditions(result, { ...then })).not.toThrow();
  });

  it.each([
    ['machine', { fingerprint: 'other' }],
    ['code', { codeSha256: 'other' }],
    ['dependencies', { lockfileSha256: 'other' }],
    ['versions', { versions: { ...then.versions, node: '22.0.0' } }],
    ['flags', { nodeFlags: ['--jitless'] }],
  ])('not on another set of %s', (what, changes) => {
    expect(() => checkSameConditions(result, { ...then, ...changes })).toThrow(what);
  });
});
