/** Warnings about a cell's load: saturated processes, a late feed, a window whose halves differ. */

import { quietSlots } from '../../contract/arrivals.ts';
import {
  type Arrivals,
  type CompletedCell,
  KINDS,
  type Kind,
  notice,
  percent,
  severe,
  type Warning,
} from '../../contract/result.ts';
import { MOST_FLOOR, ownCpuUs } from '../../stats/metrics/floor.ts';
import { EVENTS_NEEDED } from '../../stats/percentiles.ts';
import { loopWarnings } from './loop-warnings.ts';

const LIMITS = {
  cpuShare: 0.8,
  /** How far the time between a process's two readings may be from the window's length. */
  readings: 0.02,
  /** What a timer and an answer under way may take, in a window of any length. */
  readingsFloorUs: 20_000,
  /** Share of the measured p50 that the event loop of a load worker may be late, where the parts of latency are not known. */
  eventLoopDelay: 0.1,
  /** Below this the event-loop monitor sees its own timer's grain. */
  eventLoopDelayFloorUs: 2_000,
  /** Of p50, that may be the harness's own: an event that waits in the probe, or that is published late. */
  ownPart: 0.1,
  achievedRate: 0.99,
  /** Lag of the feed at p99, or at p95 of fewer events. */
  lagUs: 1_000,
  halves: 0.1,
} as const;

type Cell = Omit<CompletedCell, 'warnings'>;

interface Loaded {
  readonly code: 'server-saturated' | 'worker-saturated';
  readonly name: string;
  readonly usage: CompletedCell['server'];
  readonly hint: string;
}

/** @param arrivals of the scenario: how long the quiet is in which both ends of the window lie */
export function loadWarnings(cell: Cell, arrivals?: Arrivals): Warning[] {
  const loaded = loadedProcesses(cell);
  return [
    ...lateReadings(cell, loaded, arrivals),
    ...floorShare(cell),
    ...clientQueue(cell),
    ...(cell.closedLoops
      ? loopWarnings(cell)
      : loaded.flatMap((one) => saturation(one, cell.probes ? undefined : typicalUs(cell)))),
    ...feedLag(cell),
    ...unsteadiness(cell),
  ];
}

/** What was timed, at the median; undefined where no time is quoted: in silence, and where the relay's detour is in each. */
function typicalUs({ recovery, opened, upstream, latency, point, wire }: Cell): number | undefined {
  const other = recovery?.firstEvent ?? opened?.firstEvent ?? upstream?.echo;
  if (other) return other.p50Us;
  return latency.count > 0 && wire.ledger?.clients !== point.clients ? latency.p50Us : undefined;
}

function loadedProcesses({ server, workers }: Cell): Loaded[] {
  const hint = 'More workers on a machine with more cores, or fewer clients: the harness limits what is measured.';
  const loaded = workers.map((usage, index): Loaded => {
    return { code: 'worker-saturated', name: `Load worker ${index + 1}`, usage, hint };
  });
  const fewer = 'Fewer clients or events per second.';
  return [{ code: 'server-saturated', name: 'The server', usage: server, hint: fewer }, ...loaded];
}

function lateReadings(cell: Cell, loaded: readonly Loaded[], arrivals: Arrivals | undefined): Warning[] {
  const { window, wire, link, recovery, server } = cell;
  const windowUs = window.seconds * 1e6;
  const doubtful: readonly Kind[] = countsHoldAtAnyInstant(cell) ? [] : ['bytes', 'packets'];
  const readers: { name: string; usage: { elapsedUs: number }; against: Kind[] }[] = [
    // A server that took a killed one's place saw less of the window.
    ...loaded
      .filter(({ usage }) => !recovery || usage !== server)
      .map(({ code, name, usage }): (typeof readers)[number] => {
        // Packets are the kernel's, read at the window's end, and divided by the deliveries that a worker read.
        const own: Kind[] = code === 'worker-saturated' ? ['packets'] : [];
        return { name, usage, against: ['cpu', ...own, ...doubtful] };
      }),
    ...(wire.ledger ? [{ name: 'The relay', usage: wire.ledger.relay, against: [...doubtful] }] : []),
    // What it reads is how late it was.
    ...(link ? [{ name: 'The link', usage: link, against: ['latency' as const] }] : []),
  ];
  const allowedUs = Math.max(windowUs * LIMITS.readings, LIMITS.readingsFloorUs, quietUs(cell, arrivals));
  return readers
    .filter(({ usage }) => Math.abs(usage.elapsedUs - windowUs) > allowedUs)
    .map(({ name, usage, against }) => {
      const text = `${name} read its counts over ${(usage.elapsedUs / 1e6).toFixed(3)} s instead of ${window.seconds.toFixed(3)} s.`;
      const hint = 'Fewer clients or events per second, or a quieter machine: the process was too busy.';
      const kinds = KINDS.filter((kind) => against.includes(kind));
      return kinds.length > 0 ? severe('late-reading', text, hint, kinds) : notice('late-reading', text, hint);
    });
}

/**
 * Whether bytes per delivery are the same wherever the window ends: where events are pushed, a process reads bytes and deliveries
 * in one turn, and each event is in both or in neither. A poll under way has bytes and no delivery yet, as has what is being
 * inflated; and in silence bytes are divided by the window's length.
 */
function countsHoldAtAnyInstant({ polls, window, options }: Cell): boolean {
  return polls === undefined && window.events > 0 && (options['compression'] ?? 'none') === 'none';
}

/** On either side of an end of the window, in which nothing is published: what is read there is what would be read at the end. */
function quietUs({ point, window }: Cell, arrivals: Arrivals | undefined): number {
  if (!arrivals || window.events === 0) return 0;
  return (quietSlots(arrivals) / 2 / point.eventsPerSecond) * 1e6;
}

/** What a lane takes that does hardly anything is less than what the floor varies by. */
function floorShare(cell: Cell): Warning[] {
  const share = 1 - ownCpuUs(cell) / cell.server.cpuUs;
  if (!(share > MOST_FLOOR)) return [];
  const text = `Without a client the server took ${percent(share)} of the CPU that it took with them: the rest is mostly noise.`;
  return [severe('floor-share', text, 'More clients or events per second, or a longer window.', ['cpu'])];
}

/** Medians, which a pause of the machine does not move. */
function clientQueue({ probes, latency }: Cell): Warning[] {
  const { clientQueueP50Us: waitUs = 0 } = probes ?? {};
  if (waitUs <= latency.p50Us * LIMITS.ownPart) return [];
  const text = `Events waited ${waitUs.toFixed(0)} µs in the probe at p50, ${percent(waitUs / latency.p50Us)} of the whole.`;
  const hint = 'A core for the probe: fewer workers, or a machine with more cores.';
  return [severe('client-queue', text, hint, ['latency'])];
}

function saturation({ code, name, usage, hint }: Loaded, p50Us: number | undefined): Warning[] {
  if (usage.cpuShare > LIMITS.cpuShare) {
    return [severe(code, `${name} used ${percent(usage.cpuShare)} of a core.`, hint, ['latency'])];
  }
  const delayUs = usage.eventLoopDelayP99Us;
  if (p50Us === undefined || delayUs === undefined) return [];
  if (delayUs <= Math.max(p50Us * LIMITS.eventLoopDelay, LIMITS.eventLoopDelayFloorUs)) return [];
  const text = `${name}'s event loop was ${(delayUs / 1e3).toFixed(1)} ms late at the 99th percentile.`;
  // A worker's delay above the median may be most of the latency; a server's is the transport's own cost.
  if (code === 'worker-saturated' && delayUs > p50Us) return [severe(code, text, hint, ['latency'])];
  return [notice(code, text, hint)];
}

function feedLag({ feed, point, window, latency, probes }: Cell): Warning[] {
  if (window.events === 0) return [];
  const hint = 'The lag is part of every latency. A quieter machine or a lower rate helps.';
  if (probes && feed.lagP50Us > latency.p50Us * LIMITS.ownPart) {
    const text = `Events were published ${feed.lagP50Us.toFixed(0)} µs late at p50, ${percent(feed.lagP50Us / latency.p50Us)} of the whole.`;
    return [severe('feed-lagged', text, hint, ['latency'])];
  }
  const achieved = feed.achievedEventsPerSecond / point.eventsPerSecond;
  // With few events the p99 is the slowest one alone, which any pause of the machine makes late.
  const [name, lagUs] = window.events >= EVENTS_NEEDED.p99 ? ['p99', feed.lagP99Us] : ['p95', feed.lagP95Us];
  if (achieved >= LIMITS.achievedRate && lagUs <= LIMITS.lagUs) return [];
  const text = `The feed reached ${percent(achieved)} of its rate and was ${(lagUs / 1e3).toFixed(2)} ms late at ${name}.`;
  return [notice('feed-lagged', text, hint)];
}

function unsteadiness({ window, recovery, polls, halvesP50Us: [first, second] }: Cell): Warning[] {
  // Few events make no steady halves, and outages differ.
  if (window.events < EVENTS_NEEDED.p95 || first <= 0 || recovery) return [];
  // With more deliveries than that waiting for the next poll, latency depends on when the events came.
  const { parkedDeliveries = 0, queuedDeliveries = 0 } = polls ?? {};
  if (queuedDeliveries > (parkedDeliveries + queuedDeliveries) * LIMITS.halves) return [];
  if (Math.max(first, second) / Math.min(first, second) - 1 <= LIMITS.halves) return [];
  const text = `The window's halves differ: p50 ${(first / 1e3).toFixed(3)} ms, then ${(second / 1e3).toFixed(3)} ms.`;
  return [notice('unsteady', text, 'A longer window or warm-up; look at the rounds apart.')];
}
