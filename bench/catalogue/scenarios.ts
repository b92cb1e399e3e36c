/** The table of scenarios: a workload and the question that it answers. */

import type { HeaderProfile } from '../contract/headers.ts';
import { type Lane, pollWaitMs } from '../contract/lane.ts';
import type { Point, Procedure, Result } from '../contract/result.ts';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** @default 'deliver' */
  readonly procedure?: Procedure;
  /** Which lanes can answer its question; all when it does not say. */
  readonly takes?: (lane: Lane) => boolean;
  /** Every lane of the table that it takes, and not just the profile's. */
  readonly everyLane?: boolean;
  /** The settings it runs at; flags replace single numbers in all of them. */
  readonly points: readonly Point[];
  /** Further settings, for a profile that has the time. */
  readonly morePoints?: readonly Point[];
  readonly figures: Result['scenarios'][number]['figures'];
  /** Share of the clients that the ledger reads along with; below 1, one at the least has none of it. */
  readonly ledgerShare: number;
  /** In place of the profile's, where the question needs other ones. */
  readonly rounds?: number;
  /** Over how many slots an event may fall. @default 0.5 */
  readonly jitter?: number;
  /** 0 where nothing asks about time. @default 0.4 */
  readonly rehearsalSeconds?: number;
  readonly warmupSeconds?: number;
  readonly windowSeconds?: number;
  /** Windows last as long as this many events take, if that is longer. */
  readonly windowEvents?: number;
  /** A lane goes on to the next point only while it keeps this. */
  readonly limit?: { readonly metric: string; readonly max: number };
}

/** What points differ from, each in what its scenario asks about. */
const BASE: Point = { clients: 100, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' };

const one = (payloadBytes: number, headers: HeaderProfile): Point => ({
  clients: 1,
  eventsPerSecond: 10,
  payloadBytes,
  headers,
  // Oftener than there are events, so that some polls are empty, and within the half slot between an event and a reading.
  pollIntervalMs: 40,
});

const far = (eventsPerSecond: number, rttMs: number): Point => ({ ...BASE, clients: 5, eventsPerSecond, rttMs });

/** One delivery in a hundred may take longer. */
const KNEE = { metric: 'latency.p99Us', max: 100_000 };

export const scenarios: readonly Scenario[] = [
  {
    id: 'fanout',
    title: 'Fan-out',
    question: 'What does it cost, in time and in bytes, to get each event to many clients?',
    points: [BASE],
    figures: ['latency', 'bytes', 'layers', 'cpu', 'memory'],
    ledgerShare: 0.02,
  },
  {
    id: 'anatomy',
    title: 'Anatomy of a delivery',
    question: 'Which bytes go over the wire for one event, and what are they for?',
    points: [...[64, 128, 65_536].map((payloadBytes) => one(payloadBytes, 'browser')), one(128, 'minimal')],
    morePoints: [one(4_096, 'browser'), one(128, 'node'), one(128, 'browser-cookie')],
    figures: ['layers'],
    ledgerShare: 1,
    // Bytes come out the same each time, as long as every event is fetched within its own slot.
    rounds: 1,
    jitter: 0,
    rehearsalSeconds: 0,
    warmupSeconds: 0.2,
    windowSeconds: 0.6,
  },
  {
    id: 'idle',
    title: 'Silence',
    question: 'What does silence cost?',
    points: [{ ...BASE, eventsPerSecond: 0 }],
    figures: ['idle'],
    ledgerShare: 1,
    // Bytes come out the same each time, over whole periods of what idle connections do.
    rounds: 1,
    warmupSeconds: 0.5,
    windowSeconds: 5,
  },
  {
    id: 'variants',
    title: 'Variants',
    question: 'What do TLS, HTTP/2, compression and other options change?',
    everyLane: true,
    points: [BASE],
    figures: ['latency', 'bytes', 'layers', 'cpu', 'memory'],
    ledgerShare: 0.02,
    // What options change is often less than a third, and so many comparisons are corrected together.
    rounds: 5,
    warmupSeconds: 0.5,
    windowSeconds: 2,
  },
  {
    id: 'distance',
    title: 'Distance',
    question: 'What does each transport add on a far client?',
    points: [1, 20].flatMap((eventsPerSecond) =>
      [0, 20, 100].map((rttMs) => ({ ...BASE, clients: 20, eventsPerSecond, rttMs })),
    ),
    figures: ['latency'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 0.5,
    windowSeconds: 2,
    windowEvents: 6,
  },
  {
    id: 'gap',
    title: 'The gap between two long polls',
    question: 'How many events come between two long polls, and how much longer do they take?',
    takes: ({ polls }) => polls === 'parked',
    // By events per round trip: 0.1, 0.5, 1 and 2; some by two pairs, for it is the product that counts.
    points: [far(10, 10), far(20, 25), far(20, 50), far(50, 20), far(20, 100), far(100, 20)],
    figures: ['gap'],
    ledgerShare: 0,
    rounds: 3,
    // As independent events come: in slots of their own they keep apart, and at half an event per round trip none falls into
    // a gap. Half a slot in twenty stays quiet, for the ends of the window.
    jitter: 19.5,
    warmupSeconds: 0.5,
    windowSeconds: 2,
    // For a p95.
    windowEvents: 60,
  },
  {
    id: 'interval',
    title: 'Poll interval',
    question: 'What does polling buy and cost?',
    points: [100, 300, 1_000, 3_000, 5_000].map((pollIntervalMs) => ({ ...BASE, pollIntervalMs })),
    figures: ['tradeoff'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 1,
    windowSeconds: 5,
  },
  {
    id: 'payload',
    title: 'Payload',
    question: 'When does overhead stop to matter?',
    points: [64, 512, 4_096, 65_536].map((payloadBytes) => ({ ...BASE, clients: 10, payloadBytes })),
    figures: ['bytes', 'cpu'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 0.5,
    windowSeconds: 2,
  },
  {
    id: 'rate',
    title: 'Rate',
    question: 'What happens as events come faster?',
    // A tenth of an event per second would take four times as long as all others together: `--rate 0.1` asks for it.
    points: [1, 10, 100, 1_000].map((eventsPerSecond) => ({ ...BASE, clients: 10, eventsPerSecond })),
    figures: ['latency', 'bytes', 'cpu'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 0.5,
    windowSeconds: 2,
    windowEvents: 6,
  },
  {
    id: 'clients',
    title: 'Audience',
    question: 'How does cost grow with the audience, at the same number of deliveries per second?',
    points: [1, 10, 100, 1_000].map((clients) => ({ ...BASE, clients, eventsPerSecond: 2_500 / clients })),
    // A poll a second of each would be more than a load process of one core can ask.
    morePoints: [{ ...BASE, clients: 10_000, eventsPerSecond: 0.25, pollIntervalMs: 5_000 }],
    figures: ['latency', 'cpu', 'memory'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 0.5,
    windowSeconds: 2,
    windowEvents: 6,
    // What all clients are told of an event takes up to 1.4 s: the rest of the slot, where readings are, stays quiet.
    jitter: 0.3,
  },
  {
    id: 'connect',
    title: 'Opening',
    question: 'How long until the first event on a cold connection, and how many bytes?',
    procedure: 'open',
    points: [0, 20, 100].map((rttMs) => ({ ...BASE, clients: 20, eventsPerSecond: 0, rttMs })),
    figures: ['connect'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 0.5,
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
    // Two deaths a window: ten of each lane.
    rounds: 5,
    warmupSeconds: 0.5,
    windowSeconds: 10,
  },
  {
    id: 'slow-client',
    title: 'A client that stops reading',
    question: 'Does one client that stops reading hurt the others?',
    // As many bytes as fill the kernel's buffers before the window ends (5 MB here); in as many events as keep what a server does
    // for the first time then, and has to be compiled anew for it, below one in a hundred; and so far apart that no event waits
    // for the one before, or p99 would be that of a queue.
    points: [0, 1].map((stalledClients) => ({
      ...BASE,
      eventsPerSecond: 25,
      payloadBytes: 16_384,
      stalledClients,
    })),
    figures: ['isolation'],
    ledgerShare: 0,
    // Whether others notice is a verdict on a p99, which varies.
    rounds: 5,
    // Until a client that stops in it is cut off.
    rehearsalSeconds: 1,
    warmupSeconds: 2,
    windowSeconds: 16,
  },
  {
    id: 'upstream',
    title: 'Upstream',
    question: 'And from client to server: what does it cost to send?',
    points: [{ ...BASE, clients: 20, eventsPerSecond: 0, messagesPerSecond: 10 }],
    figures: ['upstream'],
    ledgerShare: 0,
    rounds: 3,
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
    figures: ['capacity'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 1,
    windowSeconds: 2,
  },
  {
    id: 'knee',
    title: 'Knee',
    question: 'How far does each transport go, until one delivery in a hundred takes longer than 100 ms?',
    // One whose events wait longer than the limit by design would miss it at any load.
    takes: (lane) => pollWaitMs(lane) * 1e3 < KNEE.max,
    points: [100, 200, 400, 800, 1_600].map((eventsPerSecond) => ({ ...BASE, eventsPerSecond })),
    limit: KNEE,
    figures: ['knee'],
    ledgerShare: 0,
    rounds: 3,
    warmupSeconds: 0.5,
    // Of all steps: what queues up at a load that is 3 % too much is beyond the limit by its end. 400 events at the first one.
    windowSeconds: 4,
  },
];
