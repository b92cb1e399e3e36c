/** Watchers in processes of their own: a core that is taken from them, and one that is killed. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { allowedCores, canPin } from '../machine/cores.ts';
import { isCoreBusy } from '../machine/disturbance/kernel-account.ts';
import { startWatching } from '../machine/disturbance/watch.ts';
import { spawnChild } from '../run/children/child.ts';
import { openWatchers, type Watcher } from '../run/children/watchers.ts';

const core = allowedCores()?.at(-1) ?? 0;
const isPinned = canPin() && allowedCores() !== undefined;

/** @returns the watcher, and the number of its process */
async function openWatcher(stepMs?: number): Promise<{ watcher: Watcher; pid: number }> {
  let pid: number | undefined;
  const open = () => {
    const channel = spawnChild({ node: process.execPath, entry: 'bench/machine/disturbance/main', core: undefined });
    pid = channel.pid;
    return channel;
  };
  const { all, close } = await openWatchers([core], open, stepMs);
  onTestFinished(close);
  const [watcher] = all;
  if (!watcher || pid === undefined) throw new Error('the watcher did not start');
  return { watcher, pid };
}

const windowOf = (watcher: Watcher, pid?: number) =>
  startWatching({ serverPid: pid, probePid: undefined, besideProbe: [], cores: [core], sleepers: [watcher] });

/** Programs that never wait, all on one core. @returns their numbers */
async function keepBusy(programs: number): Promise<(number | undefined)[]> {
  const script = 'process.stdout.write("on"); for (;;);';
  const children = Array.from({ length: programs }, () =>
    spawn('taskset', ['-c', String(core), process.execPath, '-e', script]),
  );
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  return children.map(({ pid }) => pid);
}

test('a sleeper wakes all along, and the speed of its core can be asked for meanwhile', async () => {
  const { watcher } = await openWatcher(1);
  const watch = windowOf(watcher);
  await sleep(100);
  const [{ sleepers }, turnUs] = await Promise.all([watch.end(), watcher.calibrate()]);
  expect(sleepers).toMatchObject([{ core }]);
  expect(sleepers[0]?.wakeUps).toBeGreaterThan(1);
  expect(turnUs).toBeGreaterThan(0);
});

test('what stands still wakes up late, and the cell is disturbed', async () => {
  const { watcher, pid } = await openWatcher();
  const watch = windowOf(watcher);
  process.kill(pid, 'SIGSTOP');
  await sleep(300);
  process.kill(pid, 'SIGCONT');
  const { sleepers, exceeded } = await watch.end();
  expect(sleepers[0]?.lateWakeUps).toBeGreaterThan(0);
  expect(exceeded).toContain('core-stopped');
});

test.skipIf(!isPinned)('beside busy programs wake-ups are late, threads wait, and the core is busy', async () => {
  const [pid] = await keepBusy(6);
  const { watcher, pid: watcherPid } = await openWatcher(1);
  execFileSync('taskset', ['-acp', String(core), String(watcherPid)]);
  expect(await isCoreBusy(core)).toBe(true);
  await expect
    .poll(async () => {
      const watch = windowOf(watcher, pid);
      await sleep(500);
      const { sleepers, exceeded } = await watch.end();
      return exceeded.includes('run-delay-server') && sleepers[0]?.lateWakeUps !== 0;
    })
    .toBe(true);
});

test('a watcher that is killed reads nothing, and a window without it ends', async () => {
  const { watcher, pid } = await openWatcher();
  const watch = windowOf(watcher, pid);
  process.kill(pid, 'SIGKILL');
  expect(await watcher.calibrate()).toBeUndefined();
  const { sleepers, runDelay } = await watch.end();
  expect(sleepers).toEqual([]);
  expect(runDelay.server).toBeNull();
});
