/** The laboratory of a run on this machine: child processes on their cores, and what is read of the machine meanwhile. */

import { giveWay, measuredCores, type Pinning } from '../machine/cores.ts';
import { isCoreBusy } from '../machine/disturbance/kernel-account.ts';
import { startWatching } from '../machine/disturbance/watch.ts';
import type { NodeBinary } from '../machine/node-binary.ts';
import { readSegments } from '../machine/packets.ts';
import { waitForQuietSockets } from '../machine/quiet-sockets.ts';
import { netemDiscipline } from '../network/netem/netem.ts';
import { openNetwork } from '../network/netem/network.ts';
import { LOAD_NODE_FLAGS, spawnChild } from '../run/children/child.ts';
import { openWatchers } from '../run/children/watchers.ts';
import type { Laboratory } from '../run/laboratory.ts';

const COOL_DOWN_MS = 20_000;

export interface OpenLaboratory {
  readonly laboratory: Laboratory;
  /** Ends the watchers. */
  close(): Promise<void>;
}

export async function openLaboratory(
  workers: number,
  pinning: Pinning,
  { path, versions }: NodeBinary,
): Promise<OpenLaboratory> {
  const child = (entry: string, core: number | undefined, namespace?: string, flags: readonly string[] = []) =>
    spawnChild({ node: path, flags, entry, core, namespace });
  const cores = measuredCores(pinning);
  const watchers = await openWatchers(cores, (core) => child('bench/machine/disturbance/main', core));
  const serverWatcher = watchers.all.find(({ core }) => core === pinning.server);
  const { probe: probeCore } = pinning;
  const sharesCore = probeCore !== undefined && pinning.workers.includes(probeCore);
  const laboratory: Laboratory = {
    workers,
    pinning,
    nodeVersion: `v${versions.node}`,
    openNetwork: (point) => openNetwork(netemDiscipline(point)),
    openServer: (at) => child('servers/main', pinning.server, at?.server),
    openWorker: (index, at) => child('clients/main', pinning.workers[index], at?.clients, LOAD_NODE_FLAGS),
    openProbe: (at) => child('clients/main', pinning.probe, at?.clients, LOAD_NODE_FLAGS),
    openRelay: (at) => child('bench/network/tap/main', pinning.relay, at?.clients),
    openLink: () => child('bench/network/link/main', pinning.relay),
    watchMachine({ server, probe, link, crowd }) {
      const ofRelayCore = pinning.relay === probeCore ? [process.pid, ...(link === undefined ? [] : [link])] : [];
      const besideProbe = [...ofRelayCore, ...(sharesCore ? crowd : [])];
      const watch = startWatching({ serverPid: server, probePid: probe, besideProbe, cores, sleepers: watchers.all });
      return () => watch.end();
    },
    calibrateUs: async () => await serverWatcher?.calibrate(),
    canYieldToProbe: async () => sharesCore && probeCore !== undefined && !(await isCoreBusy(probeCore)),
    yieldToProbe: async (pids) => ((await giveWay(pids)) ? 'idle' : 'normal'),
    coolDown: (port, signal) => waitForQuietSockets(port, { deadlineMs: COOL_DOWN_MS, signal }),
    readSegments: (port, signal, at) => readSegments(port, pinning.relay, signal, at?.server),
  };
  return { laboratory, close: () => watchers.close() };
}
