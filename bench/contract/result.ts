/**
 * result.json: the product. The page, the exports and every figure in the terminal are renderings of it.
 *
 * This schema is its one definition; `results/schema.json` is generated from it. Units stand in names.
 */

import { z } from 'zod';
import { DIMENSIONS, type DimensionKey, pointShape } from './dimensions.ts';
import { fromVersion2, fromVersion3 } from './files/upgrade.ts';
import { FRAME_TYPES, LAYERS, type Layer, SAMPLE_KINDS } from './ledger.ts';

export const SCHEMA_VERSION = 4;

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const wireReading = z.strictObject({
  sentBytes: count,
  receivedBytes: count,
  connections: count.describe('Opened over the cell; of a window: open at its end'),
});
const bothSides = z.strictObject({ server: wireReading, clients: wireReading });

const usage = z.strictObject({
  elapsedUs: amount.describe('Between the two readings, as it came out'),
  cpuUs: amount.describe('CPU time of all threads within the window'),
  cpuShare: amount.describe('Of one core'),
  eventLoopUtilisation: z.number().min(0).max(1),
  eventLoopDelayP99Us: amount
    .optional()
    .describe(
      'How late the event loop was for a timer; resolved to 1 ms. Not of a server: the monitor would be part of its CPU',
    ),
  peakRssBytes: count,
  heapBytes: z
    .strictObject({ empty: count, connected: count })
    .optional()
    .describe(
      'In older results: heap and buffers after a full collection, before the first client and with all connected',
    ),
});

/** Kinds of figures, each of which has grounds of its own to be cited. */
export const KINDS = ['bytes', 'packets', 'memory', 'cpu', 'latency'] as const;

const standing = z
  .strictObject({ ok: z.boolean(), reasons: z.array(z.string()) })
  .describe('Whether it may be cited, and what speaks against it');

export const warningSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(['severe', 'notice']).describe('A severe warning forbids to cite some kinds of figures'),
  against: z.array(z.enum(KINDS)).describe('Those kinds; none of a notice'),
  text: z.string().describe('What was seen'),
  hint: z.string().describe('What to do about it'),
});

const point = z.strictObject(pointShape);

/** Between two readings a byte may move to another layer, as a head does that turns out to be a handshake's. */
const difference = z.int();
const layers = z
  .strictObject(Object.fromEntries(LAYERS.map((layer) => [layer, difference])) as Record<Layer, typeof difference>)
  .describe('Bytes by layer');

const cycleCount = z.strictObject({ count, upBytes: count, downBytes: count });

const countedBytes = z.strictObject({ count: difference, bytes: difference });
const frameCounts = z.partialRecord(z.enum(FRAME_TYPES), countedBytes);

const ledgerCount = z.strictObject({
  up: layers.describe('From client to server'),
  down: layers.describe('From server to client'),
  tlsHandshake: z
    .strictObject({ up: count, down: count })
    .optional()
    .describe('Of TLS, records from the hello to the tickets after Finished; their bytes stand in the layer tls too'),
  events: count.describe('Events carried downwards'),
  cycles: cycleCount.describe(
    'Exchanges of HTTP that opened no lasting connection; their bytes stand in the layers too',
  ),
  emptyCycles: cycleCount.describe('Those of them that carried no event'),
  frames: z
    .strictObject({ up: frameCounts, down: frameCounts })
    .optional()
    .describe('Of HTTP/2, by type, with their heads of nine bytes'),
  headBlocks: z
    .array(z.strictObject({ up: countedBytes, down: countedBytes }))
    .optional()
    .describe(
      'Header blocks as HPACK left them, by number of the exchange: the 1st, 2nd, 3rd to 4th, 5th to 8th and so on',
    ),
});

const wireExchange = z.strictObject({
  kind: z.enum(SAMPLE_KINDS),
  events: count.describe('That it carried downwards'),
  messages: z
    .array(
      z.strictObject({
        direction: z.enum(['up', 'down']).describe('up is from client to server'),
        afterUs: amount.describe('Since the first message passed the relay'),
        layers: z
          .array(z.tuple([z.enum(LAYERS), count.min(1)]))
          .describe('Runs of bytes of one layer, in order: all bytes, also those that are not kept'),
        bytes: z.base64().describe('The first of them, up to 2,048'),
      }),
    )
    .min(1)
    .describe('Bytes that passed the relay at once'),
});

const ledger = z.strictObject({
  clients: count.min(1).describe('How many clients were read along with'),
  window: ledgerCount,
  cell: ledgerCount.describe('From listen to close'),
  deliveries: count
    .optional()
    .describe(
      'What those clients were given from connect to close, answers to their messages included: as many as the cell has events; absent where a cell delivers otherwise, and in results of earlier versions',
    ),
  residualBytes: count.describe("What the layers and the sockets' own counts differ by, over the whole cell"),
  problems: z.array(z.string()).describe('What the reader could not read'),
  samples: z
    .array(wireExchange)
    .optional()
    .describe(
      'Of one connection, the first exchange of each kind, byte by byte: in the first round, where the relay reads along with every client, without TLS',
    ),
  relay: z.strictObject({ cpuShare: amount.describe('Of one core'), elapsedUs: amount }),
});

const packets = z.strictObject({
  sentSegments: count.describe('By the server, within the window, with and without data'),
  receivedSegments: count,
  headerBytesPerSegment: count.describe('IPv4 and TCP'),
  perDelivery: amount.describe('Segments of both directions by delivery'),
  tcpIpBytesPerDelivery: amount.describe('All bytes of both directions with their IPv4 and TCP headers'),
});

const link = z.strictObject({
  rttMs: amount,
  bandwidthBitsPerSecond: z.number().positive().optional(),
  jitterMs: amount.optional(),
  lateness: z
    .strictObject({ p50Us: amount, p99Us: amount, maxUs: amount, chunks: count })
    .describe('How late chunks left the link within the window, after their delay was over'),
  residualBytes: count.describe('What came in at one side and did not go out at the other, over the whole cell'),
  cpuShare: amount.describe('Of one core'),
  elapsedUs: amount.describe('Between its two readings, as it came out'),
});

const passed = z.strictObject({ sentPackets: count, droppedPackets: count });
const netem = z.strictObject({
  up: passed.describe('From clients to server'),
  down: passed.describe('From server to clients'),
});

const latency = z.strictObject({
  count,
  minUs: amount,
  meanUs: amount,
  p50Us: amount,
  p90Us: amount,
  p95Us: amount,
  p99Us: amount,
  p999Us: amount,
  maxUs: amount,
  histogram: z.string().describe('HdrHistogram V2, compressed, base64; values in ns'),
});

const opened = z
  .strictObject({
    count: count.min(1),
    firstEvent: latency.describe('From the first step to connect to the first event, which the server has at hand'),
    upBytes: count.describe('Of all connections, from their first byte to that event'),
    downBytes: count,
  })
  .describe('Connections opened cold, one after another');

const upstream = z
  .strictObject({
    messages: count.describe('Of the window, each with its echo'),
    echo: latency.describe(
      'From the scheduled instant to the echo at the client; without the clients behind the relay, unless all are',
    ),
  })
  .describe('Messages from client to server, echoed; the bytes are those of the window');

const recovery = z
  .strictObject({
    kills: count.min(1),
    firstEvent: latency.describe("From the server's death to the first event that a client gets after it"),
    attempts: count.describe('Connections tried, by all clients'),
    replayed: count.describe('Events that came from the past, by cursor'),
    attemptsByTenth: z.array(count).describe('In each tenth of a second since the death, summed over the kills'),
  })
  .describe('What clients saw of servers that were killed and started again');

const polls = z
  .strictObject({
    answered: count.optional().describe('Polls answered, with and without events; absent in older results'),
    empty: count.optional().describe('Those of them that brought no event'),
    parkedDeliveries: count.optional().describe("Of events that found the client's poll parked"),
    queuedDeliveries: count
      .optional()
      .describe(
        'Of events that were published while the client had no poll at the server, and were there when its next one came',
      ),
  })
  .describe('Answers that the server wrote within the window; deliveries in them where the transport parks polls');

const floor = z
  .strictObject({ cpuUs: amount, elapsedUs: amount })
  .describe(
    'CPU time of the same server process at the same rate of events without a client, after its first windows at that rate: ' +
      'of five parts of a window the one in the middle',
  );

const memory = z
  .strictObject({
    readings: z.array(z.strictObject({ clients: count, heapBytes: count })),
    perClientBytes: z.number().nullable().describe('Slope of the readings; null where they do not tell it'),
    low: z.number().nullable(),
    high: z.number().nullable(),
  })
  .describe('JavaScript heap and buffers of the server after full collections, at several numbers of clients');

const latencyParts = z
  .strictObject({ feedUs: z.number(), serverUs: z.number(), wireUs: z.number(), clientUs: z.number() })
  .describe(
    "Means over the probes' deliveries that sum to the mean latency: until the event was published, until its bytes were handed to the kernel, until they woke the probe, and what the probe let them wait",
  );

const probes = z
  .strictObject({
    clients: count.min(1).describe('Of the clients, whose times are the latency'),
    reader: z.enum(['bare', 'library']).describe("Bare sockets, or the lane's own client in the probe process"),
    crowdPolicy: z
      .enum(['idle', 'normal'])
      .describe('Whether the load workers ran as SCHED_IDLE, so that they gave way to a probe at once'),
    clientQueueP50Us: amount
      .optional()
      .describe("Median of the client's part of the deliveries; absent where the server does not see what it writes"),
  })
  .describe('The process whose clients are timed; all other clients make the load');

export const pageClockSchema = z
  .strictObject({
    lessUs: amount.describe('By which each stamp of the page, and so each latency, may be too high'),
    moreUs: amount.describe('By which it may be too low'),
    driftUs: z
      .number()
      .describe('Between the exchanges before and after the window; what the bounds do not tell is in it'),
    exchanges: count,
    isToldByBrowser: z
      .boolean()
      .describe("Whether the browser's own word lies within the bounds, and is taken; else their middle"),
  })
  .describe("How the page's clock is tied to ours: by stamps that were exchanged before and after the window");

const browser = z
  .strictObject({
    version: z.string().describe('Of Chromium'),
    latency: latency
      .optional()
      .describe("From the scheduled instant to the first clock reading in the page's handler; absent behind the relay"),
    clock: pageClockSchema,
    heads: z
      .strictObject({
        requests: count,
        bytes: count.describe('Request heads of the page, as the ledger counts them, over the whole cell'),
        profileBytes: count.describe('The same requests with the headers of the profile browser'),
      })
      .optional(),
    streams: z
      .strictObject({ asked: count, open: count })
      .optional()
      .describe('Further clients that the page asked for after the window, and how many of them were open at once'),
    hiddenPolls: z
      .strictObject({ intervalMs: amount, perSecond: amount })
      .optional()
      .describe('How often a tab in the background polls whose timer has this interval'),
  })
  .describe('The client in the page of a browser, whose latency stands beside that of the probes');

const closedLoop = z.strictObject({
  client: z.string().describe('What asked: our own clients, or autocannon beside them'),
  requests: count,
  seconds: z.number().positive().describe('From the first request to the last answer'),
  upBytes: count,
  downBytes: count,
  cpuShare: amount.optional().describe('Of one core, of the busiest process that asked; absent in older results'),
});

const cellIdentity = {
  lane: z.string(),
  scenario: z.string(),
  point,
  round: count.min(1),
  order: count.min(1).describe('Place in the run, from 1'),
  attempt: count.min(1).max(3).describe('2 and 3 follow an attempt in which the machine was disturbed'),
  run: count.min(1).optional().describe('Of a merged result: the run that it comes from, from 1'),
};

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().describe('null where unknown');
const share = z.number().min(0);

const waiting = z.strictObject({
  share: share.describe('Of the window, in which its main thread could run and waited for a core'),
  foreignShare: share.describe('What is left of it without the CPU time of our other threads on that core'),
  foreignMeanUs: amount.describe('That wait, for each time that it got a core'),
});

/** The bounds that a cell can pass. */
export const DISTURBANCES = ['run-delay-server', 'run-delay-probe', 'core-stopped', 'steal', 'throttled'] as const;

export const disturbanceSchema = z
  .strictObject({
    cpuPressure: nullable(share.describe('Of the window, in which a runnable task of the machine waited for a core')),
    steal: nullable(
      share.describe("Of a measured core's time, that the hypervisor gave to others; of the core with most"),
    ),
    stealOfBusy: nullable(
      share.describe('Of the time that a measured core was wanted, as `steal`; 0 below three ticks of 10 ms'),
    ).optional(),
    throttled: nullable(share.describe('Of the window, in which a CPU quota held the processes back')),
    runDelay: z.strictObject({ server: nullable(waiting), probe: nullable(waiting) }),
    sleepers: z
      .array(
        z.strictObject({
          core: count,
          wakeUps: count,
          lateWakeUps: count.describe('Over 5 ms late'),
          maxLateUs: amount,
          stoppedShare: share.describe(
            'Of the window, in which the core stood still: no task had it, and a wake-up over 5 ms old was due',
          ),
        }),
      )
      .describe('A thread on each measured core that wakes at fixed instants'),
    exceeded: z.array(z.enum(DISTURBANCES)).describe('Bounds that were passed; none in an undisturbed cell'),
  })
  .describe('What others took of the machine within the window');

const optionValue = z.union([z.number(), z.string(), z.boolean()]);

export const completedCellSchema = z.strictObject({
  ...cellIdentity,
  state: z.literal('completed'),
  url: z.string(),
  options: z.record(z.string(), optionValue).describe('What the lane ran with, defaults included'),
  window: z.strictObject({
    warmupEvents: count,
    events: count.describe('0 where nothing is published'),
    seconds: z.number().positive(),
  }),
  delivery: z.strictObject({
    expected: count,
    delivered: count,
    missing: count,
    duplicated: count,
    outOfOrder: count,
    unexpected: count,
  }),
  latency: latency.describe(
    'From the scheduled instant to the first clock reading of the client: of the probes where there are any, else of all clients; without the clients behind the relay, unless all are',
  ),
  latencyParts: latencyParts.optional(),
  probes: probes.optional(),
  browser: browser.optional(),
  libraryLatency: latency.optional().describe('Of the clients that make the load, by the libraries that they use'),
  halvesP50Us: z.tuple([amount, amount]).describe('Median latency of the first and the second half of the window'),
  feed: z.strictObject({
    achievedEventsPerSecond: amount,
    lagP50Us: amount,
    lagP95Us: amount,
    lagP99Us: amount,
    lagMaxUs: amount,
  }),
  wire: z.strictObject({
    window: bothSides,
    windowDeliveries: count.describe('Received between the two readings of the window'),
    cell: bothSides.describe('From listen to close; without the rehearsal'),
    perDeliveryBytes: amount.describe(
      'Both directions, of the window, by deliveries within it; as the ledger counts them where it reads along with every client',
    ),
    ledger: ledger.optional(),
    packets: packets.optional(),
  }),
  link: link.optional().describe('Of the process that gives connections a distance'),
  netem: netem.optional().describe("What the kernel's link let through and what it dropped, within the window"),
  opened: opened.optional(),
  upstream: upstream.optional(),
  recovery: recovery.optional(),
  closedLoops: z.array(closedLoop).optional().describe('Polls asked as fast as they are answered'),
  polls: polls.optional(),
  server: usage,
  floor: floor.optional(),
  memory: memory.optional(),
  disturbance: disturbanceSchema,
  calibrationUs: z
    .strictObject({ before: amount, after: amount })
    .optional()
    .describe("What a short fixed piece of work took on the server's core before and after the cell, at the least"),
  keepAlive: z
    .strictObject({ periodMs: z.number().positive(), usualPeriodMs: z.number().positive() })
    .optional()
    .describe("Period of keep-alives or hold in the cell, and that of the lane's row; absent where the row's held"),
  cutOffClients: count.describe('Clients that the server cut off because they did not read'),
  workers: z.array(usage).describe('That hold the crowd; none where the probe has all clients'),
  warnings: z.array(warningSchema),
});

const failedCell = z.strictObject({
  ...cellIdentity,
  state: z.literal('failed'),
  phase: z.string(),
  error: z.strictObject({
    message: z.string(),
    code: z.number().nullable(),
    signal: z.string().nullable(),
  }),
  warnings: z.array(warningSchema),
});

export const cellSchema = z.discriminatedUnion('state', [completedCellSchema, failedCell]);

const interval = {
  spread: z
    .enum(['interval', 'range'])
    .describe(
      'Whether low and high are a 95 % interval (which need not be symmetric), or the least and the most of the rounds',
    ),
  low: z.number().nullable().describe('null with fewer than two rounds'),
  high: z.number().nullable(),
  rounds: count,
};

/** A ratio's interval lies outside a margin around 1, inside it, or across its ends. */
export const VERDICTS = ['lower', 'higher', 'equivalent', 'inconclusive'] as const;

/**
 * What a scenario can be shown as, and what that asks of it. The page's section of each is in `bench/report/view/parts/further/measured.ts`, and
 * at least one metric must name it.
 */
export const FIGURES = [
  'latency',
  'bytes',
  // A `ledgerShare` above 0; without it bytes have no layers.
  'layers',
  'cpu',
  'memory',
  // Latency against cost, over a dimension that is varied.
  'tradeoff',
  // No events.
  'idle',
  // The procedure `open`.
  'connect',
  // `messagesPerSecond`.
  'upstream',
  // The procedure `reconnect`.
  'recovery',
  // Points with and without `stalledClients`.
  'isolation',
  // The procedure `closed-loop`.
  'capacity',
  // A `limit`.
  'knee',
  // Lanes that park polls.
  'gap',
  // The procedure `browser`.
  'browser',
] as const;

/**
 * How a cell is measured: events delivered to clients that stay; connections opened one after another; servers killed and
 * started again under their clients; polls sent as fast as they are answered; events delivered to a page in a browser.
 */
export const PROCEDURES = ['deliver', 'open', 'reconnect', 'closed-loop', 'browser'] as const;

export const environmentSchema = z.strictObject({
  cpu: z.strictObject({
    model: nullable(z.string()),
    cores: count,
    allowedCores: nullable(z.string()),
    governor: nullable(z.string()),
    frequencyDriver: nullable(z.string()),
  }),
  memoryBytes: count,
  virtualisation: nullable(z.string()),
  platform: z.string(),
  kernel: z.string(),
  kernelTimingParameters: nullable(z.string()),
  clockSource: nullable(z.string()),
  tcpCongestionControl: nullable(z.string()),
  fileDescriptorLimit: nullable(count),
  loopbackMtuBytes: nullable(count),
  versions: z.strictObject({
    pushlab: z.string(),
    node: z.string(),
    v8: z.string(),
    libuv: z.string(),
    llhttp: nullable(z.string()),
    openssl: nullable(z.string()),
    express: z.string(),
    ws: z.string(),
    undici: z.string(),
  }),
  lockfileSha256: nullable(z.string()),
  git: z.strictObject({ commit: nullable(z.string()), dirty: nullable(z.boolean()) }),
  codeSha256: nullable(z.string()).describe('Of the compiled code'),
  nodeFlags: z.array(z.string()),
  loadNodeFlags: z.array(z.string()).optional().describe('What load workers have besides; absent in older results'),
  pinning: z.strictObject({
    server: nullable(count),
    workers: z.array(nullable(count)),
    probe: nullable(count).optional().describe('Absent in older results'),
    relay: nullable(count),
  }),
  fingerprint: z.string().describe('Of the fields that stay the same as long as it is the same machine'),
});

const machineStateSchema = z.strictObject({
  calibrationUs: z.number().positive().describe('What a fixed piece of work took, median of several'),
  loadAverage: nullable(z.tuple([z.number(), z.number(), z.number()])),
  pressure: nullable(z.strictObject({ cpu: share, memory: share, io: share })).describe(
    'Share of the last 10 s in which some task was held up; null where unknown',
  ),
});

const sessionSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable().describe('null while it goes on, or when it was killed'),
  cells: count.describe('How many of the cells were measured in it'),
  before: machineStateSchema,
  after: machineStateSchema.nullable(),
});

const dimension = z.enum(DIMENSIONS.map(({ key }) => key) as [DimensionKey, ...DimensionKey[]]);

const arrivalsSchema = z
  .discriminatedUnion('process', [
    z.strictObject({
      process: z.literal('spread'),
      slotShare: share.max(1).describe("The first part of an event's own slot, anywhere in which it comes"),
    }),
    z.strictObject({
      process: z.literal('independent'),
      slotGroupSize: count.min(1).describe('Slots that share their events, each of which comes anywhere in them'),
      quietSlots: share.max(1).describe('At the end of the group, in which none comes'),
    }),
  ])
  .describe('How events come in slots of 1/eventsPerSecond, one for each');

export const resultSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  id: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable().describe('null while the run goes on, or when it was interrupted'),
  command: z.string(),
  seed: count,
  profile: z.string(),
  citable: z
    .strictObject(Object.fromEntries(KINDS.map((kind) => [kind, standing])) as Record<Kind, typeof standing>)
    .describe('Of each kind of figure: whether all of the run may be cited, and what speaks against it'),
  runsBefore: count.optional().describe('Runs of the same settings on the same machine in the same folder before it'),
  merged: z
    .array(
      z.strictObject({
        id: z.string(),
        startedAt: z.iso.datetime(),
        commit: z.string().nullable(),
        cpuModel: z.string().nullable(),
        fingerprint: z.string(),
      }),
    )
    .optional()
    .describe("The runs that were joined, by the number of each cell's `run`"),
  reference: z
    .string()
    .describe('The lane that others are compared with, but for variants where what they vary was measured too'),
  workers: count.min(1).describe('Load processes'),
  environment: environmentSchema,
  sessions: z.array(sessionSchema).min(1).describe('One, and one more for each time the run was resumed'),
  lanes: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      summary: z.string(),
      transport: z.string(),
      options: z.record(z.string(), optionValue).describe('Of its row in the table; a cell tells what it ran with'),
      polls: z.enum(['timed', 'parked']).optional().describe('Absent where events are pushed'),
      idlePeriodMs: amount.optional().describe('Poll interval, hold or keep-alive of an idle connection'),
      sharesConnection: z.boolean().optional().describe('All clients of a load process are on one connection'),
      duplicateOf: z.string().optional().describe('The lane that it measures once more, to see the noise'),
      variantOf: z.string().optional().describe('The lane that it is but for one option'),
    }),
  ),
  scenarios: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      question: z.string(),
      procedure: z.enum(PROCEDURES),
      lanes: z.array(z.string()),
      points: z.array(point).min(1),
      varies: z.array(dimension).describe('What differs between its points; sweeps go along the first where they can'),
      covaries: z
        .array(dimension)
        .optional()
        .describe('What has another value at each point of a sweep, in step with it'),
      figures: z.array(z.enum(FIGURES)).describe('What it is charted as'),
      rounds: count.min(1),
      rehearsalSeconds: amount
        .optional()
        .describe('Before each cell, of the same lane under more load: of other clients, not counted; 0 without it'),
      warmupSeconds: amount,
      windowSeconds: amount,
      windowEvents: count.optional().describe('Windows last as long as this many events take, if that is longer'),
      limit: z
        .strictObject({ metric: z.string(), max: z.number() })
        .optional()
        .describe('A lane goes on to the next point only while it keeps this'),
      arrivals: arrivalsSchema,
      ledgerShare: amount.describe('Of the clients, read along with by the relay'),
      sharesProcesses: z
        .boolean()
        .optional()
        .describe('Points of a lane and round are measured one after another in the same processes'),
      roundsPerProcess: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('So many rounds of a lane are measured in the same processes; one where it does not say'),
      keepAliveSeconds: amount
        .optional()
        .describe('Period of keep-alives, and hold of long polls, in place of those of the lanes'),
    }),
  ),
  warnings: z.array(warningSchema).describe('Of the whole run; those of a cell stand with it'),
  cells: z.array(cellSchema),
  estimates: z.array(
    z.strictObject({
      lane: z.string(),
      scenario: z.string(),
      point,
      metric: z.string(),
      unit: z.string(),
      value: z.number(),
      ...interval,
      samples: count.describe('Deliveries behind the value, over all rounds'),
      allAttempts: z
        .strictObject({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
        .optional()
        .describe('With the disturbed attempts that were measured again; absent where there were none'),
      betweenRunsShare: share
        .optional()
        .describe("Of a merged result: the part of a round's variance that lies between the runs"),
      runs: count.optional().describe('Of a merged result: how many runs are behind it'),
      standing,
    }),
  ),
  comparisons: z.array(
    z.strictObject({
      scenario: z.string(),
      point,
      metric: z.string(),
      lane: z.string(),
      reference: z
        .string()
        .describe(
          'Lane that it is compared with: at the same point, or, where that does not poll, at the one without an interval',
        ),
      ratio: z.number().positive(),
      ...interval,
      margin: z.number().positive().describe('Ratios within 1/(1 + margin) to 1 + margin make no practical difference'),
      verdict: z
        .enum(VERDICTS)
        .describe(
          "Holds after Holm's correction over all comparisons of the metric in the scenario; those with the lane that one duplicates, or is a variant of, are corrected apart",
        ),
      roundsNeeded: count
        .nullable()
        .optional()
        .describe('Rounds that would decide an inconclusive one if they varied as these do; null when over 100'),
      trimmed: z
        .strictObject({ ratio: z.number().positive(), low: z.number(), high: z.number() })
        .optional()
        .describe('By the other estimator, for comparison; from ten rounds on'),
      betweenRunsShare: share.optional(),
      runs: count.optional(),
      standing,
    }),
  ),
});

export type Result = z.infer<typeof resultSchema>;
export type Cell = Result['cells'][number];
export type CompletedCell = Extract<Cell, { state: 'completed' }>;
export type FailedCell = Extract<Cell, { state: 'failed' }>;
export type Point = Cell['point'];
export type Warning = z.infer<typeof warningSchema>;
export type Ledger = z.infer<typeof ledger>;
export type Link = z.infer<typeof link>;
export type Netem = z.infer<typeof netem>;
export type Packets = z.infer<typeof packets>;
export type Environment = z.infer<typeof environmentSchema>;
export type MachineState = z.infer<typeof machineStateSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Disturbance = z.infer<typeof disturbanceSchema>;
export type Waiting = z.infer<typeof waiting>;
export type Standing = z.infer<typeof standing>;
export type Kind = (typeof KINDS)[number];
export type LatencyParts = z.infer<typeof latencyParts>;
export type Arrivals = z.infer<typeof arrivalsSchema>;
export type Procedure = (typeof PROCEDURES)[number];
export type Verdict = (typeof VERDICTS)[number];
export type Estimate = Result['estimates'][number];
export type Comparison = Result['comparisons'][number];

/** A file that is no readable result; the message has the reason. */
export class InvalidResult extends Error {
  override readonly name = 'InvalidResult';
}

/** Constructors of warnings: what was seen, and what to do about it. */
export const severe = (code: string, text: string, hint: string, against: readonly Kind[] = KINDS): Warning => {
  return { code, severity: 'severe', against: [...against], text, hint };
};
export const notice = (code: string, text: string, hint: string): Warning => {
  return { code, severity: 'notice', against: [], text, hint };
};
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const asResult = (upgraded: unknown) => upgraded as Result;

/** How a stored result of each schema version is read. */
const READERS = new Map<unknown, z.ZodType<Result>>([
  [2, fromVersion2.pipe(fromVersion3(KINDS)).transform(asResult).pipe(resultSchema)],
  [3, fromVersion3(KINDS).transform(asResult).pipe(resultSchema)],
  [SCHEMA_VERSION, resultSchema],
]);

const writerSchema = z.object({
  environment: z.object({
    versions: z.object({ pushlab: z.string() }),
    git: z.object({ commit: z.string() }),
  }),
});

/**
 * Reads a result from its text; one of an older schema comes out as one of this schema.
 *
 * @throws InvalidResult when it is not JSON, of a schema version that is not read, or does not hold to its schema
 */
export function parseResult(text: string): Result {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InvalidResult(`not JSON, or cut short: ${error instanceof Error ? error.message : error}`);
  }
  const version = typeof json === 'object' && json !== null && 'schemaVersion' in json ? json.schemaVersion : undefined;
  if (version === undefined) throw new InvalidResult('not a Pushlab result: it has no schemaVersion');
  const reader = READERS.get(version);
  if (!reader) {
    const age = typeof version === 'number' && version < SCHEMA_VERSION ? 'an older' : 'a newer or another';
    const { environment } = writerSchema.safeParse(json).data ?? {};
    const writer = environment
      ? `Pushlab ${environment.versions.pushlab} (commit ${environment.git.commit})`
      : 'the Pushlab';
    throw new InvalidResult(
      `schema version ${JSON.stringify(version)}, of ${age} Pushlab; this one reads versions ${[...READERS.keys()].join(' and ')}. Use ${writer} that wrote it`,
    );
  }
  const parsed = reader.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first, ...others] = parsed.error.issues;
  const where = first ? `${first.path.join('.')}: ${first.message}` : 'no reason given';
  throw new InvalidResult(`not a valid result: ${where}${others.length > 0 ? `, and ${others.length} more` : ''}`);
}

/** Clients that read to the end, the first ones by number, and those that stop: the latter are no part of the audit. */
export function connectedClients({ clients, stalledClients = 0 }: Point): number {
  return clients + stalledClients;
}

/**
 * Whether what one side sent must be what the other received. A server that was killed took its count along; what was sent to
 * a client that does not read stays in the kernel, or goes with the connection. A browser does not tell its bytes: they are
 * counted where it is behind the relay.
 */
export function mustAgree({
  recovery,
  point,
  browser,
  wire,
}: Pick<CompletedCell, 'recovery' | 'point' | 'browser'> & { readonly wire: Pick<CompletedCell['wire'], 'ledger'> }) {
  const isCounted = browser === undefined || wire.ledger !== undefined;
  return recovery === undefined && !point.stalledClients && isCounted;
}
