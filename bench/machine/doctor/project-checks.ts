/** Whether what runs is what the result will say: Node, the commit, the compiled code; and what is installed. */

import { isAtLeast } from '../node-binary.ts';
import { bad, type Check, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';

export function node({ node: { version, required } }: Facts): Check {
  const seen = `Node ${version}`;
  if (isAtLeast(version, required)) return ok('node', seen);
  return bad('node', seen, `Install Node ${required} or newer.`);
}

export function tree({ git: { commit, dirty } }: Facts): Check {
  if (commit === null) {
    return bad('tree', 'not a git checkout', 'Run from a clone, so that others can run what you ran.');
  }
  const seen = `commit ${commit.slice(0, 7)}`;
  if (dirty !== true) return ok('tree', seen);
  return bad('tree', `${seen}, with changes`, 'Commit first, so that others can run what you ran.');
}

export function build({ build: state }: Facts): Check {
  if (state === 'current') return ok('build', 'compiled from these sources');
  const seen = state === 'missing' ? 'nothing is compiled' : 'sources are newer than what is compiled';
  return bad('build', seen, 'Compile what is to be measured: npm run build');
}

export function packets({ hasSs }: Facts): Check {
  if (hasSs) return ok('packets', 'ss is there');
  const hint = 'Packets and bytes with TCP/IP headers stay unknown. Install iproute2 (Linux).';
  return warn('packets', 'ss is missing', hint);
}
