/** The commands as a user runs them: compiled, in processes of their own. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scenarios } from '../catalogue/scenarios.ts';
import { parseResult } from '../contract/result.ts';
import { readText } from '../measure/system-files.ts';
import { netemProblem } from '../network/netem/netem.ts';
import { resultId } from '../record/identity.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { start } from './cli.ts';

const TINY =
  '--scenarios fanout --lanes tcp,websocket --rounds 1 --clients 3 --rate 50 --rehearsal 0 --warmup 0.1 --window 0.2'.split(
    ' ',
  );
const LONG = '--scenarios fanout --lanes tcp --rounds 5 --clients 3 --rate 50 --window 60'.split(' ');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pushlab-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bench = (...args: string[]) => start(['--results', folder, ...args]).ended;
const newest = () => parseResult(readFileSync(join(folder, 'result.json'), 'utf8'));

describe('npm run bench', () => {
  it('measures, saves, makes the page and ends with 0', async () => {
    const { code, out, err } = await bench(...TINY);
    expect(err).toBe('');
    expect(code).toBe(0);
    const result = newest();
    expect(result.cells.map(({ state }) => state)).toEqual(['completed', 'completed']);
    expect(result.command).toContain('--rate 50');
    expect(out).toContain('WebSocket');
    expect(out).toContain(join(folder, 'report.html'));
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('</html>');
    for (const name of ['result.json', 'report.html']) {
      expect(readFileSync(join(folder, 'runs', result.id, name))).toEqual(readFileSync(join(folder, name)));
    }
  });

  it('counts the same bytes on both sides, in each cell', async () => {
    await bench(...TINY);
    for (const cell of newest().cells) {
      if (cell.state === 'failed') throw new Error(cell.error.message);
      const { server, clients } = cell.wire.cell;
      expect(server.sentBytes).toBeGreaterThan(0);
      expect([server.sentBytes, server.receivedBytes]).toEqual([clients.receivedBytes, clients.sentBytes]);
    }
  });

  it.each([
    [['--lanes', 'nix'], /--lanes nix: allowed are tcp/],
    [['--rounds', 'x'], /--rounds .* from 1 to 1000/],
    [['--nix'], /unknown option '--nix'/],
    [['nix'], /too many arguments/],
    [['report', 'nix'], /there is no result nix/],
    [['compare', 'nix', 'nix'], /there is no result nix/],
    [['export', 'nix'], /there is no result nix/],
    [['--resume', 'nix'], /there is no result nix/],
    [['--node', '/dev/null'], /--node \/dev\/null: .*allowed is the path of a Node binary/],
    [['--resume', 'nix', '--rounds', '3'], /leave out --rounds/],
  ])('%j ends with 1 before anything runs, and says what is allowed', async (args, message) => {
    const { code, err } = await bench(...args);
    expect(err).toMatch(message);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
  });

  const lacking = netemProblem();
  it.skipIf(lacking === undefined)(
    '--link netem ends with 1 where it can not be had, and says what is missing',
    async () => {
      const { code, err } = await bench(...TINY, '--rtt', '20', '--link', 'netem');
      expect(err).toBe(`error: --link netem: ${lacking}\n`);
      expect(err).toMatch(
        /needs (a kernel with netem \(module sch_netem\); tc says: Error: .|root; ip says: .|.*not installed)/,
      );
      expect(code).toBe(1);
      expect(existsSync(join(folder, 'result.json'))).toBe(false);
    },
  );

  it.skipIf(lacking)(
    `--link netem delays and loses what it should${lacking ? ` (skipped: ${lacking})` : ''}`,
    async () => {
      const far = ['--rtt', '40', '--link', 'netem', '--loss', '1'];
      const { code, out } = await bench(...TINY, ...far);
      expect(out).toContain('RTT 40 ms · loss 1 % · netem');
      expect(code).toBe(0);
      for (const cell of newest().cells) {
        if (cell.state === 'failed') throw new Error(cell.error.message);
        expect(isValid(cell)).toBe(true);
        expect(cell.latency.minUs).toBeGreaterThanOrEqual(20_000);
        expect(cell.netem?.down.sentPackets).toBeGreaterThan(0);
      }
    },
  );

  it.each(['/proc/pushlab', '/dev/null'])(
    'a results folder that cannot be written to (%s) ends with 1',
    async (path) => {
      const { code, err } = await start(['--results', path, ...TINY]).ended;
      expect(err).toContain(`the results folder ${path} can't be written to`);
      expect(code).toBe(1);
    },
  );
});

describe('npm run bench -- report', () => {
  it('rebuilds the page from the result alone', async () => {
    await bench(...TINY);
    const page = join(folder, 'report.html');
    const before = readFileSync(page, 'utf8');
    rmSync(page);
    const { code, out } = await bench('report', join(folder, 'result.json'));
    expect(code).toBe(0);
    expect(out.trim()).toBe(page);
    expect(readFileSync(page, 'utf8')).toBe(before);
  });

  it.each([
    ['{"schemaVersion":1,"cells":[', /not JSON, or cut short/],
    ['{"schemaVersion":99}', /schema version 99, of a newer or another Pushlab; this one reads versions 2 and 3/],
    ['{"schemaVersion":1}', /schema version 1, of an older Pushlab/],
    ['{"hello":"world"}', /not a Pushlab result/],
    ['{"schemaVersion":2}', /not a valid result/],
    ['{"schemaVersion":3}', /not a valid result/],
  ])('%s is refused with a clear word, and no page is made', async (text, message) => {
    const path = join(folder, 'result.json');
    writeFileSync(path, text);
    const { code, err } = await bench('report', path);
    expect(err).toMatch(message);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
  });
});

it('every scenario runs at its smallest, without a loss', async () => {
  const all = scenarios.map(({ id }) => id).join(',');
  const small =
    '--lanes polling,long-polling,sse --reference sse --clients 4 --rate 50 --interval 100 --payload 128 --headers browser --rtt 20 --rehearsal 0 --warmup 0.1 --window 0.3';
  const { code, out } = await bench('--scenarios', all, ...small.split(' '), '--rounds', '1');
  const invalid = newest().cells.filter((cell) => !isValid(cell));
  expect(invalid.map((cell) => [cell.lane, cell.scenario, cell.warnings])).toEqual([]);
  expect(new Set(newest().cells.map(({ scenario }) => scenario)).size).toBe(scenarios.length);
  for (const { title } of scenarios) expect(out).toContain(title);
  expect(code).toBe(0);
}, 240_000);

it('a scenario of long polls tells how many deliveries waited for the next one', async () => {
  const small =
    '--lanes long-polling --clients 4 --rate 50 --rtt 20 --rehearsal 0.2 --warmup 0.1 --window 0.4 --rounds 1';
  const { code } = await bench('--scenarios', 'gap', ...small.split(' '));
  expect(newest().cells).toMatchObject([
    { state: 'completed', polls: { parkedDeliveries: expect.any(Number), queuedDeliveries: expect.any(Number) } },
  ]);
  const [share] = newest().estimates.filter(({ metric }) => metric === 'polls.queuedPercent');
  // An event a round trip: three in four are expected to.
  expect(share?.value).toBeGreaterThan(40);
  expect(share?.samples).toBeGreaterThanOrEqual(20 * 3);
  expect(code).toBe(0);
});

describe('a result that was changed by hand', () => {
  it.each(['report', 'export'])('is refused by %s, which writes nothing', async (command) => {
    await bench(...TINY);
    const path = join(folder, 'changed.json');
    const text = readFileSync(join(folder, 'result.json'), 'utf8');
    writeFileSync(path, text.replace(/"p50Us": [\d.]+/, '"p50Us": 1'));
    const { code, err } = await bench(command, path);
    expect(err).toMatch(/changed\.json: its id is not the hash of what it says: the file was changed after the run/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'summary.md'))).toBe(false);
  });
});

describe('npm run bench -- compare', () => {
  it('shows both results, and ends with 3 when a threshold is missed', async () => {
    await bench(...TINY);
    const result = join(folder, 'result.json');
    const held = await bench('compare', result, result, '--threshold', 'websocket.fanout.latency.p50Us<5%');
    expect(held.code).toBe(0);
    expect(held.out).toMatch(/WebSocket +Latency p50.*× 1/);
    expect(held.out).toContain('held');
    const missed = await bench('compare', result, result, '--threshold', 'websocket.fanout.latency.p50Us<-5%');
    expect(missed.out).toContain('missed');
    expect(missed.code).toBe(3);
    const wrong = await bench('compare', result, result, '--threshold', 'websocket.fanout.nix<5%');
    expect(wrong.err).toContain('there is no metric nix');
    expect(wrong.code).toBe(1);
  });

  it('refuses results of two machines unless told otherwise', async () => {
    await bench(...TINY);
    const result = newest();
    const other = { ...result, environment: { ...result.environment, fingerprint: 'other' } };
    const path = join(folder, 'other.json');
    writeFileSync(path, JSON.stringify({ ...other, id: resultId(other) }));
    const refused = await bench('compare', join(folder, 'result.json'), path);
    expect(refused.err).toContain('allowed with --across-machines');
    expect(refused.code).toBe(1);
    const allowed = await bench('compare', join(folder, 'result.json'), path, '--across-machines');
    expect(allowed.code).toBe(0);
    expect(allowed.out).toMatch(/WebSocket .* different$/m);
  });
});

it('export rebuilds what a run leaves beside its result', async () => {
  await bench(...TINY);
  const run = join(folder, 'runs', newest().id);
  const { code, out } = await bench('export', newest().id);
  expect(code).toBe(0);
  for (const name of ['cells.csv', 'summary.md', 'tables.tex', 'cite.bib', 'REPRODUCE.md']) {
    expect(out).toContain(join(run, name));
    expect(readFileSync(join(run, name), 'utf8')).not.toBe('');
  }
});

it('doctor says what it sees', async () => {
  const { out } = await bench('doctor');
  for (const word of ['cores', 'pinning', 'load']) expect(out).toContain(word);
});

it('list shows lanes, scenarios and profiles', async () => {
  const { code, out } = await bench('list');
  expect(code).toBe(0);
  for (const word of ['Lanes', 'long-polling', 'Scenarios', 'fanout', 'Profiles', 'smoke']) expect(out).toContain(word);
});

/** Of a cell with one worker: server, worker, relay. */
const CHILDREN = 3;

describe.skipIf(process.platform !== 'linux')('children', () => {
  /** Process ids of a process's children; needs /proc. */
  const childrenOf = (pid: number) =>
    (readText(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
  const isAlive = (pid: number) => !/^State:\s+[ZX]/m.test(readText(`/proc/${pid}/status`) ?? 'State: X');

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function startLong() {
    const { child, ended } = start(['--results', folder, ...LONG]);
    const pid = child.pid ?? 0;
    await until(() => childrenOf(pid).length === CHILDREN);
    return { pid, ended, children: childrenOf(pid) };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'are gone after %s; what was measured is kept and the exit code is 130',
    async (signal) => {
      const { pid, ended, children } = await startLong();
      for (const target of [pid, ...children]) if (signal === 'SIGINT' || target === pid) process.kill(target, signal);
      const { code } = await ended;
      expect(code).toBe(130);
      expect(children.filter(isAlive)).toEqual([]);
      expect(newest().finishedAt).toBeNull();
      expect(existsSync(join(folder, 'report.html'))).toBe(true);
    },
  );

  it('end by themselves when the orchestrator is killed', async () => {
    const { pid, ended, children } = await startLong();
    process.kill(pid, 'SIGKILL');
    await ended;
    await until(() => !children.some(isAlive));
    expect(newest().cells).toEqual([]);
  });

  it('and the orchestrator, killed at any moment, leave a result that --resume finishes, with its cells untouched', async () => {
    const args = [
      '--scenarios',
      'fanout',
      '--lanes',
      'tcp',
      '--rounds',
      '3',
      '--clients',
      '3',
      '--rate',
      '50',
      '--rehearsal',
      '0',
      '--warmup',
      '0.1',
      '--window',
      '0.5',
    ];
    const { child, ended } = start(['--results', folder, ...args]);
    await until(() => existsSync(join(folder, 'result.json')) && newest().cells.length > 0);
    process.kill(child.pid ?? 0, 'SIGKILL');
    await ended;
    const before = newest();
    expect(before.finishedAt).toBeNull();
    const { code, out } = await bench('--resume', join(folder, 'result.json'));
    expect(out).toContain(`${3 - before.cells.length} cells`);
    expect(code).toBe(0);
    const after = newest();
    expect(after.cells.slice(0, before.cells.length)).toEqual(before.cells);
    expect(after.cells.map(({ round, state }) => [round, state])).toEqual([
      [1, 'completed'],
      [2, 'completed'],
      [3, 'completed'],
    ]);
    expect(after.sessions).toHaveLength(2);
    expect(readdirSync(join(folder, 'runs'))).toEqual([after.id]);
  });

  it('that are killed make a failed cell, and the run goes on and ends with 2', async () => {
    const { child, ended } = start(['--results', folder, ...TINY, '--lanes', 'tcp', '--rounds', '2', '--window', '2']);
    const pid = child.pid ?? 0;
    await until(() => childrenOf(pid).length === CHILDREN);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [first = 0] = childrenOf(pid);
    process.kill(first, 'SIGKILL');
    const { code, out } = await ended;
    expect(newest().cells.map(({ state }) => state)).toEqual(['failed', 'completed']);
    expect(newest().cells[0]).toMatchObject({ error: { signal: 'SIGKILL' } });
    expect(out).toContain('failed');
    expect(code).toBe(2);
  });
});
