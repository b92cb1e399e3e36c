/**
 * Doubts are data: each has a code, a severity, what was seen and what to do. A severe one forbids to cite.
 */

import { sumOf } from '../contract/ledger.ts';
import { EVENTS_NEEDED } from '../contract/percentiles.ts';
import type { CompletedCell, Warning } from '../contract/result.ts';

/** What a cell shows of itself and of the machine while it ran. */
export interface CellEvidence {
  readonly cell: Omit<CompletedCell, 'warnings'>;
  readonly pinning: Pinning;
  readonly problems: readonly string[];
}

export interface Pinning {
  /** Core of the server; undefined where processes can't be pinned. */
  readonly server: number | undefined;
  readonly workers: readonly (number | undefined)[];
  /** Of the relay, the link and the orchestrator. */
  readonly relay: number | undefined;
}

const LIMITS = {
  cpuShare: 0.8,
  /** How far the time between a process's two readings may be from the window's length. */
  readings: 0.02,
  /** What a timer and an answer under way may take, in a window of any length. */
  readingsFloorUs: 20_000,
  /** Of the measured p50. */
  eventLoopDelay: 0.1,
  /** Below this the event-loop monitor sees its own timer's grain. */
  eventLoopDelayFloorUs: 2_000,
  achievedRate: 0.99,
  /** At the highest percentile that the window's events support. */
  lagUs: 1_000,
  halves: 0.1,
  /** How far the sampled clients' bytes per event may be from all clients' bytes per delivery. */
  ledgerSample: 0.05,
  /** How late the link may be at p99: what it lets through later is no distance any more. */
  linkLateUs: 1_000,
  /** Of the one-way delay, where that is more. */
  linkLate: 0.02,
  cpuPressure: 0.25,
  steal: 0.02,
} as const;

const severe = (code: string, text: string, hint: string): Warning => ({ code, severity: 'severe', text, hint });
const notice = (code: string, text: string, hint: string): Warning => ({ code, severity: 'notice', text, hint });
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function cellWarnings(evidence: CellEvidence): Warning[] {
  return [
    ...deliveryWarnings(evidence),
    ...byteWarnings(evidence),
    ...loadWarnings(evidence),
    ...linkWarnings(evidence),
    ...machineWarnings(evidence),
  ];
}

function deliveryWarnings({ cell: { delivery, cutOffClients }, problems }: CellEvidence): Warning[] {
  const found: Warning[] = [];
  const hint = 'The cell is invalid and is not charted. Look for a client that was cut off, or for a defect.';
  const cutOff = cutOffClients > 0 ? ` The server cut off ${cutOffClients} clients that did not read.` : '';
  const seen = `${cutOff}${problems.length > 0 ? ` First: ${problems[0]}` : ''}`;
  if (delivery.missing > 0 || delivery.unexpected > 0) {
    const lost = `${delivery.missing} of ${delivery.expected} deliveries are missing, ${delivery.unexpected} unexpected.`;
    found.push(severe('lost', lost + seen, hint));
  }
  if (delivery.duplicated > 0) found.push(severe('duplicated', `${delivery.duplicated} events came twice.`, hint));
  if (delivery.outOfOrder > 0) found.push(severe('reordered', `${delivery.outOfOrder} events came late.`, hint));
  return found;
}

function byteWarnings({ cell: { wire } }: CellEvidence): Warning[] {
  return [...disagreement(wire), ...residual(wire), ...unlike(wire)];
}

/** A relay that gets no time makes its clients take more events at once than the others do. */
function unlike({ ledger, perDeliveryBytes }: CellEvidence['cell']['wire']): Warning[] {
  if (!ledger || ledger.window.events === 0 || perDeliveryBytes === 0) return [];
  const sampledBytes = (sumOf(ledger.window.up) + sumOf(ledger.window.down)) / ledger.window.events;
  const difference = sampledBytes / perDeliveryBytes - 1;
  if (Math.abs(difference) <= LIMITS.ledgerSample) return [];
  const text = `The clients that the ledger read along with took ${sampledBytes.toFixed(1)} B per event, all clients ${perDeliveryBytes.toFixed(1)} B.`;
  return [
    notice('ledger-unlike', text, 'Take the layers from the anatomy scenario, where every client is read along with.'),
  ];
}

function residual({ ledger }: CellEvidence['cell']['wire']): Warning[] {
  if (!ledger || (ledger.residualBytes === 0 && ledger.problems.length === 0)) return [];
  const first = ledger.problems.length > 0 ? ` First: ${ledger.problems[0]}` : '';
  const text = `${ledger.residualBytes} bytes are in no layer of the ledger.${first}`;
  return [severe('ledger-residual', text, 'The split into layers of this cell is not to be trusted.')];
}

function disagreement(wire: CellEvidence['cell']['wire']): Warning[] {
  const { server, clients } = wire.cell;
  const down = server.sentBytes - clients.receivedBytes;
  const up = clients.sentBytes - server.receivedBytes;
  if (down === 0 && up === 0) return [];
  return [
    severe(
      'bytes-disagree',
      `The server sent ${down} bytes that no client received; the clients sent ${up} that the server did not receive.`,
      'Bytes of this cell are not to be trusted: a connection broke, or one side miscounts.',
    ),
  ];
}

function loadWarnings({ cell }: CellEvidence): Warning[] {
  const found: Warning[] = [];
  const processes = [
    {
      code: 'server-saturated',
      // What a server needs for one event's fan-out is the transport's own cost, not the harness's.
      isHarness: false,
      name: 'The server',
      usage: cell.server,
      hint: 'Fewer clients or events per second.',
    },
    ...cell.workers.map((usage, index) => ({
      code: 'worker-saturated',
      isHarness: true,
      name: `Load worker ${index + 1}`,
      usage,
      hint: 'More workers on a machine with more cores, or fewer clients: the harness limits what is measured.',
    })),
  ];
  const windowUs = cell.window.seconds * 1e6;
  const readers = [
    ...processes,
    ...(cell.wire.ledger ? [{ name: 'The relay', usage: cell.wire.ledger.relay }] : []),
    ...(cell.link ? [{ name: 'The link', usage: cell.link }] : []),
  ];
  for (const { name, usage } of readers) {
    if (Math.abs(usage.elapsedUs - windowUs) <= Math.max(windowUs * LIMITS.readings, LIMITS.readingsFloorUs)) continue;
    const text = `${name} read its bytes and CPU over ${(usage.elapsedUs / 1e6).toFixed(3)} s instead of ${cell.window.seconds.toFixed(3)} s.`;
    found.push(severe('late-reading', text, 'The process was too busy: nothing per delivery is to be trusted.'));
  }
  const { p50Us } = cell.latency;
  for (const { code, isHarness, name, usage, hint } of processes) {
    if (usage.cpuShare > LIMITS.cpuShare) {
      found.push(severe(code, `${name} used ${percent(usage.cpuShare)} of a core.`, hint));
    } else if (usage.eventLoopDelayP99Us > Math.max(p50Us * LIMITS.eventLoopDelay, LIMITS.eventLoopDelayFloorUs)) {
      const delay = `${name}'s event loop was ${(usage.eventLoopDelayP99Us / 1e3).toFixed(1)} ms late at the 99th percentile.`;
      // Later than the median is long: then most of the latency may be the harness's.
      const isSevere = isHarness && usage.eventLoopDelayP99Us > p50Us;
      found.push((isSevere ? severe : notice)(code, delay, hint));
    }
  }
  const achieved = cell.feed.achievedEventsPerSecond / cell.point.eventsPerSecond;
  // With few events the p99 is the slowest one alone, which any pause of the machine makes late.
  const [name, lagUs] =
    cell.window.events >= EVENTS_NEEDED.p99 ? ['p99', cell.feed.lagP99Us] : ['p95', cell.feed.lagP95Us];
  if (achieved < LIMITS.achievedRate || lagUs > LIMITS.lagUs) {
    const text = `The feed reached ${percent(achieved)} of its rate and was ${(lagUs / 1e3).toFixed(2)} ms late at ${name}.`;
    found.push(
      notice('feed-lagged', text, 'The lag is part of every latency. A quieter machine or a lower rate helps.'),
    );
  }
  const [first, second] = cell.halvesP50Us;
  // A handful of events has no halves to speak of.
  const hasHalves = cell.window.events >= EVENTS_NEEDED.p95;
  if (hasHalves && first > 0 && Math.abs(second / first - 1) > LIMITS.halves) {
    const text = `The window's halves differ: p50 ${(first / 1e3).toFixed(3)} ms, then ${(second / 1e3).toFixed(3)} ms.`;
    found.push(notice('unsteady', text, 'A longer window or warm-up; look at the rounds apart.'));
  }
  return found;
}

function linkWarnings({ cell: { link } }: CellEvidence): Warning[] {
  if (!link) return [];
  const found: Warning[] = [];
  const { rttMs, lateness, cpuShare } = link;
  const allowedUs = Math.max(LIMITS.linkLateUs, (rttMs / 2) * 1e3 * LIMITS.linkLate);
  if (lateness.p99Us > allowedUs) {
    const text = `The link let bytes through ${(lateness.p99Us / 1e3).toFixed(2)} ms late at p99; allowed are ${(allowedUs / 1e3).toFixed(2)} ms.`;
    found.push(
      severe('link-late', text, 'The lateness is part of every latency. Fewer clients, or a core for the link.'),
    );
  }
  if (cpuShare > LIMITS.cpuShare) {
    const text = `The link used ${percent(cpuShare)} of a core.`;
    found.push(severe('link-saturated', text, 'Fewer clients or events per second: the link limits what is measured.'));
  }
  return found;
}

function machineWarnings({ pinning, cell: { noise } }: CellEvidence): Warning[] {
  const found: Warning[] = [];
  const cores = [pinning.server, ...pinning.workers];
  if (cores.includes(undefined)) {
    found.push(
      notice('unpinned', 'Processes could not be pinned to cores.', 'Run on Linux with taskset (util-linux).'),
    );
  } else if (new Set(cores).size < cores.length) {
    const text = 'Server and load workers share cores.';
    found.push(severe('cores-shared', text, 'Use fewer workers, or a machine with a core for each process.'));
  }
  if ((noise.cpuPressure ?? 0) > LIMITS.cpuPressure || (noise.steal ?? 0) > LIMITS.steal) {
    const text = `Others used the machine: CPU pressure ${percent(noise.cpuPressure ?? 0)}, steal ${percent(noise.steal ?? 0)}.`;
    found.push(severe('noisy-machine', text, 'Close what else runs, and run again.'));
  }
  return found;
}
