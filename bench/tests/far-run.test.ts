/**
 * Runs whose distance is the kernel's, from the command to the last namespace. Any kernel will do: a `tc` that stands before the
 * real one gives its own queue where netem is asked for. Needs root.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'vitest';
import { parseResult } from '../contract/result.ts';
import { eventually } from '../contract/test-support.ts';
import { describeWithNetwork } from '../network/netem/test-network.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { testWithFolder as it, start } from './cli.ts';

const FAR = '--scenarios fanout --lanes tcp --rounds 2 --clients 3 --rate 50 --warmup 0.1 --rtt 0 --link netem'.split(
  ' ',
);
/** @returns the command's process, with a `tc` in its path that stands before the real one */
function begin(folder: string, ...args: string[]) {
  const programs = join(folder, 'bin');
  mkdirSync(programs, { recursive: true });
  const tc = execFileSync('sh', ['-c', 'command -v tc'], { encoding: 'utf8' }).trim();
  const inPlace = `case "$*" in *netem*) exec ${tc} "$1" "$2" qdisc add dev "$6" root pfifo limit 10000;; esac`;
  writeFileSync(join(programs, 'tc'), `#!/bin/sh\n${inPlace}\nexec ${tc} "$@"\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${programs}${delimiter}${process.env['PATH']}` };
  return start(['--results', folder, ...args], env);
}

const newest = (folder: string) => parseResult(readFileSync(join(folder, 'result.json'), 'utf8'));
const namespacesOf = (pid: number | undefined) =>
  readdirSync('/var/run/netns').filter((name) => name.startsWith(`pushlab-${pid}-`));

/** A run within its first cell. */
async function beginLong(folder: string) {
  const { child, ended } = begin(folder, ...FAR, '--window', '60');
  await eventually(() => {
    expect(newest(folder).cells).toEqual([]);
    expect(namespacesOf(child.pid)).toHaveLength(2);
  });
  return { pid: child.pid ?? 0, ended };
}

describeWithNetwork("a run over the kernel's distance", () => {
  it.concurrent('measures, says so at its points, leaves no namespace, and tells how to do it again', async ({
    folder,
  }) => {
    const { child, ended } = begin(folder, ...FAR, '--window', '0.5', '--loss', '0.5');
    const { code, out, err } = await ended;
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('RTT 0 ms · loss 0.5 % · netem');
    expect(newest(folder).cells.map(isValid)).toEqual([true, true]);
    for (const cell of newest(folder).cells) {
      expect(cell.point).toMatchObject({ rttMs: 0, link: 'netem', lossPercent: 0.5 });
      expect(cell.state === 'completed' && cell.netem?.down.sentPackets).toBeGreaterThan(0);
    }
    expect(namespacesOf(child.pid)).toEqual([]);
    const howTo = readFileSync(join(folder, 'runs', newest(folder).id, 'REPRODUCE.md'), 'utf8');
    expect(howTo).toMatch(/--rtt 0 --link netem --loss 0\.5/);
  });

  it.concurrent.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'that is ended by %s leaves no namespace',
    async (signal, { folder }) => {
      const { pid, ended } = await beginLong(folder);
      process.kill(pid, signal);
      expect((await ended).code).toBe(130);
      expect(namespacesOf(pid)).toEqual([]);
    },
  );

  it.concurrent('that is killed leaves what the next one removes; resumed, it is over the same distance', async ({
    folder,
  }) => {
    const { child, ended } = begin(folder, ...FAR, '--window', '1');
    await eventually(() => expect(newest(folder).cells).toHaveLength(1));
    await eventually(() => expect(namespacesOf(child.pid)).toHaveLength(2));
    // Another run may remove what it leaves before the resumed one does.
    child.kill('SIGKILL');
    await ended;
    const again = begin(folder, '--resume', join(folder, 'result.json'));
    expect((await again.ended).code).toBe(0);
    expect(namespacesOf(child.pid)).toEqual([]);
    expect(namespacesOf(again.child.pid)).toEqual([]);
    expect(newest(folder).cells.map(({ point, state }) => [point.link, state])).toEqual([
      ['netem', 'completed'],
      ['netem', 'completed'],
    ]);
  });
});
