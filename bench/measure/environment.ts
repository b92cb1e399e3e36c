/** The conditions that a result was measured under. What the system does not tell is null. No host and no user name. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../contract/result.ts';
import { fileDescriptorLimit, numberOrNull, readText } from './machine.ts';
import type { Pinning } from './warnings.ts';

/** Boot parameters that change timing; all others are nobody's business. */
const TIMING_PARAMETERS =
  /^(mitigations|isolcpus|nohz|nohz_full|rcu_nocbs|idle|processor\.|intel_pstate|amd_pstate|cpuidle|haltpoll|clocksource|tsc|nosmt|preempt|threadirqs|skew_tick)/;

/** @param nodeFlags those that measured processes run with */
export function readEnvironment(projectRoot: string, pinning: Pinning, nodeFlags: readonly string[]): Environment {
  const { versions } = process;
  const lockfile = readText(join(projectRoot, 'package-lock.json'));
  return {
    cpu: {
      model: cpus()[0]?.model.trim() ?? null,
      cores: cpus().length,
      allowedCores: /^Cpus_allowed_list:\s*(\S+)$/m.exec(readText('/proc/self/status') ?? '')?.[1] ?? null,
      governor: readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') ?? null,
      frequencyDriver: readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver') ?? null,
    },
    memoryBytes: totalmem(),
    virtualisation: virtualisation(),
    platform: platform(),
    kernel: release(),
    kernelTimingParameters: timingParameters(),
    clockSource: readText('/sys/devices/system/clocksource/clocksource0/current_clocksource') ?? null,
    tcpCongestionControl: readText('/proc/sys/net/ipv4/tcp_congestion_control') ?? null,
    fileDescriptorLimit: fileDescriptorLimit(),
    loopbackMtuBytes: numberOrNull(readText('/sys/class/net/lo/mtu')),
    versions: {
      pushlab: packageVersion(projectRoot),
      node: versions.node,
      v8: versions.v8,
      libuv: versions.uv,
      llhttp: versions['llhttp'] ?? null,
      openssl: versions.openssl ?? null,
      express: packageVersion(join(projectRoot, 'node_modules/express')),
      ws: packageVersion(join(projectRoot, 'node_modules/ws')),
      undici: packageVersion(join(projectRoot, 'node_modules/undici')),
    },
    lockfileSha256: lockfile === undefined ? null : createHash('sha256').update(lockfile).digest('hex'),
    git: gitState(projectRoot),
    codeSha256: null,
    nodeFlags: [...nodeFlags],
    pinning: {
      server: pinning.server ?? null,
      workers: pinning.workers.map((core) => core ?? null),
      relay: pinning.relay ?? null,
    },
    fingerprint: '',
  };
}

function packageVersion(folder: string): string {
  const manifest: { version?: string } = JSON.parse(readText(join(folder, 'package.json')) ?? '{}');
  return manifest.version ?? 'unknown';
}

function virtualisation(): string | null {
  const cpuinfo = readText('/proc/cpuinfo');
  if (cpuinfo === undefined) return null;
  if (!/^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)) return 'none';
  return readText('/sys/class/dmi/id/sys_vendor') ?? readText('/sys/hypervisor/type') ?? 'hypervisor';
}

function timingParameters(): string | null {
  const parameters = readText('/proc/cmdline')?.split(/\s+/);
  return parameters?.filter((parameter) => TIMING_PARAMETERS.test(parameter)).join(' ') ?? null;
}

function gitState(folder: string): Environment['git'] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain') !== '' };
  } catch {
    return { commit: null, dirty: null };
  }
}
