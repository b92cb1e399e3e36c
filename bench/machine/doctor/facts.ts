/** What a machine shows of itself before a run: the facts that `diagnose` judges. */

import { accessSync, constants, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus, loadavg, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { nowNs } from '../../measure/clock.ts';
import { readText } from '../../measure/system-files.ts';
import { calibrateUs, parsePressure } from '../calibration.ts';
import { buildState, gitProblem, gitState } from '../checkout.ts';
import { allowedCores, canPin, measuredCores, planPinning } from '../cores.ts';
import type { WakeUpReading } from '../disturbance/calls.ts';
import { watchNoise } from '../disturbance/kernel-account.ts';
import { fileDescriptorLimit, localPortRange } from '../limits.ts';
import { requiredNode } from '../node-binary.ts';
import { nodeSettings } from '../node-settings.ts';

/** What a profile needs of the machine. */
export interface Need {
  readonly profile: string;
  readonly clients: number;
  /** Files and sockets of its largest process. */
  readonly descriptors: number;
}

/** What can be told at once, null where unknown; and what takes a second or two to see. */
export type Facts = ReturnType<typeof readQuickFacts> & { readonly watched?: Watched };
export type Watched = Awaited<ReturnType<typeof watch>>;

export interface Folders {
  readonly projectRoot: string;
  readonly resultsFolder: string;
}

const CALIBRATIONS = 5;

/** What another room does for these facts. */
export interface Trials {
  /** Why netem can't be had; undefined where it can. */
  netemProblem(): string | undefined;
  /** Wake-ups of a sleeper on each of these cores; without those whose watcher did not answer. */
  sleepOn(cores: readonly number[]): Promise<readonly SleptCore[]>;
}

/** A sleeper of 1 ms steps on one core. */
export interface SleptCore extends WakeUpReading {
  readonly core: number;
  readonly seconds: number;
}

export async function readFacts(folders: Folders, needs: readonly Need[], trials: Trials): Promise<Facts> {
  const facts = readQuickFacts(folders, needs);
  return { ...facts, watched: await watch(trials) };
}

export function readQuickFacts({ projectRoot, resultsFolder }: Folders, needs: readonly Need[]) {
  const ports = localPortRange();
  return {
    node: { version: process.versions.node, required: requiredNode(projectRoot) },
    cores: { all: cpus().length, allowed: allowedCores()?.length ?? null },
    isPinnable: canPin(),
    /** Over the last minute. */
    loadAverage: platform() === 'win32' ? null : (loadavg()[0] ?? null),
    /** Share of the last 10 s. */
    cpuPressure: parsePressure(readText('/proc/pressure/cpu') ?? '') ?? null,
    clockSource: readText('/sys/devices/system/clocksource/clocksource0/current_clocksource') ?? null,
    governor: readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') ?? null,
    availableMemoryBytes: process.availableMemory(),
    fileDescriptors: fileDescriptorLimit(),
    localPorts: ports && ports.last - ports.first + 1,
    freeDiskBytes: freeDiskBytes(resultsFolder),
    nodeSettings: nodeSettings(),
    git: gitState(projectRoot),
    gitProblem: gitProblem(projectRoot) ?? null,
    build: buildState(projectRoot),
    hasSs: isInstalled('ss'),
    needs,
  };
}

async function watch(trials: Trials) {
  const canListen = await canListenOnLoopback();
  const startNs = nowNs();
  const endNoise = watchNoise();
  const calibrationsUs = Array.from({ length: CALIBRATIONS }, calibrateUs);
  const noise = endNoise();
  const seconds = (nowNs() - startNs) / 1e9;
  return {
    noise,
    seconds,
    /** Of the cores that server and clients would have; after the calibration, which keeps a core busy. */
    slept: await trials.sleepOn(measuredCores(planPinning(1, canPin() ? allowedCores() : undefined))),
    /** Each the median of several turns. */
    calibrationsUs,
    canListen,
    hasTcpdump: isInstalled('tcpdump'),
    hasTshark: isInstalled('tshark'),
    netemProblem: trials.netemProblem() ?? null,
  };
}

function canListenOnLoopback(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Free space at the nearest existing folder: results may go to one that is yet to be made. */
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
