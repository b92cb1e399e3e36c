/** What a machine shows of itself before a run: the facts that `diagnose` judges. */

import { accessSync, constants, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Environment, Noise } from '../../contract/result.ts';
import { nowNs } from '../../measure/clock.ts';
import { readText } from '../../measure/system-files.ts';
import { calibrateUs, parsePressure } from '../calibration.ts';
import { buildState, gitState } from '../checkout.ts';
import { allowedCores, canPin } from '../cores.ts';
import { fileDescriptorLimit, localPortRange } from '../limits.ts';
import { requiredNode } from '../node-binary.ts';
import { watchNoise } from '../noise.ts';

/** What a profile needs of the machine. */
export interface Need {
  readonly profile: string;
  readonly clients: number;
  /** Files and sockets of its largest process. */
  readonly descriptors: number;
}

/** null where unknown. */
export interface Facts {
  readonly node: { readonly version: string; readonly required: string };
  readonly cores: { readonly all: number; readonly allowed: number | null };
  readonly isPinnable: boolean;
  /** Of the last minute. */
  readonly loadAverage: number | null;
  /** Share of the last 10 s. */
  readonly cpuPressure: number | null;
  readonly clockSource: string | null;
  readonly governor: string | null;
  readonly availableMemoryBytes: number;
  readonly fileDescriptors: number | null;
  readonly localPorts: number | null;
  /** Of the disk that results are saved to. */
  readonly freeDiskBytes: number | null;
  readonly git: Environment['git'];
  readonly build: 'current' | 'outdated' | 'missing';
  readonly hasSs: boolean;
  readonly needs: readonly Need[];
  /** What takes a second or two to see. */
  readonly watched?: Watched;
}

export interface Watched {
  readonly seconds: number;
  readonly noise: Noise;
  /** Each the median of several turns. */
  readonly calibrationsUs: readonly number[];
  readonly canListen: boolean;
  readonly hasTcpdump: boolean;
  readonly hasTshark: boolean;
  /** Why the kernel can give no distance; null where it can. */
  readonly netemProblem: string | null;
}

export interface Places {
  readonly projectRoot: string;
  /** Need not be there yet. */
  readonly resultsFolder: string;
}

const CALIBRATIONS = 5;

/**
 * All of them; blocks for a second or two.
 *
 * @param tryNetem tells why netem can't be had
 */
export async function readFacts(
  places: Places,
  needs: readonly Need[],
  tryNetem: () => string | undefined,
): Promise<Facts> {
  const facts = readQuickFacts(places, needs);
  return { ...facts, watched: await watch(tryNetem) };
}

/** Those that take less than 100 ms to read. */
export function readQuickFacts({ projectRoot, resultsFolder }: Places, needs: readonly Need[]): Facts {
  const ports = localPortRange();
  return {
    node: { version: process.versions.node, required: requiredNode(projectRoot) },
    cores: { all: cpus().length, allowed: allowedCores()?.length ?? null },
    isPinnable: canPin(),
    loadAverage: platform() === 'win32' ? null : (loadavg()[0] ?? null),
    cpuPressure: parsePressure(readText('/proc/pressure/cpu') ?? '') ?? null,
    clockSource: readText('/sys/devices/system/clocksource/clocksource0/current_clocksource') ?? null,
    governor: readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') ?? null,
    availableMemoryBytes: process.availableMemory(),
    fileDescriptors: fileDescriptorLimit(),
    localPorts: ports && ports.last - ports.first + 1,
    freeDiskBytes: freeDiskBytes(resultsFolder),
    git: gitState(projectRoot),
    build: buildState(projectRoot),
    hasSs: isInstalled('ss'),
    needs,
  };
}

async function watch(tryNetem: () => string | undefined): Promise<Watched> {
  const canListen = await canListenOnLoopback();
  const startNs = nowNs();
  const endNoise = watchNoise();
  const calibrationsUs = Array.from({ length: CALIBRATIONS }, calibrateUs);
  return {
    noise: endNoise(),
    seconds: (nowNs() - startNs) / 1e9,
    calibrationsUs,
    canListen,
    hasTcpdump: isInstalled('tcpdump'),
    hasTshark: isInstalled('tshark'),
    netemProblem: tryNetem() ?? null,
  };
}

function canListenOnLoopback(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Of the nearest folder that is there. */
function freeDiskBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return dirname(folder) === folder ? null : freeDiskBytes(dirname(folder));
  }
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
