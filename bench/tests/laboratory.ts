/** For the tests: a laboratory in memory, whose children can be made to fail, and a transport without sockets. */

import { createWorkerRole } from '../../clients/role.ts';
import { createServerRole } from '../../servers/role.ts';
import { type AnswerMessage, answerCall } from '../contract/child.ts';
import { type EncodedEvent, type EventFeed, MEASURED_CURSOR_BASE } from '../contract/event.ts';
import type { Lane } from '../contract/lane.ts';
import type { Cell, CompletedCell } from '../contract/result.ts';
import type { EventSink } from '../contract/transport.ts';
import { nowNs } from '../measure/clock.ts';
import { createLinkRole } from '../network/link/role.ts';
import { createRelayRole } from '../network/tap/role.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import type { Channel, ChildExit } from '../run/children/child.ts';
import type { Deadlines, Laboratory } from '../run/laboratory.ts';
import { QUIET } from './fixture.ts';

/** What a child does instead of answering one call. */
export interface Fault {
  readonly child: 'server' | 'worker' | 'probe' | 'relay' | 'link';
  readonly call: string;
  readonly act: 'die' | 'hang' | { readonly answer: (answer: object) => object };
}

/** What the transport does to one event on its way to one client. */
export type Tamper = (event: EncodedEvent, deliver: (event: EncodedEvent) => void) => void;

/** Of an event among those of its cell, from 1. */
export function numberOf({ seq }: EncodedEvent): number {
  return seq - MEASURED_CURSOR_BASE;
}

const EXIT: ChildExit = { code: null, signal: 'SIGSEGV', stderr: 'told to die' };
/** In ms. Deadlines end what hangs, and a loaded machine takes many times as long as an idle one. */
const PATIENT_MS = 60_000;
const HANGS_MS = 500;
/** The deadline that each call has. */
const PHASE_OF: Readonly<Record<string, keyof Deadlines>> = { hello: 'hello', open: 'listen' };

/** A lane that hands events over within the process, of its newest server. Sends no byte, so both sides agree on none. */
export function memoryLane(tamper: Tamper = (event, deliver) => deliver(event)): Lane {
  const sinks = new Set<EventSink>();
  let served: EventFeed | undefined;
  const give = (event: EncodedEvent, sink: EventSink) => tamper(event, ({ text }) => sink.event(text, nowNs()));
  return {
    id: 'memory',
    title: 'Memory',
    summary: 'No wire at all.',
    transport: 'memory',
    options: {},
    wire: 'lines',
    events: 'lines',
    server: async () => ({
      defaults: {},
      async mount(_host, feed) {
        served = feed;
        const unsubscribe = feed.subscribe((event) => {
          for (const sink of sinks) give(event, sink);
        });
        const close = async () => {
          unsubscribe();
          served = undefined;
          const gone = [...sinks];
          sinks.clear();
          for (const sink of gone) sink.closed({ kind: 'server', message: 'closed' });
        };
        return { url: 'memory:', clientCount: sinks.size, cutOffCount: 0, close };
      },
    }),
    client: async () => ({
      defaults: {},
      async connect({ since, onConnecting }, sink) {
        onConnecting?.();
        if (!served) throw new Error('nobody serves');
        sinks.add(sink);
        if (since !== undefined) for (const event of served.since(since)) give(event, sink);
        return { close: async () => void sinks.delete(sink) };
      },
    }),
  };
}

interface LaboratoryOptions {
  readonly fault?: Fault;
  readonly workers?: number;
  /** How long deliveries are waited for that never come. @default 60_000 */
  readonly drainMs?: number;
}

/** @param lanes the only lane, or how one is found */
export function memoryLaboratory(
  lanes: Lane | ((id: string) => Lane),
  { fault, workers = 1, drainMs = PATIENT_MS }: LaboratoryOptions = {},
) {
  const findLane = typeof lanes === 'function' ? lanes : () => lanes;
  let living = 0;
  const deaths = new Map<Fault['child'], () => void>();
  let networks = 0;
  const calls: { readonly child: Fault['child']; readonly call: string; readonly params: object }[] = [];
  const open = (child: Fault['child'], role: object): Channel => {
    living++;
    const channel = memoryChannel(role, fault?.child === child ? fault : undefined, () => living--);
    deaths.set(child, channel.die);
    return {
      ...channel,
      send(message) {
        calls.push({ child, ...message });
        channel.send(message);
      },
    };
  };
  const laboratory: Laboratory = {
    workers,
    pinning: { server: 1, workers: Array.from({ length: workers }, (_, index) => index + 3), probe: 2, relay: 0 },
    openServer: () => open('server', createServerRole(findLane)),
    openWorker: () => open('worker', createWorkerRole(findLane)),
    openProbe: () => open('probe', createWorkerRole(findLane)),
    openRelay: () => open('relay', createRelayRole()),
    openLink: () => open('link', createLinkRole()),
    openNetwork() {
      networks++;
      const network = { address: '127.0.0.1', server: 'here', clients: 'here', readPackets: async () => undefined };
      return { ...network, impose() {}, close: () => void networks-- };
    },
    watchMachine: () => async () => QUIET,
    calibrateUs: async () => undefined,
    canYieldToProbe: async () => false,
    yieldToProbe: async () => 'normal',
    nodeVersion: process.version,
    coolDown: async () => ({ open: 0 }),
    readSegments: async () => undefined,
    deadlinesMs: deadlinesWith(fault, drainMs),
  };
  const die = (child: Fault['child']) => deaths.get(child)?.();
  return { laboratory, living: () => living, networks: () => networks, calls, die };
}

/** Only the phase in which a child hangs is short. */
function deadlinesWith(fault: Fault | undefined, drainMs: number): Deadlines {
  const patient = {
    hello: PATIENT_MS,
    listen: PATIENT_MS,
    connect: PATIENT_MS,
    measure: PATIENT_MS,
    close: PATIENT_MS,
  };
  if (fault?.act !== 'hang') return { ...patient, drain: drainMs };
  return { ...patient, drain: HANGS_MS, [PHASE_OF[fault.call] ?? fault.call]: HANGS_MS };
}

function memoryChannel(
  role: object,
  fault: Fault | undefined,
  onEnd: () => void,
): Channel & { readonly die: () => void } {
  let hear: (answer: AnswerMessage) => void = () => {};
  let exit: (exit: ChildExit) => void = () => {};
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= answerCall(role, { call: 'close', params: {} }).then(() => {
      onEnd();
      exit({ code: 0, signal: null, stderr: '' });
    });
    return ending;
  };
  return {
    async send(message) {
      const act = fault?.call === message.call ? fault.act : undefined;
      if (act === 'hang') return;
      if (act === 'die') return exit(EXIT);
      const answer = await answerCall(role, message);
      hear(act && 'answer' in answer ? { answer: act.answer(answer.answer) } : answer);
    },
    onAnswer(listener) {
      hear = listener;
    },
    onExit(listener) {
      exit = listener;
    },
    end,
    kill: end,
    die: () => exit(EXIT),
  };
}

type Connect = Awaited<ReturnType<Lane['client']>>['connect'];

/** The same lane, whose clients connect as `around` has it. */
export function withConnect(lane: Lane, around: (connect: Connect) => Connect): Lane {
  return {
    ...lane,
    async client() {
      const { defaults, connect } = await lane.client();
      return { defaults, connect: around(connect) };
    },
  };
}

/** The same lane; where it polls, at this interval. */
export function pollingEvery(intervalMs: number, lane: Lane): Lane {
  return 'intervalMs' in lane.options ? { ...lane, options: { ...lane.options, intervalMs } } : lane;
}

/** @throws Error what failed the cell */
export function completed(cell: Cell): CompletedCell {
  if (cell.state === 'failed') throw new Error(`${cell.lane}: ${cell.error.message}`);
  return cell;
}

export function memoryPlan(lane: Lane, changes: Partial<CellPlan> = {}): CellPlan {
  return {
    procedure: 'deliver',
    lane,
    scenario: 'test',
    point: { clients: 3, eventsPerSecond: 100, payloadBytes: 128, headers: 'browser' },
    round: 1,
    order: 1,
    seed: 1,
    rehearsalSeconds: 0,
    warmupSeconds: 0.1,
    windowSeconds: 0.2,
    arrivals: { process: 'spread', slotShare: 0.5 },
    ledgerClients: 0,
    probeClients: 0,
    floorSeconds: 0,
    readsMemory: false,
    attempt: 1,
    ...changes,
  };
}
