/**
 * Two network namespaces joined by a pair of virtual Ethernet devices: one for the server, one for all that is on its clients'
 * side. What leaves either goes through a queueing discipline (tc(8)), and TCP between them is the kernel's own.
 *
 * A segment is a packet there, of 1,500 bytes at most, as on a wire: with segmentation offload a single loss would take up to
 * 64 KiB. Neighbours are known from the start: no ARP waits or gets lost. Each cell has a network of its own, for the kernel
 * remembers what it has learnt of a path (ip-tcp_metrics(8)).
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PacketCount, PassedPackets } from '../../contract/child.ts';
import { readText } from '../../measure/system-files.ts';
import { addNamespace, removeNamespace, within } from './namespaces.ts';
import { run } from './system.ts';

export interface Network {
  readonly address: string;
  readonly server: string;
  readonly clients: string;
  /** From now on, what leaves either side goes through its discipline. What the kernel learnt of the path is forgotten. */
  impose(): void;
  /** What the disciplines let through and dropped since then; undefined when `signal` aborts. */
  readPackets(signal: AbortSignal): Promise<PacketCount | undefined>;
  close(): void;
}

interface Side {
  readonly role: string;
  readonly address: string;
  readonly mac: string;
}

/** A private network (RFC 1918) of two, whose addresses take as many bytes in a request's head as 127.0.0.1 does. */
const SERVER: Side = { role: 'server', address: '10.99.0.1', mac: '02:00:00:00:00:01' };
const CLIENTS: Side = { role: 'clients', address: '10.99.0.2', mac: '02:00:00:00:00:02' };
const PREFIX_BITS = 30;
const NAME = 'pushlab';
const DEVICE = ['name', NAME, 'mtu', '1500', 'gso_max_segs', '1'];
/** A new namespace has the kernel's defaults: these are copied, so that the settings that the result records hold in it. */
const SETTINGS = ['ip_local_port_range', 'tcp_timestamps'].map((name) => `/proc/sys/net/ipv4/${name}`);
/** IPv6 announces itself: its packets would be counted with the cell's. */
const NO_IPV6 = '/proc/sys/net/ipv6/conf/all/disable_ipv6';
const SET = 'while [ $# -gt 0 ]; do echo "$2" > "$1"; shift 2; done';
const READ_MS = 2_000;

/**
 * @param discipline of both ends, as tc(8) takes it: `['netem', 'delay', '50ms']`. It waits until it is imposed.
 * @throws Error that says what is missing, in the tool's own words; then nothing is left
 */
export function openNetwork(discipline: readonly string[]): Network {
  const close = () => {
    // Tried again when the process ends, where one could not be removed.
    if ([SERVER, CLIENTS].map(({ role }) => removeNamespace(role)).every(Boolean)) process.off('exit', close);
  };
  process.on('exit', close);
  try {
    const [server, clients] = [addNamespace(SERVER.role), addNamespace(CLIENTS.role)];
    join(server, clients);
    setUp(server, SERVER, CLIENTS);
    setUp(clients, CLIENTS, SERVER);
    return {
      address: SERVER.address,
      server,
      clients,
      impose() {
        for (const namespace of [server, clients]) impose(namespace, discipline);
      },
      async readPackets(signal) {
        const both = [clients, server].map((namespace) => readPassed(namespace, signal));
        const [up, down] = await Promise.all(both).catch(() => []);
        return up && down && { up, down };
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Tries a network with such a discipline. @returns what is missing; undefined where it can be had */
export function networkProblem(discipline: readonly string[]): string | undefined {
  let network: Network | undefined;
  try {
    network = openNetwork(discipline);
    network.impose();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    network?.close();
  }
}

/** @param text what `tc -s -j qdisc show` prints of one device */
export function parsePassed(text: string): PassedPackets {
  const disciplines = JSON.parse(text) as { root?: boolean; packets: number; drops: number }[];
  const root = disciplines.find((one) => one.root);
  if (!root) throw new Error(`tc told of no discipline: ${text}`);
  return { sent: root.packets, dropped: root.drops };
}

function join(server: string, clients: string): void {
  const near = [...DEVICE, 'address', SERVER.mac, 'netns', server];
  const far = [...DEVICE, 'address', CLIENTS.mac, 'netns', clients];
  run('needs a kernel with veth', 'ip', ['link', 'add', ...near, 'type', 'veth', 'peer', ...far]);
}

function setUp(namespace: string, own: Side, other: Side): void {
  const settings = SETTINGS.flatMap((path) => [path, readText(path) ?? '']);
  const quiet = readText(NO_IPV6) === undefined ? [] : [NO_IPV6, '1'];
  const [nsenter = '', ...args] = within(namespace, ['sh', '-ec', SET, 'sh', ...settings, ...quiet]);
  run('needs root', nsenter, args);
  const at = (...command: string[]) => run('needs a kernel with IPv4', 'ip', ['-n', namespace, ...command]);
  at('address', 'add', `${own.address}/${PREFIX_BITS}`, 'dev', NAME);
  at('link', 'set', 'lo', 'up');
  at('link', 'set', NAME, 'up');
  at('neighbour', 'add', other.address, 'lladdr', other.mac, 'nud', 'permanent', 'dev', NAME);
}

function impose(namespace: string, discipline: readonly string[]): void {
  const [kind] = discipline;
  const need = `needs a kernel with ${kind} (module sch_${kind})`;
  run(need, 'tc', ['-n', namespace, 'qdisc', 'add', 'dev', NAME, 'root', ...discipline]);
  run('needs TCP metrics', 'ip', ['-n', namespace, 'tcp_metrics', 'flush', 'all']);
}

async function readPassed(namespace: string, signal: AbortSignal): Promise<PassedPackets> {
  const args = ['-n', namespace, '-s', '-j', 'qdisc', 'show', 'dev', NAME];
  const { stdout } = await promisify(execFile)('tc', args, { signal, timeout: READ_MS });
  return parsePassed(stdout);
}
