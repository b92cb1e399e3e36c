/** `merge` as a user runs it: compiled, in a process of its own, on results that were made by hand. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { parseResult, type Result } from '../contract/result.ts';
import { resultId } from '../record/identity.ts';
import { testWithFolder as it, start } from './cli.ts';
import { makeResult, type ResultSpec } from './fixture.ts';

const bench = (folder: string, ...args: string[]) => start(['--results', folder, ...args]).ended;
const newest = (folder: string) => parseResult(readFileSync(join(folder, 'result.json'), 'utf8'));

/** Stores a run that began at the hour. @returns its id */
function store(folder: string, hour: number, { replace = {}, ...spec }: ResultSpec = {}): string {
  const result: Result = makeResult({
    ...spec,
    replace: { startedAt: `2026-01-02T0${hour}:00:00.000Z`, seed: hour, ...replace },
  });
  const id = resultId(result);
  mkdirSync(join(folder, 'runs', id), { recursive: true });
  writeFileSync(join(folder, 'runs', id, 'result.json'), JSON.stringify({ ...result, id }, null, 1));
  return id;
}

describe.concurrent('npm run bench -- merge', () => {
  it('saves one result of several runs, with page and exports, and shows it', async ({ folder }) => {
    const ids = [1, 2, 3].map((hour) => store(folder, hour));
    const { code, out, err } = await bench(folder, 'merge', ...ids.toReversed());
    expect(err).toBe('');
    expect(code).toBe(0);
    const result = newest(folder);
    expect(result.merged?.map(({ id }) => id)).toEqual(ids);
    expect(result.command).toBe(`npm run bench -- merge ${ids.join(' ')}`);
    expect(out).toContain('Lane alpha');
    const run = join(folder, 'runs', result.id);
    for (const name of ['result.json', 'report.html', 'cells.csv', 'summary.md', 'REPRODUCE.md']) {
      expect(existsSync(join(run, name))).toBe(true);
    }
  });

  it('makes a result that is read again: reported, exported and compared', async ({ folder }) => {
    const ids = [1, 2].map((hour) => store(folder, hour));
    expect((await bench(folder, 'merge', ...ids)).code).toBe(0);
    const { id } = newest(folder);
    for (const args of [
      ['report', id],
      ['export', id],
      ['compare', id, ids[0] ?? ''],
    ]) {
      const { code, err } = await bench(folder, ...args);
      expect([code, err]).toEqual([0, '']);
    }
  });

  it('takes the folder of results after the command, too', async ({ folder }) => {
    const ids = [1, 2].map((hour) => store(folder, hour));
    const { code } = await start(['merge', ...ids, '--results', folder]).ended;
    expect(code).toBe(0);
    expect(newest(folder).merged).toHaveLength(2);
  });

  it('ends with 1 where runs can not be joined, names the setting with both values, and saves nothing', async ({
    folder,
  }) => {
    const [a, b] = [store(folder, 1), store(folder, 2, { rounds: 5 })];
    const { code, err } = await bench(folder, 'merge', a, b);
    expect(err).toContain(`rounds of spread: 3 in ${a}, 5 in ${b}`);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
  });

  it.for([
    ['one run', (a: string) => [a], /at least two runs are needed/],
    ['a run twice', (a: string) => [a, a], /the run is named twice/],
    ['a run that is not there', (a: string) => [a, 'nix'], /there is no result nix/],
  ] as const)('ends with 1 for %s', async ([_what, args, message], { folder }) => {
    const { code, err } = await bench(folder, 'merge', ...args(store(folder, 1)));
    expect(err).toMatch(message);
    expect(code).toBe(1);
  });
});
