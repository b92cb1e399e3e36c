/**
 * Runs whose distance is the kernel's, from the command to the last namespace. Any kernel will do: a `tc` that stands before the
 * real one gives its own queue where netem is asked for. Needs root.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseResult } from '../contract/result.ts';
import { eventually } from '../contract/test-support.ts';
import { describeWithNetwork } from '../network/netem/test-network.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { start } from './cli.ts';

const FAR = '--scenarios fanout --lanes tcp --rounds 2 --clients 3 --rate 50 --warmup 0.1 --rtt 0 --link netem'.split(
  ' ',
);
let folder = '';
let env: NodeJS.ProcessEnv = {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pushlab-far-'));
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  const tc = execFileSync('sh', ['-c', 'command -v tc'], { encoding: 'utf8' }).trim();
  const inPlace = `case "$*" in *netem*) exec ${tc} "$1" "$2" qdisc add dev "$6" root pfifo limit 10000;; esac`;
  writeFileSync(join(programs, 'tc'), `#!/bin/sh\n${inPlace}\nexec ${tc} "$@"\n`, { mode: 0o755 });
  env = { ...process.env, PATH: `${programs}${delimiter}${process.env['PATH']}` };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const begin = (...args: string[]) => start(['--results', folder, ...args], env);
const newest = () => parseResult(readFileSync(join(folder, 'result.json'), 'utf8'));
const namespacesOf = (pid: number | undefined) =>
  readdirSync('/var/run/netns').filter((name) => name.startsWith(`pushlab-${pid}-`));

/** A run within its first cell. */
async function beginLong() {
  const { child, ended } = begin(...FAR, '--window', '60');
  await eventually(() => {
    expect(newest().cells).toEqual([]);
    expect(namespacesOf(child.pid)).toHaveLength(2);
  });
  return { pid: child.pid ?? 0, ended };
}

describeWithNetwork("a run over the kernel's distance", () => {
  it('measures, says so at its points, leaves no namespace, and tells how to do it again', async () => {
    const { child, ended } = begin(...FAR, '--window', '0.5', '--loss', '0.5');
    const { code, out, err } = await ended;
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('RTT 0 ms · loss 0.5 % · netem');
    expect(newest().cells.map(isValid)).toEqual([true, true]);
    for (const cell of newest().cells) {
      expect(cell.point).toMatchObject({ rttMs: 0, link: 'netem', lossPercent: 0.5 });
      expect(cell.state === 'completed' && cell.netem?.down.sentPackets).toBeGreaterThan(0);
    }
    expect(namespacesOf(child.pid)).toEqual([]);
    const howTo = readFileSync(join(folder, 'runs', newest().id, 'REPRODUCE.md'), 'utf8');
    expect(howTo).toMatch(/--rtt 0 --link netem --loss 0\.5/);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('that is ended by %s leaves no namespace', async (signal) => {
    const { pid, ended } = await beginLong();
    process.kill(pid, signal);
    expect((await ended).code).toBe(130);
    expect(namespacesOf(pid)).toEqual([]);
  });

  it('that is killed leaves what the next one removes; resumed, it is over the same distance', async () => {
    const { child, ended } = begin(...FAR, '--window', '1');
    await eventually(() => expect(newest().cells).toHaveLength(1));
    await eventually(() => expect(namespacesOf(child.pid)).toHaveLength(2));
    child.kill('SIGKILL');
    await ended;
    expect(namespacesOf(child.pid)).toHaveLength(2);
    const again = begin('--resume', join(folder, 'result.json'));
    expect((await again.ended).code).toBe(0);
    expect(namespacesOf(child.pid)).toEqual([]);
    expect(namespacesOf(again.child.pid)).toEqual([]);
    expect(newest().cells.map(({ point, state }) => [point.link, state])).toEqual([
      ['netem', 'completed'],
      ['netem', 'completed'],
    ]);
  });
});
