/**
 * The table of scenarios: a workload and the question that it answers. Each is run by name, and by the profile `paper`, whose
 * summary says how long all of them take. What a figure asks of a scenario stands at `FIGURES` (`bench/contract/result.ts`).
 */

import type { DeclaredAxes } from '../contract/dimensions.ts';
import type { HeaderProfile } from '../contract/headers.ts';
import { type Lane, pollWaitMs } from '../contract/lane.ts';
import type { Point, Result } from '../contract/result.ts';

type RecordedScenario = Readonly<Result['scenarios'][number]>;
type Timing = 'rehearsalSeconds' | 'warmupSeconds' | 'windowSeconds' | 'windowEvents' | 'keepAliveSeconds';

/**
 * The fields that a result records, as its schema describes them. The profile's rounds and times hold where it has none;
 * without them it delivers, after a rehearsal of 0.4 s, events that are spread over the first half of their slots.
 */
export interface Scenario
  extends Pick<RecordedScenario, 'id' | 'title' | 'question' | 'figures' | 'ledgerShare'>,
    Partial<
      Pick<
        RecordedScenario,
        'procedure' | 'rounds' | 'arrivals' | 'limit' | 'sharesProcesses' | 'roundsPerProcess' | Timing
      >
    >,
    DeclaredAxes {
  /** Which lanes can answer its question; all when it does not say. */
  readonly takes?: (lane: Lane) => boolean;
  /** Every lane of the table that it takes, and not just the profile's. */
  readonly everyLane?: boolean;
  /** What must be installed for it and is not, with what to do about it; undefined where nothing is missing. */
  readonly lacks?: () => Promise<string | undefined>;
  /** The settings it runs at; flags replace single numbers in all of them. */
  readonly points: readonly Point[];
  /** Further settings, for a profile that has the time. */
  readonly morePoints?: readonly Point[];
}

/** The common setting: points differ from it in what their scenario varies. */
const BASE: Point = { clients: 100, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' };

const one = (payloadBytes: number, headers: HeaderProfile): Point => ({
  clients: 1,
  eventsPerSecond: 10,
  payloadBytes,
  headers,
  // Two polls for each event, one of them empty; and less than the half slot between an event and a reading.
  pollIntervalMs: 50,
});

const far = (eventsPerSecond: number, rttMs: number): Point => ({ ...BASE, clients: 5, eventsPerSecond, rttMs });

/** What sweeps have in common: rounds for an interval, and no relay in latencies. */
const SWEEP = { ledgerShare: 0, rounds: 3, warmupSeconds: 0.25, windowSeconds: 1.2 };
/** All points and rounds of a lane in the same processes: to start and rehearse them takes longer than a window. */
const SWEEP_OF_DELIVERIES = { ...SWEEP, roundsPerProcess: SWEEP.rounds };

/** Limit of the knee: one delivery in a hundred may take longer. */
const KNEE = { metric: 'latency.p99Us', max: 100_000 };

export const scenarios: readonly Scenario[] = [
  {
    id: 'fanout',
    title: 'Fan-out',
    question: 'What does it cost, in time and in bytes, to get each event to many clients?',
    // What a transport adds by itself; a place in a burst of a hundred; and, where clients poll, one event a poll.
    points: [{ ...BASE, clients: 1 }, BASE, { ...BASE, pollIntervalMs: 50 }],
    varies: ['clients', 'pollIntervalMs'],
    sharesProcesses: true,
    roundsPerProcess: 5,
    figures: ['latency', 'bytes', 'layers', 'cpu'],
    ledgerShare: 0.02,
  },
  {
    id: 'anatomy',
    title: 'Anatomy of a delivery',
    question: 'Which bytes go over the wire for one event, and what are they for?',
    points: [...[64, 128, 65_536].map((payloadBytes) => one(payloadBytes, 'browser')), one(128, 'minimal')],
    morePoints: [one(4_096, 'browser'), one(128, 'node'), one(128, 'browser-cookie')],
    varies: ['payloadBytes', 'headers'],
    sharesProcesses: true,
    figures: ['layers'],
    ledgerShare: 1,
    // Bytes come out the same each time: windows hold whole poll periods, and polls keep out of the way of events.
    rounds: 1,
    arrivals: { process: 'spread', slotShare: 0 },
    rehearsalSeconds: 0,
    warmupSeconds: 0.2,
    // In 0.4 s the readings of 64 KiB were late in one cell of three.
    windowSeconds: 0.6,
  },
  {
    id: 'idle',
    title: 'Silence',
    question: 'What does silence cost, with a keep-alive every 2 s for all?',
    points: [{ ...BASE, eventsPerSecond: 0 }],
    figures: ['idle', 'memory'],
    ledgerShare: 1,
    // Bytes come out the same each time, over whole periods of what idle connections do.
    rounds: 1,
    warmupSeconds: 0.2,
    windowSeconds: 2,
    // The same for all: by their usual periods, SSE would take more than WebSocket for being asked more often.
    keepAliveSeconds: 2,
  },
  {
    id: 'variants',
    title: 'Variants',
    question: 'What do TLS, HTTP/2, compression and other options change?',
    everyLane: true,
    points: [BASE],
    figures: ['latency', 'bytes', 'layers', 'cpu', 'memory'],
    ledgerShare: 0.02,
    rounds: 3,
    warmupSeconds: 0.25,
    windowSeconds: 1.5,
  },
  {
    id: 'distance',
    title: 'Distance',
    question: 'What does each transport add on a far client?',
    // Five, for one event a second takes long.
    points: [
      ...[0, 100].map((rttMs) => ({ ...BASE, clients: 20, eventsPerSecond: 1, rttMs })),
      ...[0, 20, 100].map((rttMs) => ({ ...BASE, clients: 20, eventsPerSecond: 20, rttMs })),
    ],
    varies: ['rttMs', 'eventsPerSecond'],
    figures: ['latency'],
    ...SWEEP_OF_DELIVERIES,
    windowEvents: 6,
  },
  {
    id: 'gap',
    title: 'The gap between two long polls',
    question: 'How many events come between two long polls, and how much longer do they take?',
    takes: ({ polls }) => polls === 'parked',
    // Events per round trip of 0.1, 0.5, 1 and 2; some by two pairs, for it is the product that counts.
    points: [far(10, 10), far(20, 25), far(20, 50), far(50, 20), far(20, 100), far(100, 20)],
    varies: ['rttMs', 'eventsPerSecond'],
    figures: ['gap'],
    ...SWEEP_OF_DELIVERIES,
    // In slots of their own events keep apart, and at half an event per round trip none would fall into a gap. Half a slot in
    // twenty stays quiet, for the ends of the window.
    arrivals: { process: 'independent', slotGroupSize: 20, quietSlots: 0.5 },
    // A p95 needs 59.
    windowEvents: 60,
  },
  {
    id: 'interval',
    title: 'Poll interval',
    question: 'What does polling buy and cost?',
    points: [100, 300, 1_000, 5_000].map((pollIntervalMs) => ({ ...BASE, pollIntervalMs })),
    varies: 'pollIntervalMs',
    figures: ['tradeoff'],
    ...SWEEP_OF_DELIVERIES,
    warmupSeconds: 1,
    windowSeconds: 5,
  },
  {
    id: 'payload',
    title: 'Payload',
    question: 'When does overhead stop to matter?',
    points: [64, 512, 4_096, 65_536].map((payloadBytes) => ({ ...BASE, clients: 10, payloadBytes })),
    varies: 'payloadBytes',
    figures: ['bytes', 'cpu'],
    ...SWEEP_OF_DELIVERIES,
  },
  {
    id: 'rate',
    title: 'Rate',
    question: 'What happens as events come faster?',
    // A tenth of an event per second would take four times as long as all others together: `--rate 0.1` asks for it.
    points: [1, 10, 100, 1_000].map((eventsPerSecond) => ({ ...BASE, clients: 10, eventsPerSecond })),
    varies: 'eventsPerSecond',
    figures: ['latency', 'bytes', 'cpu'],
    ...SWEEP_OF_DELIVERIES,
    windowEvents: 6,
  },
  {
    id: 'clients',
    title: 'Audience',
    question: 'How does cost grow with the audience, at the same number of deliveries per second?',
    points: [1, 10, 100, 1_000].map((clients) => ({ ...BASE, clients, eventsPerSecond: 2_500 / clients })),
    // Ten thousand would take as long as all others together: `--clients 10000 --rate 0.25 --interval 5000` asks for them.
    varies: 'clients',
    covaries: ['eventsPerSecond'],
    figures: ['latency', 'cpu'],
    ...SWEEP_OF_DELIVERIES,
    windowEvents: 6,
    // Telling 10,000 clients of an event takes up to 1.4 s, and the readings at the window's ends need a quiet rest of the slot.
    arrivals: { process: 'spread', slotShare: 0.3 },
  },
  {
    id: 'connect',
    title: 'Opening',
    question: 'How long until the first event on a cold connection, and how many bytes?',
    procedure: 'open',
    points: [0, 20, 100].map((rttMs) => ({ ...BASE, clients: 10, eventsPerSecond: 0, rttMs })),
    varies: 'rttMs',
    figures: ['connect'],
    ...SWEEP,
    windowSeconds: 1,
  },
  {
    id: 'reconnect',
    title: 'A server restarts',
    question: 'What happens when the server restarts?',
    procedure: 'reconnect',
    points: [BASE],
    figures: ['recovery'],
    ledgerShare: 0,
    // Two deaths a window make eight of each lane.
    rounds: 4,
    warmupSeconds: 0.5,
    windowSeconds: 10,
  },
  {
    id: 'slow-client',
    title: 'A client that stops reading',
    question: 'Does one client that stops reading hurt the others?',
    // A client that polls at intervals asks for nothing while it does not read.
    takes: ({ polls }) => polls !== 'timed',
    // The bytes fill the kernel's buffers before the window ends (5 MB here). Fewer events would let the code that a server first
    // runs and compiles then be more than one in a hundred, and closer ones would wait for each other: p99 would be a queue's.
    points: [0, 1].map((stalledClients) => ({ ...BASE, eventsPerSecond: 25, payloadBytes: 16_384, stalledClients })),
    varies: 'stalledClients',
    figures: ['isolation'],
    ledgerShare: 0,
    rounds: 3,
    // Long enough for a client that stops in the rehearsal to be cut off.
    rehearsalSeconds: 1,
    warmupSeconds: 2,
    windowSeconds: 16,
  },
  {
    id: 'browser',
    title: 'In a browser',
    question: 'What does the client of a real browser take, beside a bare socket?',
    procedure: 'browser',
    // What a page can be a client of, and HTTP/2, on which it may hold more than six streams.
    takes: ({ page, variantOf, duplicateOf, options: { over, connections }, polls }) => {
      if (page === undefined || duplicateOf !== undefined) return false;
      return variantOf === undefined || (over === 'h2' && connections === 'own' && polls === undefined);
    },
    everyLane: true,
    lacks: async () => await (await import('../../clients/browser/chromium.ts')).lackOfChromium(),
    // A probe and the page.
    points: [{ ...BASE, clients: 2, pollIntervalMs: 100 }],
    figures: ['browser'],
    // Of two clients one: the page, in the first round. Behind the relay it is not timed.
    ledgerShare: 0.5,
    rounds: 5,
    warmupSeconds: 0.5,
    windowSeconds: 4,
  },
  {
    id: 'upstream',
    title: 'Upstream',
    question: 'And from client to server: what does it cost to send?',
    points: [{ ...BASE, clients: 20, eventsPerSecond: 0, messagesPerSecond: 10 }],
    figures: ['upstream'],
    ...SWEEP,
    warmupSeconds: 1,
    windowSeconds: 4,
  },
  {
    id: 'capacity',
    title: 'Capacity',
    question: 'How many polls can one server answer?',
    procedure: 'closed-loop',
    // autocannon polls in the plain way alone.
    takes: ({ polls, variantOf }) => polls === 'timed' && variantOf === undefined,
    points: [0, 1].map((heldEvents) => ({ ...BASE, eventsPerSecond: 0, heldEvents })),
    varies: 'heldEvents',
    figures: ['capacity'],
    ...SWEEP,
    warmupSeconds: 1,
  },
  {
    id: 'knee',
    title: 'Knee',
    question: 'How far does each transport go, until one delivery in a hundred takes longer than 100 ms?',
    // A lane whose events wait longer than the limit by design would miss it at any load.
    takes: (lane) => pollWaitMs(lane) * 1e3 < KNEE.max,
    points: [100, 200, 400, 800, 1_600].map((eventsPerSecond) => ({ ...BASE, eventsPerSecond })),
    varies: 'eventsPerSecond',
    limit: KNEE,
    figures: ['knee'],
    ...SWEEP,
    // A queue that grows by 3 % of the load is beyond the limit by its end; the first step has 400 events.
    windowSeconds: 4,
  },
];
