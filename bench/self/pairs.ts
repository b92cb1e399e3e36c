/** The table of pairs: what is held against what, and at which load. */

import { findLane } from '../catalogue/lanes.ts';
import type { CompletedCell, Point } from '../contract/result.ts';
import { MEMORY_SHARES } from '../record/memory-slope.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { type Channel, LOAD_NODE_FLAGS, spawnChild } from '../run/children/child.ts';
import type { Laboratory } from '../run/laboratory.ts';
import { runCell } from '../run/run-cell.ts';
import { pingSockets } from './ping.ts';
import {
  answersReading,
  deliveryReading,
  oneClientReading,
  pingReading,
  pollsReading,
  type Reading,
  saturationReading,
  scaleReading,
  validCell,
} from './readings.ts';
import { interleaved, type Pair, type Turn } from './turns.ts';

export interface PairOptions {
  /** In place of 1,000 in a fan-out and 100 in a closed loop. */
  readonly clients?: number | undefined;
  /** In place of 50 events a second. */
  readonly eventsPerSecond?: number | undefined;
}

/** A pair, and how many clients its largest cell has, besides those that come for its memory. */
export interface PlannedPair extends Pair {
  readonly mostClients: number;
}

const PUSHED = ['tcp', 'sse', 'websocket'];
const POLLED = ['polling', 'long-polling'];
const BASE = { payloadBytes: 128, headers: 'browser' } as const;
/** So many a client that the kernel's buffers hold them: no server has to keep, or to cut off, a client that lags. */
const SATURATION = { eventsPerSecond: 5_000, windowSeconds: 0.04 };
const ONE_CLIENT = { warmupEvents: 50, windowSeconds: 4 };
/** The same deliveries a second at each number of clients; a parked poll takes several times as long as a write. */
const SCALE = { clients: [1_000, 10_000], referenceClients: 100, pushedPerSecond: 20_000, parkedPerSecond: 5_000 };

/** @param node the binary that children run on */
export function plannedPairs(laboratory: Laboratory, node: string, options: PairOptions = {}): PlannedPair[] {
  const { pinning } = laboratory;
  const { clients = 1_000, eventsPerSecond = 50 } = options;
  const point: Point = { ...BASE, clients, eventsPerSecond };
  const bareBoth = bareLaboratory(laboratory, node);
  const bareServer: Laboratory = { ...laboratory, openServer: bareBoth.openServer };
  const side =
    (at: Laboratory, plan: CellPlan, read: (cell: CompletedCell) => Reading) =>
    async ({ number }: Turn, signal: AbortSignal) =>
      read(validCell(await runCell({ ...plan, round: number + 1, seed: number + 1 }, at, signal)));
  const againstBare = (against: Laboratory, plan: CellPlan, read: (cell: CompletedCell) => Reading) =>
    interleaved(side(laboratory, plan, read), side(against, plan, read));

  const fanOut = PUSHED.map((lane) => ({
    ...named('fan-out', lane, 'bare', clients),
    measure: againstBare(bareBoth, planOf(lane, point), deliveryReading),
  }));
  const saturation = PUSHED.map((lane) => ({
    ...named('saturation', lane, 'bare', clients),
    measure: againstBare(
      bareBoth,
      planOf(lane, { ...point, eventsPerSecond: SATURATION.eventsPerSecond }, { ...SATURATION, warmupSeconds: 0.002 }),
      saturationReading,
    ),
  }));
  const loopPoint: Point = { ...BASE, clients: options.clients ?? 100, eventsPerSecond: 0, heldEvents: 0 };
  const loop = { procedure: 'closed-loop', warmupSeconds: 1 } as const;
  const answers = POLLED.map((lane) => {
    // Without an event a long poll would be parked.
    const heldEvents = findLane(lane).polls === 'parked' ? 1 : 0;
    const plan = planOf(lane, { ...loopPoint, heldEvents }, loop);
    return {
      ...named('answers', lane, 'bare express', loopPoint.clients),
      measure: againstBare(bareServer, plan, answersReading),
    };
  });
  const load: PlannedPair = {
    ...named('load', 'polling', 'autocannon', loopPoint.clients),
    async measure({ number }, signal) {
      const plan = planOf('polling', loopPoint, loop);
      const cell = validCell(await runCell({ ...plan, round: number + 1, seed: number + 1 }, laboratory, signal));
      return [pollsReading(cell, 'own'), pollsReading(cell, 'autocannon')];
    },
  };
  const oneClient = PUSHED.map((lane) => oneClientPair(lane, eventsPerSecond));
  const scale = [...PUSHED, 'long-polling'].flatMap((lane) => {
    const perSecond = findLane(lane).polls === 'parked' ? SCALE.parkedPerSecond : SCALE.pushedPerSecond;
    const at = (count: number) =>
      side(
        laboratory,
        planOf(
          lane,
          { ...BASE, clients: count, eventsPerSecond: perSecond / count },
          { readsMemory: true, windowSeconds: 4 },
        ),
        scaleReading,
      );
    const { clients: counts, referenceClients } = SCALE;
    return counts.map((count) => ({
      ...named('scale', `${lane} ${count} clients`, `${referenceClients} clients`, count + GROWN_CLIENTS),
      measure: interleaved(at(count), at(referenceClients)),
    }));
  });
  return [...fanOut, ...saturation, ...answers, ...oneClient, load, ...scale];

  function oneClientPair(lane: string, perSecond: number): PlannedPair {
    const { warmupEvents, windowSeconds } = ONE_CLIENT;
    const plan = planOf(lane, { ...BASE, clients: 1, eventsPerSecond: perSecond }, { windowSeconds, probeClients: 1 });
    /** Of an event on the wire, as the lane's first cell has it: the first turn begins with the lane. */
    let bytes = 0;
    const ping = async (_turn: Turn, signal: AbortSignal) => {
      const openWriter = () => openBare(node, 'ping', pinning.server);
      const openReader = () => openBare(node, 'ping', pinning.probe, LOAD_NODE_FLAGS);
      const events = Math.round(windowSeconds * perSecond);
      const pinged = { bytes, events, eventsPerSecond: perSecond, warmupEvents, openWriter, openReader };
      return pingReading(await pingSockets(pinged, signal));
    };
    const read = (cell: CompletedCell) => {
      bytes = Math.round(cell.wire.window.server.sentBytes / cell.wire.windowDeliveries);
      return oneClientReading(cell);
    };
    return {
      ...named('one-client', lane, 'socket ping', 1),
      measure: interleaved(side(laboratory, plan, read), ping),
    };
  }
}

/** Bare programs in place of server and load worker, on the same cores. */
export function bareLaboratory(laboratory: Laboratory, node: string): Laboratory {
  const { server, workers } = laboratory.pinning;
  return {
    ...laboratory,
    openServer: () => openBare(node, 'server', server),
    openWorker: (index) => openBare(node, 'client', workers[index], LOAD_NODE_FLAGS),
  };
}

function openBare(node: string, program: string, core: number | undefined, flags: readonly string[] = []): Channel {
  return spawnChild({ node, flags, entry: `bench/self/bare/${program}`, core });
}

/** They come after the window, while the server's memory is read. */
const GROWN_CLIENTS = MEMORY_SHARES.count * MEMORY_SHARES.clients;

function named(group: string, subject: string, reference: string, mostClients: number) {
  return { id: `${group}-${subject.replaceAll(' ', '-')}`, group, subject, reference, mostClients };
}

/** All clients are timed in the load process, as those of a bare one are. */
function planOf(lane: string, point: Point, changes: Partial<CellPlan> = {}): CellPlan {
  return {
    procedure: 'deliver',
    lane: findLane(lane),
    scenario: 'self',
    point,
    round: 1,
    order: 1,
    seed: 1,
    rehearsalSeconds: 0.25,
    warmupSeconds: 0.5,
    windowSeconds: 2,
    arrivals: { process: 'spread', slotShare: 0.5 },
    ledgerClients: 0,
    probeClients: 0,
    floorSeconds: 0,
    readsMemory: false,
    attempt: 1,
    ...changes,
  };
}
