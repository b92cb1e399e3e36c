import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import type { Result } from '../contract/result.ts';
import { failed, makeResult } from '../tests/fixture.ts';
import { checkSameConditions, configOfRun } from './resume.ts';

const { id, title, summary, transport, options } = findLane('websocket');
const row = { id, title, summary, transport, options: { ...options } };
const interrupted = (changes: Partial<Result> = {}): Result => ({
  ...makeResult({ lanes: ['websocket'], reference: 'websocket' }),
  lanes: [row],
  finishedAt: null,
  ...changes,
});

describe('the configuration of a run that goes on', () => {
  it('is that of the run', () => {
    const result = interrupted();
    const config = configOfRun(result);
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
    expect(() => configOfRun(interrupted({ finishedAt: '2026-01-02T03:06:35.000Z', cells }))).not.toThrow();
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
    expect(() => configOfRun(interrupted(changes))).toThrow(message);
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
