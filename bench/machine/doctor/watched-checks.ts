/** What shows only when the machine is watched for a while, and what runs do not need. */

import { percent } from '../../contract/result.ts';
import { NOISE_LIMITS, noiseOver } from '../noise-limits.ts';
import { bad, type Check, NOT_TOLD, ok, warn } from './check.ts';
import type { Watched } from './facts.ts';

export function loopback({ canListen }: Watched): Check {
  if (canListen) return ok('loopback', '127.0.0.1 can be listened on');
  const hint = 'Servers listen there on a port that the system chooses. Let them: a firewall or a sandbox forbids it.';
  return bad('loopback', '127.0.0.1 can not be listened on', hint);
}

export function calibration({ calibrationsUs, seconds }: Watched): Check {
  const [leastUs, mostUs] = [Math.min(...calibrationsUs), Math.max(...calibrationsUs)];
  const moved = mostUs / leastUs - 1;
  const seen = `a fixed piece of work took ${(leastUs / 1e3).toFixed(1)} ms, its repeats ${percent(moved)} apart (${watchedFor(seconds)})`;
  if (moved <= NOISE_LIMITS.calibration) return ok('calibration', seen);
  return bad('calibration', seen, 'Close what else runs, and fix the frequency of the cores (governor performance).');
}

export function noise({ noise: seen, seconds }: Watched): Check {
  const told = (
    [
      ['steal', seen.steal],
      ['throttled', seen.throttled],
    ] as const
  ).flatMap(([what, share]) => (share === null ? [] : [`${what} ${percent(share)}`]));
  // The calibration kept one core busy.
  const over = noiseOver(seen, 1);
  if (over.length > 0) {
    const what = `${over.map((one) => one.what).join(', ')} (${watchedFor(seconds)})`;
    return bad('noise', what, over.map(({ hint }) => hint).join(' '));
  }
  return ok('noise', told.length > 0 ? `${told.join(', ')} (${watchedFor(seconds)})` : NOT_TOLD);
}

export function capture({ hasTcpdump, hasTshark }: Watched): Check {
  const missing = [...(hasTcpdump ? [] : ['tcpdump']), ...(hasTshark ? [] : ['tshark'])];
  if (missing.length === 0) return ok('capture', 'tcpdump and tshark are there');
  const hint = 'The test that holds the bytes against a capture is skipped. Runs do not need it.';
  return warn('capture', `${missing.join(' and ')} missing`, hint);
}

export function netem({ netemProblem }: Watched): Check {
  if (netemProblem === null) return ok('netem', 'network namespaces and netem are there');
  const hint = 'Distances are those of a process, without loss. Runs without --link netem do not need it.';
  return warn('netem', netemProblem, hint);
}

function watchedFor(seconds: number): string {
  return `watched for ${seconds.toFixed(1)} s`;
}
