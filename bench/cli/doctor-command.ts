/** `doctor`: what this machine would do to a result, and what to do about it. */

import { pointsOf, profiles } from '../catalogue/profiles.ts';
import { scenarios } from '../catalogue/scenarios.ts';
import { projectRoot } from '../contract/paths.ts';
import { connectedClients } from '../contract/result.ts';
import { type Check, worstOf } from '../machine/doctor/check.ts';
import { diagnose } from '../machine/doctor/diagnose.ts';
import { type Need, readFacts, readQuickFacts } from '../machine/doctor/facts.ts';
import { netemProblem } from '../network/netem/netem.ts';
import { SPARE_DESCRIPTORS } from './configure.ts';

/** The profiles whose results are made to be cited. */
const PROFILES = ['default', 'paper'];

const SIGNS: Readonly<Record<Check['state'], string>> = { ok: '✓', warn: '!', bad: '✗' };

/** All checks and a sentence at the end; takes about two seconds. */
export async function doctorReport(resultsFolder: string): Promise<{ text: string; worst: Check['state'] }> {
  const checks = diagnose(await readFacts({ projectRoot, resultsFolder }, needs(), netemProblem));
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
