/** The conditions that a result was measured under. What the system does not tell is null. No host and no user name. */

import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../contract/result.ts';
import { numberOrNull, readText } from '../measure/system-files.ts';
import { codeSha256, fileSha256, gitState, packageVersion } from './checkout.ts';
import { allowedCoreList, type Pinning } from './cores.ts';
import { fingerprintOf } from './fingerprint.ts';
import { fileDescriptorLimit } from './limits.ts';
import type { NodeBinary } from './node-binary.ts';

export interface MeasuredSetup {
  readonly node: NodeBinary;
  readonly nodeFlags: readonly string[];
  readonly loadNodeFlags: readonly string[];
  readonly pinning: Pinning;
}

/** To be called before this process pins itself: the cores that it may use are part of it. */
export function readEnvironment(
  projectRoot: string,
  { node, nodeFlags, loadNodeFlags, pinning }: MeasuredSetup,
): Environment {
  const environment = {
    cpu: {
      model: cpuModel(),
      cores: cpus().length,
      allowedCores: allowedCoreList() ?? null,
      governor: textOrNull('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
      frequencyDriver: textOrNull('/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver'),
    },
    memoryBytes: totalmem(),
    virtualisation: virtualisationOf(
      readText('/proc/cpuinfo') ?? '',
      textOrNull('/sys/class/dmi/id/sys_vendor') ?? textOrNull('/sys/hypervisor/type'),
    ),
    platform: platform(),
    kernel: release(),
    kernelTimingParameters: timingParametersOf(readText('/proc/cmdline')),
    clockSource: textOrNull('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    tcpCongestionControl: textOrNull('/proc/sys/net/ipv4/tcp_congestion_control'),
    fileDescriptorLimit: fileDescriptorLimit(),
    loopbackMtuBytes: numberOrNull(readText('/sys/class/net/lo/mtu')),
    versions: {
      pushlab: packageVersion(projectRoot),
      node: node.versions.node,
      v8: node.versions.v8,
      libuv: node.versions.uv,
      llhttp: node.versions.llhttp ?? null,
      openssl: node.versions.openssl ?? null,
      express: packageVersion(join(projectRoot, 'node_modules/express')),
      ws: packageVersion(join(projectRoot, 'node_modules/ws')),
      undici: packageVersion(join(projectRoot, 'node_modules/undici')),
    },
    lockfileSha256: fileSha256(join(projectRoot, 'package-lock.json')),
    git: gitState(projectRoot),
    codeSha256: codeSha256(projectRoot),
    nodeFlags: [...nodeFlags],
    loadNodeFlags: [...loadNodeFlags],
    pinning: {
      server: pinning.server ?? null,
      workers: pinning.workers.map((core) => core ?? null),
      probe: pinning.probe ?? null,
      relay: pinning.relay ?? null,
    },
  };
  return { ...environment, fingerprint: fingerprintOf(environment) };
}

function textOrNull(path: string): string | null {
  return readText(path) || null;
}

/** Node says `unknown` where the kernel does not tell, as on many ARM machines. */
function cpuModel(): string | null {
  const model = cpus()[0]?.model.trim();
  return model === undefined || model === '' || model === 'unknown' ? null : model;
}

/**
 * @param cpuinfo text of /proc/cpuinfo; its flags tell only on x86
 * @param vendor of the machine as the hypervisor shows it; of a physical one, its maker
 */
export function virtualisationOf(cpuinfo: string, vendor: string | null): string | null {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1];
  if (flags === undefined) return null;
  return /\bhypervisor\b/.test(flags) ? (vendor ?? 'hypervisor') : 'none';
}

/** Boot parameters that change timing, by their whole name, with values that are numbers, words or lists of cores. */
const TIMING_PARAMETER = new RegExp(
  `^(${[
    'mitigations|spectre_v2|spec_store_bypass_disable|retbleed|mds|l1tf|pti|nopti',
    'isolcpus|irqaffinity|kthread_cpus|maxcpus|nr_cpus|nosmt|nosmp',
    'nohz|nohz_full|rcu_nocbs|rcu_nocb_poll|skew_tick|highres',
    'clocksource|tsc|hpet',
    'idle|intel_pstate|amd_pstate|(?:processor|intel_idle|cpuidle|cpuidle_haltpoll|haltpoll|cpufreq)\\.\\w+',
    'preempt|threadirqs|nowatchdog|nmi_watchdog|transparent_hugepage',
  ].join('|')})(=[\\w.,:+-]*)?$`,
);

/**
 * Leaves out all other parameters, which name disks, hosts and folders.
 *
 * @param commandLine text of /proc/cmdline; what stands after ` -- ` is for the first process
 */
export function timingParametersOf(commandLine: string | undefined): string | null {
  const [kernels] = commandLine?.split(/\s--(?:\s|$)/) ?? [];
  return (
    kernels
      ?.split(/\s+/)
      .filter((parameter) => TIMING_PARAMETER.test(parameter))
      .join(' ') ?? null
  );
}
