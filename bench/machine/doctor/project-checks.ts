/** Whether what runs is what the result will say: Node, the commit, the compiled code; and what is installed. */

import { isAtLeast } from '../node-binary.ts';
import { type Check, check } from './check.ts';
import type { Facts } from './facts.ts';

export function node({ node: { version, required } }: Facts): Check {
  return check('node', `Node ${version}`, isAtLeast(version, required), 'bad', `Install Node ${required} or newer.`);
}

/** Cleared for measured processes; the orchestrator and its own Node have them. */
export function settings({ nodeSettings }: Facts): Check {
  const seen = nodeSettings.length === 0 ? 'nothing changes Node' : `${nodeSettings.join(', ')} set`;
  const hint =
    'Measured processes start without them: unset what they should have, and name it as a flag of Node instead.';
  return check('settings', seen, nodeSettings.length === 0, 'warn', hint);
}

const GIT_HINTS: Readonly<Record<NonNullable<Facts['gitProblem']>, string>> = {
  'git is not installed': 'Install git: without it the result can not name its commit.',
  'git refuses a folder that another user owns':
    'Tell git to trust it: git config --global --add safe.directory <folder>',
  'not a git checkout': 'Run from a clone, so that others can run what you ran.',
};

export function tree({ git: { commit, dirty }, gitProblem }: Facts): Check {
  if (commit === null) {
    const problem = gitProblem ?? 'not a git checkout';
    return check('tree', problem, false, 'bad', GIT_HINTS[problem]);
  }
  const seen = `commit ${commit.slice(0, 7)}${dirty ? ', with changes' : ''}`;
  return check('tree', seen, dirty !== true, 'bad', 'Commit first, so that others can run what you ran.');
}

const BUILDS: Readonly<Record<Facts['build'], string>> = {
  current: 'compiled from these sources',
  outdated: 'sources are newer than what is compiled',
  missing: 'nothing is compiled',
};

export function build({ build: state }: Facts): Check {
  return check('build', BUILDS[state], state === 'current', 'bad', 'Compile what is to be measured: npm run build');
}

export function packets({ hasSs }: Facts): Check {
  const hint = 'Packets and bytes with TCP/IP headers stay unknown. Install iproute2 (Linux).';
  return check('packets', `ss is ${hasSs ? 'there' : 'missing'}`, hasSs, 'warn', hint);
}
