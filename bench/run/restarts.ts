/**
 * A server that dies within the window, several times: each time another process takes its port and its feed at once.
 *
 * What the new process takes to start (Node, the transport, the feed's past) is part of the recovery: no process is kept ready.
 */

import type { Listening, ListenParams, MeasureParams, ServerCalls, ServerMeasured } from '../contract/calls.ts';
import { MEASURED_CURSOR_BASE } from '../contract/event.ts';
import { nowNs, sleepUntil } from '../measure/clock.ts';
import type { CellPlan, Restarts } from './cell-plan.ts';
import type { CallLimits, Child } from './children/child.ts';

const RESTARTS: Restarts = { kills: 2, reconnect: { spreadMs: 1_000, capMs: 4_000, deadlineMs: 3_000 } };
/** The window has an equal part for each kill, which comes this far into it: the rest is for recovering. */
const KILLED_AFTER = 1 / 8;
/** From the call to the readings of a server that has just started. */
const LEAD_NS = 50e6;

type Plan = Pick<CellPlan, 'procedure' | 'restarts'>;

export function restartsOf({ procedure, restarts = RESTARTS }: Plan): Restarts | undefined {
  return procedure === 'reconnect' ? restarts : undefined;
}

/** What a death adds to the longest that an event may be under way: an attempt in vain, and the longest wait after it. */
export function recoveryMs(plan: Plan): number {
  const { capMs, deadlineMs } = restartsOf(plan)?.reconnect ?? { capMs: 0, deadlineMs: 0 };
  return capMs + deadlineMs;
}

export interface ServeOptions {
  /** The first server, which listens, with its clients connected. */
  readonly server: Child<ServerCalls>;
  readonly openServer: () => Child<ServerCalls>;
  readonly listenParams: ListenParams;
  readonly listening: Listening;
  readonly listenMs: number;
  readonly window: MeasureParams;
  readonly limits: CallLimits;
}

export interface ServeOutcome {
  readonly server: Child<ServerCalls>;
  /** What it measured of the part of the window that it saw. */
  readonly measured: ServerMeasured;
  readonly deathsNs: readonly number[];
}

/**
 * @param kills 0 for one server that serves the whole window
 * @throws ChildFailure when a server ends by itself
 */
export async function serve(options: ServeOptions, kills: number, signal: AbortSignal): Promise<ServeOutcome> {
  const { openServer, listenParams, listening, listenMs, window, limits } = options;
  const { certificate } = listening;
  const successor = {
    port: Number(new URL(listening.url).port),
    startNs: window.startNs,
    lastSeq: MEASURED_CURSOR_BASE + window.warmupEvents + window.windowEvents,
  };
  const deathsNs: number[] = [];
  let { server } = options;
  let measuring = server.call('measure', window, limits);
  for (const atNs of killInstants(window, kills)) {
    await Promise.race([sleepUntil(atNs, signal), measuring]);
    measuring.catch(() => {});
    deathsNs.push(nowNs());
    await server.kill();
    signal.throwIfAborted();
    server = openServer();
    await server.call('listen', { ...listenParams, certificate, successor }, { ...limits, deadlineMs: listenMs });
    measuring = server.call('measure', { ...window, windowNs: restOf(window) }, limits);
  }
  return { server, measured: await measuring, deathsNs };
}

function killInstants({ windowNs: [fromNs, toNs] }: MeasureParams, kills: number): number[] {
  return Array.from({ length: kills }, (_, kill) => fromNs + ((kill + KILLED_AFTER) / kills) * (toNs - fromNs));
}

/** What is left of the window from the end of a slot on; at least one slot. */
function restOf({ windowNs: [fromNs, toNs], windowEvents }: MeasureParams): MeasureParams['windowNs'] {
  const slotNs = (toNs - fromNs) / windowEvents;
  const beginNs = fromNs + Math.ceil((nowNs() + LEAD_NS - fromNs) / slotNs) * slotNs;
  return [beginNs, Math.max(toNs, beginNs + slotNs)];
}
