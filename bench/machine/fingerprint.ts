/** Tells machines apart without a name: `compare` refuses results of two, and `--resume` a run of another. */

import type { Environment } from '../contract/result.ts';
import { sha256 } from './checkout.ts';

const HEX_DIGITS = 12;
const GIBIBYTE = 1024 ** 3;

/** Hashes what stays the same as long as the machine and its settings do; Node and the code are no part of it. */
export function fingerprintOf(environment: Omit<Environment, 'fingerprint'>): string {
  const { cpu, memoryBytes, pinning } = environment;
  const stable = [
    [cpu.model, cpu.cores, cpu.allowedCores, cpu.governor, cpu.frequencyDriver],
    // What the kernel keeps for itself differs by some megabytes from boot to boot.
    Math.round(memoryBytes / GIBIBYTE),
    [environment.virtualisation, environment.platform, environment.kernel, environment.kernelTimingParameters],
    [environment.clockSource, environment.tcpCongestionControl, environment.loopbackMtuBytes],
    [pinning.server, pinning.workers, pinning.relay],
  ];
  return sha256(JSON.stringify(stable)).slice(0, HEX_DIGITS);
}
