/**
 * A server that dies within the window, several times: each time another process takes its port and its feed at once.
 *
 * What the new process takes to start (Node, the transport, the feed's past) is part of the recovery: none stands by.
 */

import type { ListenAsk, Listening, MeasureAsk, ServerCalls, ServerMeasured } from '../contract/child.ts';
import { nowNs, sleepUntil } from '../measure/clock.ts';
import type { CellPlan, Restarts } from './cell-plan.ts';
import type { Child } from './child.ts';

const RESTARTS: Restarts = { kills: 2, reconnect: { spreadMs: 1_000, capMs: 4_000, deadlineMs: 3_000 } };
/** Into each of the window's equal parts, one by kill: most of the part is left to recover in. */
const KILLED_AFTER = 1 / 8;
/** From the call to the readings of a server that has just started. */
const LEAD_NS = 50e6;

type Plan = Pick<CellPlan, 'procedure' | 'restarts'>;

export function restartsOf({ procedure, restarts = RESTARTS }: Plan): Restarts | undefined {
  return procedure === 'reconnect' ? restarts : undefined;
}

/** How much longer than without a death an event may be under way: an attempt in vain, and the longest wait after it. */
export function recoveryMs(plan: Plan): number {
  const { capMs, deadlineMs } = restartsOf(plan)?.reconnect ?? { capMs: 0, deadlineMs: 0 };
  return capMs + deadlineMs;
}

export interface Serving {
  /** The first server, which listens, with its clients connected. */
  readonly server: Child<ServerCalls>;
  readonly openServer: () => Child<ServerCalls>;
  readonly listenAsk: ListenAsk;
  readonly listening: Listening;
  readonly listenMs: number;
  readonly ask: MeasureAsk;
  readonly limits: { readonly phase: () => string; readonly deadlineMs: number };
}

export interface Served {
  /** The one that lives. */
  readonly server: Child<ServerCalls>;
  /** What it measured of the part of the window that it saw. */
  readonly measured: ServerMeasured;
  /** When the others were killed. */
  readonly deathsNs: readonly number[];
}

/**
 * @param kills 0 for one server that serves the whole window
 * @throws ChildFailure when a server ends by itself
 */
export async function serve(serving: Serving, kills: number, signal: AbortSignal): Promise<Served> {
  const { openServer, listenAsk, listening, listenMs, ask, limits } = serving;
  const successor = {
    port: Number(new URL(listening.url).port),
    startNs: ask.startNs,
    lastSeq: ask.warmupEvents + ask.windowEvents,
  };
  const deathsNs: number[] = [];
  let { server } = serving;
  let measuring = server.call('measure', ask, limits);
  for (const atNs of killInstants(ask, kills)) {
    await Promise.race([sleepUntil(atNs, signal), measuring]);
    measuring.catch(() => {});
    deathsNs.push(nowNs());
    await server.kill();
    signal.throwIfAborted();
    server = openServer();
    await server.call(
      'listen',
      { ...listenAsk, certificate: listening.certificate, successor },
      { ...limits, deadlineMs: listenMs },
    );
    measuring = server.call('measure', { ...ask, windowNs: rest(ask) }, limits);
  }
  return { server, measured: await measuring, deathsNs };
}

function killInstants({ windowNs: [fromNs, toNs] }: MeasureAsk, kills: number): number[] {
  return Array.from({ length: kills }, (_, kill) => fromNs + ((kill + KILLED_AFTER) / kills) * (toNs - fromNs));
}

/** What is left of the window, from the end of a slot on, as the window itself: one slot after it, where nothing is left. */
function rest({ windowNs: [fromNs, toNs], windowEvents }: MeasureAsk): MeasureAsk['windowNs'] {
  const slotNs = (toNs - fromNs) / windowEvents;
  const beginNs = fromNs + Math.ceil((nowNs() + LEAD_NS - fromNs) / slotNs) * slotNs;
  return [beginNs, Math.max(toNs, beginNs + slotNs)];
}
