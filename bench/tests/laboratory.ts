/** For the tests: a laboratory in memory, whose children can be made to fail, and a transport without sockets. */

import { createWorkerRole } from '../../clients/role.ts';
import { createServerRole } from '../../servers/role.ts';
import { type AnswerMessage, answerCall } from '../contract/child.ts';
import type { EncodedEvent, EventFeed } from '../contract/event.ts';
import type { Lane } from '../contract/lane.ts';
import type { EventSink } from '../contract/transport.ts';
import { nowNs } from '../measure/clock.ts';
import { createLinkRole } from '../network/link/role.ts';
import { createRelayRole } from '../network/tap/role.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import type { Channel, ChildExit } from '../run/child.ts';
import type { Deadlines, Laboratory } from '../run/laboratory.ts';
import { QUIET } from './fixture.ts';

/** What a child does instead of answering one call. */
export interface Fault {
  readonly child: 'server' | 'worker' | 'relay' | 'link';
  readonly call: string;
  readonly act: 'die' | 'hang' | { readonly answer: (answer: object) => object };
}

/** What the transport does to one event on its way to one client. */
export type Tamper = (event: EncodedEvent, deliver: (event: EncodedEvent) => void) => void;

const EXIT: ChildExit = { code: null, signal: 'SIGSEGV', stderr: 'told to die' };
const SHORT: Deadlines = { hello: 2_000, listen: 500, connect: 500, drain: 300, measure: 500, close: 500 };

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

export function memoryLaboratory(lane: Lane, { fault, workers = 1 }: { fault?: Fault; workers?: number } = {}) {
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
    pinning: { server: 1, workers: Array.from({ length: workers }, (_, index) => index + 2), relay: 0 },
    openServer: () =>
      open(
        'server',
        createServerRole(() => lane),
      ),
    openWorker: () =>
      open(
        'worker',
        createWorkerRole(() => lane),
      ),
    openRelay: () => open('relay', createRelayRole()),
    openLink: () => open('link', createLinkRole()),
    openNetwork() {
      networks++;
      const network = { address: '127.0.0.1', server: 'here', clients: 'here', readPackets: async () => undefined };
      return { ...network, impose() {}, close: () => void networks-- };
    },
    watchNoise: () => () => QUIET,
    nodeVersion: process.version,
    coolDown: async () => ({ open: 0 }),
    readSegments: async () => undefined,
    deadlinesMs: SHORT,
  };
  const die = (child: Fault['child']) => deaths.get(child)?.();
  return { laboratory, living: () => living, networks: () => networks, calls, die };
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
    ...changes,
  };
}
