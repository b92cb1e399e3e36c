/**
 * Two network namespaces joined by a pair of virtual Ethernet devices: one for the server, one for all that is on its clients'
 * side. What leaves either goes through a queueing discipline (tc(8)), and TCP between them is the kernel's own. Linux, root.
 *
 * A segment is a packet there, of 1,500 bytes at most, as on a wire: with segmentation offload a single loss would take up to
 * 64 KiB. Neighbours are known from the start: no ARP waits or gets lost. Each cell has namespaces of its own, for the kernel
 * remembers what it has learnt of a path (tcp_metrics).
 *
 * Names carry the process id of the run, so that what a killed one left is known for what it is.
 */

import { execFile, execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { readText } from '../measure/machine.ts';

/** Where processes of a cell find each other, in place of the loopback that all share. */
export interface Network {
  /** What the server listens on. */
  readonly address: string;
  /** Names of the namespaces. */
  readonly server: string;
  readonly clients: string;
  /** What the disciplines let through and dropped since the network was opened; undefined when `signal` aborts. */
  readPackets(signal: AbortSignal): Promise<PacketCount | undefined>;
  close(): void;
}

export interface PacketCount {
  /** From clients to server. */
  readonly up: Passed;
  readonly down: Passed;
}

interface Passed {
  readonly sent: number;
  readonly dropped: number;
}

/** A private network (RFC 1918) of two, whose addresses take as many bytes in a request's head as 127.0.0.1 does. */
const SIDES = {
  server: { address: '10.99.0.1', mac: '02:00:00:00:00:01' },
  clients: { address: '10.99.0.2', mac: '02:00:00:00:00:02' },
} as const;
const PREFIX_BITS = 30;
const DEVICE = 'pushlab';
const MTU_BYTES = 1_500;
const OFFLOAD = ['gso_max_segs', '1'];
/** Where `ip netns` keeps them. */
const FOLDER = '/var/run/netns';
const NAME = /^pushlab-(\d+)-(?:server|clients)$/;
/** What Pushlab reads of the machine holds in a new namespace too, which has the kernel's defaults. */
const SETTINGS = ['ip_local_port_range', 'tcp_timestamps'].map((name) => `/proc/sys/net/ipv4/${name}`);
/** It announces itself, and those packets are nobody's. */
const NO_IPV6 = '/proc/sys/net/ipv6/conf/all/disable_ipv6';
const SET = 'while [ $# -gt 0 ]; do echo "$2" > "$1"; shift 2; done';
const DEADLINE_MS = 10_000;

/**
 * @param discipline of both ends, as tc(8) takes it: `['netem', 'delay', '50ms']`
 * @throws Error that says what is missing, in the tool's own words; then nothing is left
 */
export function openNamespaces(discipline: readonly string[]): Network {
  const [server, clients] = [nameOf('server'), nameOf('clients')];
  const close = () => {
    // What could not be removed is tried again when the process ends.
    if ([server, clients].map(remove).every(Boolean)) process.off('exit', close);
  };
  process.on('exit', close);
  try {
    for (const name of [server, clients]) ip('needs root', 'netns', 'add', name);
    const { server: near, clients: far } = SIDES;
    const [one, other] = [near, far].map(({ mac }) => ['name', DEVICE, 'address', mac, 'mtu', `${MTU_BYTES}`]) as Pair;
    ip(
      'needs a kernel with veth',
      ...['link', 'add', ...one, ...OFFLOAD, 'netns', server],
      ...['type', 'veth', 'peer', ...other, ...OFFLOAD, 'netns', clients],
    );
    setUp(server, near, far, discipline);
    setUp(clients, far, near, discipline);
  } catch (error) {
    close();
    throw error;
  }
  const read = async (name: string, signal: AbortSignal) => {
    const { stdout } = await promisify(execFile)('tc', statisticsOf(name), { signal, timeout: DEADLINE_MS });
    return parsePackets(stdout);
  };
  return {
    address: SIDES.server.address,
    server,
    clients,
    async readPackets(signal) {
      const both = await Promise.all([read(clients, signal), read(server, signal)]).catch(() => undefined);
      return both && { up: both[0], down: both[1] };
    },
    close,
  };
}

/** A command that runs within a namespace, and in all else where it was started: the same files, processes and limits. */
export function within(namespace: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=${FOLDER}/${namespace}`, ...command];
}

/** Removes what is left of runs that were killed, and of this process. */
export function removeLeftNamespaces(): void {
  for (const name of namespaces()) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid === process.pid || !isAlive(pid)) remove(name);
  }
}

/** @param text what `tc -s -j qdisc show` prints of one device */
export function parsePackets(text: string): Passed {
  const disciplines = JSON.parse(text) as { root?: boolean; packets: number; drops: number }[];
  const root = disciplines.find((one) => one.root);
  if (!root) throw new Error(`tc told of no discipline: ${text}`);
  return { sent: root.packets, dropped: root.drops };
}

type Pair = [string[], string[]];
type Side = (typeof SIDES)[keyof typeof SIDES];

function setUp(name: string, own: Side, other: Side, discipline: readonly string[]): void {
  const at = (...words: string[]) => ip('needs a kernel with IPv4', '-n', name, ...words);
  const settings = SETTINGS.flatMap((path) => [path, readText(path) ?? '']);
  const quiet = readText(NO_IPV6) === undefined ? [] : [NO_IPV6, '1'];
  const [nsenter = '', ...words] = within(name, ['sh', '-ec', SET, 'sh', ...settings, ...quiet]);
  run('needs root', nsenter, words);
  at('address', 'add', `${own.address}/${PREFIX_BITS}`, 'dev', DEVICE);
  at('link', 'set', 'lo', 'up');
  at('link', 'set', DEVICE, 'up');
  at('neighbour', 'add', other.address, 'lladdr', other.mac, 'nud', 'permanent', 'dev', DEVICE);
  const need = `needs a kernel with ${discipline[0]} (module sch_${discipline[0]})`;
  run(need, 'tc', ['-n', name, 'qdisc', 'add', 'dev', DEVICE, 'root', ...discipline]);
}

function statisticsOf(name: string): string[] {
  return ['-n', name, '-s', '-j', 'qdisc', 'show', 'dev', DEVICE];
}

function ip(need: string, ...words: readonly string[]): void {
  run(need, 'ip', words);
}

/** @throws Error that begins with `need` when it fails */
function run(need: string, program: string, words: readonly string[]): void {
  try {
    execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: DEADLINE_MS });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new Error(`needs ${program}, which is not installed`);
    throw new Error(`${need}; ${program} says: ${stderr?.trim().replaceAll('\n', '; ') || message}`);
  }
}

function nameOf(side: keyof typeof SIDES): string {
  return `pushlab-${process.pid}-${side}`;
}

function namespaces(): string[] {
  try {
    return readdirSync(FOLDER).filter((name) => NAME.test(name));
  } catch {
    // No namespace was ever made here.
    return [];
  }
}

/** @returns whether it is gone; the device goes with it */
function remove(name: string): boolean {
  try {
    if (namespaces().includes(name)) ip('needs root', 'netns', 'delete', name);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
