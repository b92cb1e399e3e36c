/** `doctor`: what this machine would do to a result, and what to do about it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { pointsOf, profiles } from '../catalogue/profiles.ts';
import { scenarios } from '../catalogue/scenarios.ts';
import { projectRoot } from '../contract/paths.ts';
import { connectedClients } from '../contract/result.ts';
import { type Check, worstOf } from '../machine/doctor/check.ts';
import { diagnose } from '../machine/doctor/diagnose.ts';
import { type Need, readFacts, readQuickFacts, type SleptCore } from '../machine/doctor/facts.ts';
import { nowNs } from '../measure/clock.ts';
import { netemProblem } from '../network/netem/netem.ts';
import { spawnChild } from '../run/children/child.ts';
import { openWatchers } from '../run/children/watchers.ts';
import { SPARE_DESCRIPTORS } from './configure.ts';

/** The profiles whose results are made to be cited. */
const PROFILES = ['default', 'paper'];

/** Short steps find short stops; they take 3 % of each core meanwhile. */
const SLEEP = { stepMs: 1, seconds: 4 };

const SIGNS: Readonly<Record<Check['state'], string>> = { ok: '✓', warn: '!', bad: '✗' };

/** All checks and a sentence at the end; takes about six seconds. */
export async function doctorReport(resultsFolder: string): Promise<{ text: string; worst: Check['state'] }> {
  const checks = diagnose(await readFacts({ projectRoot, resultsFolder }, needs(), { netemProblem, sleepOn }));
  return { text: `${describeChecks(checks)}\n\n${conclusion(checks)}`, worst: worstOf(checks) };
}

/** The checks that take less than 100 ms, for the start of a run. */
export function quickChecks(resultsFolder: string): Check[] {
  return diagnose(readQuickFacts({ projectRoot, resultsFolder }, needs()));
}

export function describeChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  return checks
    .flatMap(({ id, state, seen, hint }) => [
      `${SIGNS[state]} ${id.padEnd(width)}  ${seen}`,
      ...(hint === undefined ? [] : [`${' '.repeat(width + 4)}${hint}`]),
    ])
    .join('\n');
}

function conclusion(checks: readonly Check[]): string {
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  const [bad, warned] = [count('bad'), count('warn')];
  if (bad > 0) return `${things(bad)} (✗) would make a run fail, or its result not citable.`;
  if (warned > 0)
    return `A result can be cited; ${things(warned)} (!) would show in its figures, or be missing from them.`;
  return 'This machine is ready: nothing here speaks against citing a result.';
}

function things(count: number): string {
  return count === 1 ? 'one thing' : `${count} things`;
}

/** All cores at once; those whose watcher does not answer are left out, as all are where nothing is compiled. */
async function sleepOn(cores: readonly number[]): Promise<SleptCore[]> {
  const open = (core: number) => spawnChild({ node: process.execPath, entry: 'bench/machine/disturbance/main', core });
  const watchers = await openWatchers(cores, open, SLEEP.stepMs);
  const fromNs = nowNs();
  await sleep(SLEEP.seconds * 1e3);
  const toNs = nowNs();
  const seconds = (toNs - fromNs) / 1e9;
  const slept = await Promise.all(
    watchers.all.map(async ({ core, read }) => {
      const reading = await read(fromNs, toNs);
      return reading ? [{ core, seconds, ...reading }] : [];
    }),
  );
  await watchers.close();
  return slept.flat();
}

function needs(): Need[] {
  return profiles
    .filter(({ id }) => PROFILES.includes(id))
    .map((profile) => {
      const all = scenarios
        .filter((scenario) => profile.scenarios.includes(scenario.id))
        .flatMap((scenario) => pointsOf(scenario, profile));
      const clients = Math.max(...all.map(connectedClients));
      return { profile: profile.id, clients, descriptors: clients + SPARE_DESCRIPTORS };
    });
}
