/** What disturbs the measured window of one cell: decided from these readings alone, before any latency is read. */

import type { Disturbance } from '../../contract/result.ts';
import type { WakeUpReading } from './calls.ts';
import { type MachineReading, noiseBetween, readMachine, stealBetween, stealOfBusyBetween } from './kernel-account.ts';
import { exceededBounds } from './limits.ts';
import { openProcess, type ProcessReading, waitingBetween } from './run-delay.ts';

/** A sleeper on one core. */
export interface Sleeper {
  readonly core: number;
  /** Undefined where its process is gone; never rejects. */
  read(fromNs: number, toNs: number): Promise<WakeUpReading | undefined>;
}

export interface Watched {
  /** Undefined where the cell has no such process, or it can't be told. */
  readonly serverPid: number | undefined;
  readonly probePid: number | undefined;
  /** Processes of ours on the probe's core: relay, link, this one, and a crowd that does not give way to the probe. */
  readonly besideProbe: readonly number[];
  /** Those that server and probe are pinned to; empty where processes can't be pinned. */
  readonly cores: readonly number[];
  readonly sleepers: readonly Sleeper[];
}

export interface Readings {
  readonly machine: MachineReading;
  readonly server: ProcessReading | undefined;
  readonly probe: ProcessReading | undefined;
}

type WakeUpsOfCore = WakeUpReading & Pick<Sleeper, 'core'>;

/** From this call to the call of `end`, which must be called once. Never rejects for a process that is gone. */
export function startWatching(watched: Watched): { end(): Promise<Disturbance> } {
  const { serverPid, probePid, besideProbe, cores, sleepers } = watched;
  const [server, probe] = [openProcess(serverPid), openProcess(probePid, besideProbe)];
  const read = (): Readings => ({ server: server.read(), probe: probe.read(), machine: readMachine() });
  const before = read();
  return {
    async end() {
      const after = read();
      server.close();
      probe.close();
      const wakeUps = await Promise.all(
        sleepers.map(async (sleeper) => {
          const reading = await sleeper.read(before.machine.atNs, after.machine.atNs);
          return reading ? [{ core: sleeper.core, ...reading }] : [];
        }),
      );
      return disturbanceBetween(before, after, cores, wakeUps.flat());
    },
  };
}

function mostOf(shares: readonly number[]): number | null {
  return shares.length === 0 ? null : Math.max(...shares);
}

/** @param wakeUps within the same window */
export function disturbanceBetween(
  before: Readings,
  after: Readings,
  cores: readonly number[],
  wakeUps: readonly WakeUpsOfCore[],
): Disturbance {
  const elapsedNs = after.machine.atNs - before.machine.atNs;
  const { cpuPressure, throttled } = noiseBetween(before.machine, after.machine);
  const names = cores.length === 0 ? ['cpu'] : cores.map((core) => `cpu${core}`);
  const steals = names.flatMap((name) => stealBetween(before.machine, after.machine, name) ?? []);
  const seen = {
    cpuPressure,
    steal: mostOf(steals),
    stealOfBusy: mostOf(names.flatMap((name) => stealOfBusyBetween(before.machine, after.machine, name) ?? [])),
    throttled,
    runDelay: {
      server: waitingBetween(before.server, after.server, elapsedNs),
      probe: waitingBetween(before.probe, after.probe, elapsedNs),
    },
    sleepers: wakeUps.map(({ stoppedUs, ...reading }) => ({
      ...reading,
      stoppedShare: elapsedNs > 0 ? (stoppedUs * 1e3) / elapsedNs : 0,
    })),
  };
  return { ...seen, exceeded: exceededBounds(seen) };
}
