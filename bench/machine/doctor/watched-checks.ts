/** What shows only when the machine is watched for a while, and what runs do not need. */

import { percent } from '../../contract/result.ts';
import { DOCTOR_LIMITS, NOISE_LIMITS, noiseOver } from '../disturbance/limits.ts';
import { type Check, check, notTold } from './check.ts';
import type { Watched } from './facts.ts';

export function loopback({ canListen }: Watched): Check {
  const hint = 'Servers listen there on a port that the system chooses. Let them: a firewall or a sandbox forbids it.';
  return check('loopback', `127.0.0.1 can ${canListen ? '' : 'not '}be listened on`, canListen, 'bad', hint);
}

export function calibration({ calibrationsUs, seconds }: Watched): Check {
  const [leastUs, mostUs] = [Math.min(...calibrationsUs), Math.max(...calibrationsUs)];
  const moved = mostUs / leastUs - 1;
  const seen = `a fixed piece of work took ${(leastUs / 1e3).toFixed(1)} ms, its repeats ${percent(moved)} apart (${watchedFor(seconds)})`;
  const hint = 'Close what else runs, and fix the frequency of the cores (governor performance).';
  return check('calibration', seen, moved <= NOISE_LIMITS.calibration, 'bad', hint);
}

export function noise({ noise: { steal, throttled, ...others }, seconds }: Watched): Check {
  const shares = Object.entries({ steal, throttled }).flatMap(([what, share]) =>
    share === null ? [] : `${what} ${percent(share)}`,
  );
  // The calibration kept one core busy meanwhile.
  const over = noiseOver({ steal, throttled, ...others }, 1);
  const told = over.length > 0 ? over.map(({ what }) => what) : shares;
  if (told.length === 0) return notTold('noise');
  const hint = over.map((one) => one.hint).join(' ');
  return check('noise', `${told.join(', ')} (${watchedFor(seconds)})`, over.length === 0, 'bad', hint);
}

/** How many wake-ups of a sleeper were over 5 ms late. */
export function wakeUps({ slept }: Watched): Check {
  if (slept.length === 0) return notTold('wake-ups');
  const told = slept.map(({ core, lateWakeUps, maxLateUs, seconds }) => {
    const longest = lateWakeUps === 0 ? '' : `, the longest ${(maxLateUs / 1e3).toFixed(0)} ms`;
    return `core ${core} ${Math.round(lateWakeUps * (60 / seconds))}${longest}`;
  });
  const meaning = slept.some(({ lateWakeUps }) => lateWakeUps > 0) ? '; events at such a moment come as late' : '';
  const seen = `over 5 ms late a minute: ${told.join('; ')}${meaning} (${watchedFor(slept[0]?.seconds ?? 0)})`;
  const isQuiet = slept.every(
    ({ lateWakeUps, seconds }) => lateWakeUps <= DOCTOR_LIMITS.latePerMinute * (seconds / 60),
  );
  const hint =
    'Cores stand still, or others use them: events are late by as much, and cells will be measured again. Close what else runs, or use a machine of your own.';
  return check('wake-ups', seen, isQuiet, 'warn', hint);
}

export function capture({ hasTcpdump, hasTshark }: Watched): Check {
  const missing = [...(hasTcpdump ? [] : ['tcpdump']), ...(hasTshark ? [] : ['tshark'])];
  const seen = missing.length === 0 ? 'tcpdump and tshark are there' : `${missing.join(' and ')} missing`;
  const hint = 'The test that holds the bytes against a capture is skipped. Runs do not need it.';
  return check('capture', seen, missing.length === 0, 'warn', hint);
}

export function netem({ netemProblem }: Watched): Check {
  const hint = 'Distances are those of a process, without loss. Runs without --link netem do not need it.';
  const seen = netemProblem ?? 'network namespaces and netem are there';
  return check('netem', seen, netemProblem === null, 'warn', hint);
}

function watchedFor(seconds: number): string {
  return `watched for ${seconds.toFixed(1)} s`;
}
