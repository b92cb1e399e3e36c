/** Which core each process runs on. */

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { readText } from '../measure/system-files.ts';

export interface Pinning {
  /** Core of the server; undefined where processes can't be pinned. */
  readonly server: number | undefined;
  readonly workers: readonly (number | undefined)[];
  /** That of the last worker, where there is no core to spare. */
  readonly probe: number | undefined;
  /** Shared by relay, link and orchestrator. */
  readonly relay: number | undefined;
}

export function canPin(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Keeps this process, and what it starts unpinned, on one core. */
export function pinSelf(core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' });
}

/**
 * Puts all threads of processes into the scheduling class of Linux that runs when nothing else wants the core (SCHED_IDLE,
 * sched(7)). It needs no privilege, and can't be taken back without one.
 *
 * @returns whether all of them are; false elsewhere, and without chrt (util-linux)
 */
export async function giveWay(pids: readonly number[]): Promise<boolean> {
  try {
    await Promise.all(pids.map((pid) => promisify(execFile)('chrt', ['-a', '-i', '-p', '0', String(pid)])));
    return true;
  } catch {
    return false;
  }
}

/** The cores this process may use, as proc(5) lists them: `0-3,6`; undefined where the system does not tell. */
export function allowedCoreList(): string | undefined {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
}

export function allowedCores(): number[] | undefined {
  return allowedCoreList()
    ?.split(',')
    .flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}

/**
 * One core for the server, one for each worker, one for the probe, and what is left for relay, link and orchestrator. Those for
 * which none is left share with the last worker. Undefined where nothing can be pinned.
 */
export function planPinning(workers: number, cores: readonly number[] | undefined): Pinning {
  const [server, ...others] = cores ? [...cores].reverse() : [];
  const free = others.length > 0 ? others : cores;
  const ofWorkers = Array.from({ length: workers }, (_, index) => free?.[index % free.length]);
  return {
    server,
    workers: ofWorkers,
    probe: others[workers] ?? ofWorkers.at(-1),
    relay: others[workers + 1] ?? ofWorkers.at(-1),
  };
}

/** The cores of the server and of the probe, each once; empty where processes can't be pinned. */
export function measuredCores({ server, probe }: Pinning): number[] {
  return [...new Set([server, probe])].filter((core) => core !== undefined);
}
