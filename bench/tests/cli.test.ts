/** The commands as a user runs them: compiled, in processes of their own. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { compiled } from '../contract/paths.ts';
import { parseResult } from '../contract/result.ts';
import { readText } from '../measure/system-files.ts';
import { netemProblem } from '../network/netem/netem.ts';
import { resultId } from '../record/identity.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { testWithFolder as it, start } from './cli.ts';

const TINY =
  '--scenarios fanout --lanes tcp,websocket --rounds 1 --clients 3 --rate 50 --rehearsal 0 --warmup 0.1 --window 0.2'.split(
    ' ',
  );
const LONG = '--scenarios fanout --lanes tcp --rounds 5 --clients 3 --rate 50 --window 60'.split(' ');

const bench = (folder: string, ...args: string[]) => start(['--results', folder, ...args]).ended;
const newest = (folder: string) => parseResult(readFileSync(join(folder, 'result.json'), 'utf8'));

/** A run with a cell of each of two lanes, which most commands are tried on. */
const measured = { folder: '', code: 0 as number | null, out: '', err: '' };
beforeAll(async () => {
  measured.folder = mkdtempSync(join(tmpdir(), 'pushlab-measured-'));
  Object.assign(measured, await start(['--results', measured.folder, ...TINY]).ended);
});
afterAll(() => rmSync(measured.folder, { recursive: true, force: true }));
/** Puts the measured run into this test's folder. */
const useMeasured = (folder: string) => cpSync(measured.folder, folder, { recursive: true });

/** Beside all other tests a cell may get no core in time. */
const BUSY = { retry: 2 };

describe.concurrent('npm run bench', BUSY, () => {
  it('measures, saves, makes the page and ends with 0', () => {
    const { code, out, err } = measured;
    expect(err).toBe('');
    expect(code).toBe(0);
    const result = newest(measured.folder);
    expect(result.cells.map(({ state }) => state)).toEqual(['completed', 'completed']);
    expect(result.command).toContain('--rate 50');
    expect(out).toContain('WebSocket');
    expect(out).toContain(join(measured.folder, 'report.html'));
    expect(readFileSync(join(measured.folder, 'report.html'), 'utf8')).toContain('</html>');
    for (const name of ['result.json', 'report.html']) {
      const copy = join(measured.folder, 'runs', result.id, name);
      expect(readFileSync(copy)).toEqual(readFileSync(join(measured.folder, name)));
    }
  });

  it('ends with 3 where a kind of figures that --strict asks for is not citable: a round gives no interval', async ({
    folder,
  }) => {
    const { code, out } = await bench(folder, '--strict', 'latency', ...TINY);
    expect(out).toMatch(/^May be cited: bytes . · CPU ✗ · latency ✗/m);
    expect(out).toContain('--strict: not citable in latency.');
    expect(code).toBe(3);
  });

  it('counts the same bytes on both sides, in each cell', () => {
    for (const cell of newest(measured.folder).cells) {
      if (cell.state === 'failed') throw new Error(cell.error.message);
      const { server, clients } = cell.wire.cell;
      expect(server.sentBytes).toBeGreaterThan(0);
      expect([server.sentBytes, server.receivedBytes]).toEqual([clients.receivedBytes, clients.sentBytes]);
    }
  });

  it.for([
    [['--lanes', 'nix'], /--lanes nix: allowed are tcp/],
    [['--strict', 'time'], /--strict time: allowed are bytes, packets, memory, cpu, latency/],
    [['--rounds', 'x'], /--rounds .* from 1 to 1000/],
    [['--nix'], /unknown option '--nix'/],
    [['nix'], /too many arguments/],
    [['report', 'nix'], /there is no result nix/],
    [['compare', 'nix', 'nix'], /there is no result nix/],
    [['export', 'nix'], /there is no result nix/],
    [['--resume', 'nix'], /there is no result nix/],
    [['--node', '/dev/null'], /--node \/dev\/null: .*allowed is the path of a Node binary/],
    [['--resume', 'nix', '--rounds', '3'], /leave out --rounds/],
  ] as const)('%j ends with 1 before anything runs, and says what is allowed', async ([args, message], { folder }) => {
    const { code, err } = await bench(folder, ...args);
    expect(err).toMatch(message);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
  });

  const lacking = netemProblem();
  it.skipIf(lacking === undefined)(
    '--link netem ends with 1 where it can not be had, and says what is missing',
    async ({ folder }) => {
      const { code, err } = await bench(folder, ...TINY, '--rtt', '20', '--link', 'netem');
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
    async ({ folder }) => {
      const far = ['--rtt', '40', '--link', 'netem', '--loss', '1'];
      const { code, out } = await bench(folder, ...TINY, ...far);
      expect(out).toContain('RTT 40 ms · loss 1 % · netem');
      expect(code).toBe(0);
      for (const cell of newest(folder).cells) {
        if (cell.state === 'failed') throw new Error(cell.error.message);
        expect(isValid(cell)).toBe(true);
        expect(cell.latency.minUs).toBeGreaterThanOrEqual(20_000);
        expect(cell.netem?.down.sentPackets).toBeGreaterThan(0);
      }
    },
  );

  it.for(['/proc/pushlab', '/dev/null'])(
    'a results folder that cannot be written to (%s) ends with 1',
    async (path) => {
      const { code, err } = await start(['--results', path, ...TINY]).ended;
      expect(err).toContain(`the results folder ${path} can't be written to`);
      expect(code).toBe(1);
    },
  );
});

describe.concurrent('a run whose output is gone', () => {
  it('goes on, and says so in its folder', async ({ folder }) => {
    const { child, ended } = start(['--results', folder, ...TINY]);
    child.stdout?.destroy();
    const { code } = await ended;
    // Beside busy neighbours its cells may be invalid, which is no matter of the output.
    expect([0, 2]).toContain(code);
    const { id, finishedAt } = newest(folder);
    expect(finishedAt).not.toBeNull();
    expect(readFileSync(join(folder, 'runs', id, 'output-lost.txt'), 'utf8')).toMatch(
      /^standard output could not be written to \(E\w+\) from 2\d{3}-.*Z on\n$/,
    );
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  it('has no descriptors to begin with where there are too few: one line, and nothing starts', async ({ folder }) => {
    const command = `ulimit -n 512; exec "$0" "$@"`;
    const args = [
      '-c',
      command,
      process.execPath,
      compiled('bench/cli/main'),
      '--results',
      folder,
      ...TINY,
      '--clients',
      '500',
    ];
    const { status, stderr, stdout } = spawnSync('bash', args, { encoding: 'utf8' });
    expect(stderr).toMatch(
      /^error: --clients 500: a process may hold 512 files and sockets here, which allows 448 clients.*\n$/,
    );
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
  });
});

it.concurrent('what changes Node is cleared for measured processes, and doctor names it', BUSY, async ({ folder }) => {
  const preload = join(folder, 'preload.cjs');
  const seen = join(folder, 'seen');
  writeFileSync(preload, `require('node:fs').appendFileSync(${JSON.stringify(seen)}, process.argv[1] + '\\n');`);
  const env = { ...process.env, NODE_OPTIONS: `--require=${preload}` };
  const { code, out } = await start(['--results', folder, ...TINY], env).ended;
  expect(code).toBe(0);
  expect(out).toMatch(/^! settings +NODE_OPTIONS set$/m);
  expect(readFileSync(seen, 'utf8').trim().split('\n')).toEqual([compiled('bench/cli/main')]);
});

describe.concurrent('npm run bench -- report', () => {
  it('rebuilds the page from the result alone', async ({ folder }) => {
    useMeasured(folder);
    const page = join(folder, 'report.html');
    const before = readFileSync(page, 'utf8');
    rmSync(page);
    const { code, out } = await bench(folder, 'report', join(folder, 'result.json'));
    expect(code).toBe(0);
    expect(out.trim()).toBe(page);
    expect(readFileSync(page, 'utf8')).toBe(before);
  });

  it('prints with --tables what the run said at its end', async ({ folder }) => {
    useMeasured(folder);
    const { code, out } = await bench(folder, 'report', '--tables', join(folder, 'result.json'));
    expect(code).toBe(0);
    expect(out.split('\n\n')[0]).toBe(/^Fan-out: .*$/m.exec(measured.out)?.[0]);
    expect(measured.out).toContain(out.slice(0, out.indexOf('\nNext: ')));
  });

  it.for([
    ['{"schemaVersion":1,"cells":[', /not JSON, or cut short/],
    ['{"schemaVersion":99}', /schema version 99, of a newer or another Pushlab; this one reads versions 2 and 3/],
    ['{"schemaVersion":1}', /schema version 1, of an older Pushlab/],
    ['{"hello":"world"}', /not a Pushlab result/],
    ['{"schemaVersion":2}', /not a valid result/],
    ['{"schemaVersion":3}', /not a valid result/],
  ] as const)('%s is refused with a clear word, and no page is made', async ([text, message], { folder }) => {
    const path = join(folder, 'result.json');
    writeFileSync(path, text);
    const { code, err } = await bench(folder, 'report', path);
    expect(err).toMatch(message);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'report.html'))).toBe(false);
  });
});

it.concurrent.for([
  ['polling', 'reconnect', 'connect'],
  ['polling', 'capacity', 'upstream'],
  ['long-polling', 'slow-client'],
] as const)(
  '%j run in processes of their own, over a distance, without a loss',
  BUSY,
  async ([lane, ...all], { folder }) => {
    const small = `--lanes ${lane} --reference ${lane} --clients 4 --rate 50 --interval 100 --rtt 20 --rehearsal 0 --warmup 0.5 --window 0.3 --rounds 1`;
    const { code } = await bench(folder, '--scenarios', all.join(','), ...small.split(' '));
    const invalid = newest(folder).cells.filter((cell) => !isValid(cell));
    expect(invalid.map((cell) => [cell.scenario, 'error' in cell ? cell.error : cell.warnings])).toEqual([]);
    expect(new Set(newest(folder).cells.map(({ scenario }) => scenario))).toEqual(new Set(all));
    expect(code).toBe(0);
  },
);

describe.concurrent('a result that was changed by hand', () => {
  it.for(['report', 'export'])('is refused by %s, which writes nothing', async (command, { folder }) => {
    useMeasured(folder);
    const path = join(folder, 'changed.json');
    const text = readFileSync(join(folder, 'result.json'), 'utf8');
    writeFileSync(path, text.replace(/"p50Us": [\d.]+/, '"p50Us": 1'));
    const { code, err } = await bench(folder, command, path);
    expect(err).toMatch(/changed\.json: its id is not the hash of what it says: the file was changed after the run/);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'summary.md'))).toBe(false);
  });
});

describe.concurrent('npm run bench -- compare', () => {
  it('shows both results, and ends with 3 when a threshold is missed', async ({ folder }) => {
    useMeasured(folder);
    const result = join(folder, 'result.json');
    const held = await bench(folder, 'compare', result, result, '--threshold', 'websocket.fanout.latency.p50Us<5%');
    expect(held.code).toBe(0);
    expect(held.out).toMatch(/WebSocket +Latency p50.*× 1/);
    expect(held.out).toContain('held');
    const missed = await bench(folder, 'compare', result, result, '--threshold', 'websocket.fanout.latency.p50Us<-5%');
    expect(missed.out).toContain('missed');
    expect(missed.code).toBe(3);
    const wrong = await bench(folder, 'compare', result, result, '--threshold', 'websocket.fanout.nix<5%');
    expect(wrong.err).toContain('there is no metric nix');
    expect(wrong.code).toBe(1);
  });

  it('refuses results of two machines unless told otherwise', async ({ folder }) => {
    useMeasured(folder);
    const result = newest(folder);
    const other = { ...result, environment: { ...result.environment, fingerprint: 'other' } };
    const path = join(folder, 'other.json');
    writeFileSync(path, JSON.stringify({ ...other, id: resultId(other) }));
    const refused = await bench(folder, 'compare', join(folder, 'result.json'), path);
    expect(refused.err).toContain('allowed with --across-machines');
    expect(refused.code).toBe(1);
    const allowed = await bench(folder, 'compare', join(folder, 'result.json'), path, '--across-machines');
    expect(allowed.code).toBe(0);
    expect(allowed.out).toMatch(/WebSocket .* different$/m);
  });
});

it.concurrent('export rebuilds what a run leaves beside its result', async ({ folder }) => {
  useMeasured(folder);
  const run = join(folder, 'runs', newest(folder).id);
  const { code, out } = await bench(folder, 'export', newest(folder).id);
  expect(code).toBe(0);
  for (const name of ['cells.csv', 'summary.csv', 'summary.md', 'tables.tex', 'cite.bib', 'REPRODUCE.md']) {
    expect(out).toContain(join(run, name));
    expect(readFileSync(join(run, name), 'utf8')).not.toBe('');
  }
});

it.concurrent('doctor says what it sees', async ({ folder }) => {
  const { out } = await bench(folder, 'doctor');
  for (const word of ['cores', 'pinning', 'load']) expect(out).toContain(word);
});

it.concurrent('list shows lanes, scenarios and profiles', async ({ folder }) => {
  const { code, out } = await bench(folder, 'list');
  expect(code).toBe(0);
  for (const word of ['Lanes', 'long-polling', 'Scenarios', 'fanout', 'Profiles', 'smoke']) expect(out).toContain(word);
});

/** What a cell runs beside its probe, which is of the same file as its worker. */
const ENTRIES = ['servers/main', 'clients/main', 'bench/network/tap/main'];

describe.skipIf(process.platform !== 'linux').concurrent('children', () => {
  /** Process ids of a process's children; needs /proc. */
  const childrenOf = (pid: number) =>
    (readText(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
  const hasEntry = (pid: number, entry: string) => (readText(`/proc/${pid}/cmdline`) ?? '').includes(compiled(entry));
  const runsCell = (children: readonly number[]) =>
    ENTRIES.every((entry) => children.some((pid) => hasEntry(pid, entry)));
  const isAlive = (pid: number) => !/^State:\s+[ZX]/m.test(readText(`/proc/${pid}/status`) ?? 'State: X');

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async function startLong(folder: string) {
    const { child, ended } = start(['--results', folder, ...LONG]);
    const pid = child.pid ?? 0;
    await until(() => runsCell(childrenOf(pid)));
    return { pid, ended, children: childrenOf(pid) };
  }

  it.for(['SIGINT', 'SIGTERM'] as const)(
    'are gone after %s; what was measured is kept and the exit code is 130',
    async (signal, { folder }) => {
      const { pid, ended, children } = await startLong(folder);
      for (const target of [pid, ...children]) if (signal === 'SIGINT' || target === pid) process.kill(target, signal);
      const { code } = await ended;
      expect(code).toBe(130);
      expect(children.filter(isAlive)).toEqual([]);
      expect(newest(folder).finishedAt).toBeNull();
      expect(existsSync(join(folder, 'report.html'))).toBe(true);
    },
  );

  it('are gone after signals twice in a row, as npm hands them on, and what was measured is kept', async ({
    folder,
  }) => {
    const { pid, ended, children } = await startLong(folder);
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) process.kill(pid, signal);
    const { code } = await ended;
    expect(code).toBe(130);
    expect(children.filter(isAlive)).toEqual([]);
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });

  it('are not started by a run that is interrupted while it calibrates, which ends with 130 and a page', async ({
    folder,
  }) => {
    const { child, ended } = start(['--results', folder, ...LONG]);
    const pid = child.pid ?? 0;
    await until(() => childrenOf(pid).some((one) => hasEntry(one, 'bench/machine/calibrate')));
    // The Ctrl-C of a terminal reaches both.
    for (const target of [pid, ...childrenOf(pid)]) process.kill(target, 'SIGINT');
    const { code } = await ended;
    expect(code).toBe(130);
    expect(newest(folder).finishedAt).toBeNull();
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  it('are the only ones that measure into a folder: a second run says who does', async ({ folder }) => {
    const { pid, ended } = await startLong(folder);
    const second = await bench(folder, ...TINY);
    expect(second.code).toBe(1);
    expect(second.err).toMatch(new RegExp(`^error: process ${pid} measures into ${folder} .*--results\n$`));
    process.kill(pid, 'SIGINT');
    expect((await ended).code).toBe(130);
  });

  it('end by themselves when the orchestrator is killed', async ({ folder }) => {
    const { pid, ended, children } = await startLong(folder);
    process.kill(pid, 'SIGKILL');
    await ended;
    await until(() => !children.some(isAlive));
    expect(newest(folder).cells).toEqual([]);
  });

  it(
    'and the orchestrator, killed at any moment, leave a result that --resume finishes, with its cells untouched',
    BUSY,
    async ({ folder }) => {
      const args =
        '--scenarios fanout --lanes tcp --rounds 3 --clients 3 --rate 50 --rehearsal 0 --warmup 0.1 --window 0.5'.split(
          ' ',
        );
      const { child, ended } = start(['--results', folder, ...args]);
      await until(() => existsSync(join(folder, 'result.json')) && newest(folder).cells.length > 0);
      process.kill(child.pid ?? 0, 'SIGKILL');
      await ended;
      const before = newest(folder);
      expect(before.finishedAt).toBeNull();
      const { code, out } = await bench(folder, '--resume', join(folder, 'result.json'));
      expect(out).toContain(`${3 - before.cells.length} cells`);
      expect({ code, out: code === 0 ? '' : out }).toEqual({ code: 0, out: '' });
      const after = newest(folder);
      expect(after.cells.slice(0, before.cells.length)).toEqual(before.cells);
      // On a busy machine some are measured again.
      const first = after.cells.filter(({ attempt }) => attempt === 1);
      expect(first.map(({ round, state }) => [round, state])).toEqual([
        [1, 'completed'],
        [2, 'completed'],
        [3, 'completed'],
      ]);
      expect(after.sessions).toHaveLength(2);
      expect(readdirSync(join(folder, 'runs'))).toEqual([after.id]);
    },
  );

  it('that are killed make a failed cell, and the run goes on and ends with 2', async ({ folder }) => {
    const { child, ended } = start(['--results', folder, ...TINY, '--lanes', 'tcp', '--rounds', '2', '--window', '2']);
    const pid = child.pid ?? 0;
    await until(() => runsCell(childrenOf(pid)));
    // One that dies as it starts is started once more, and killed again.
    await until(() => {
      const servers = childrenOf(pid).filter((one) => hasEntry(one, 'servers/main'));
      if (newest(folder).cells.length > 0) return true;
      for (const server of servers) process.kill(server, 'SIGKILL');
      return false;
    });
    const { code, out } = await ended;
    expect(newest(folder).cells).toHaveLength(2);
    expect(newest(folder).cells[0]).toMatchObject({ state: 'failed', error: { signal: 'SIGKILL' } });
    expect(out).toContain('failed');
    expect(code).toBe(2);
  });
});
