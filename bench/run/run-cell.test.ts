import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import type { ConnectParams, ListenParams, TapParams } from '../contract/calls.ts';
import type { EncodedEvent } from '../contract/event.ts';
import type { Lane } from '../contract/lane.ts';
import { cellSchema } from '../contract/result.ts';
import type { ClientContext } from '../contract/transport.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';
import {
  completed,
  type Fault,
  memoryLaboratory,
  memoryLane,
  memoryPlan,
  numberOf,
  type Tamper,
  withConnect,
} from '../tests/laboratory.ts';
import type { CellPlan } from './cell-plan.ts';
import { clientsOfWorker } from './children/processes.ts';
import { runCell } from './run-cell.ts';

const never = new AbortController().signal;

interface Changes {
  readonly fault?: Fault;
  readonly tamper?: Tamper;
  readonly workers?: number;
  readonly plan?: Partial<CellPlan>;
}

async function runWith({ fault, tamper, workers, plan }: Changes = {}) {
  const lane = memoryLane(tamper);
  // A tampered lane may keep an event back, for which the drain is waited out.
  const drain = tamper && { drainMs: 1_000 };
  const { laboratory } = memoryLaboratory(lane, { ...(fault && { fault }), ...(workers && { workers }), ...drain });
  return await runCell(memoryPlan(lane, plan), laboratory, never);
}

const { point } = memoryPlan(memoryLane());
const DISTANT = { point: { ...point, rttMs: 40, jitterMs: 1 } };

async function completedWith(changes: Parameters<typeof runWith>[0] = {}) {
  return completed(await runWith(changes));
}

const codes = (cell: { warnings: readonly { code: string }[] }) => cell.warnings.map(({ code }) => code);

describe.concurrent('a cell', () => {
  it('whose start fails is started once more, in new processes', async () => {
    const lane = memoryLane();
    const { laboratory, calls } = memoryLaboratory(lane, { fault: { child: 'server', call: 'load', act: 'die' } });
    const { laboratory: sound } = memoryLaboratory(lane);
    let servers = 0;
    const openServer = () => (servers++ === 0 ? laboratory : sound).openServer();
    const cell = await runCell(memoryPlan(lane), { ...sound, openServer }, never);
    expect(calls.map(({ call }) => call)).toContain('load');
    expect(servers).toBe(2);
    expect(cell.state).toBe('completed');
  });

  it('holds more for the clients of a worker that lags than for clients that are stalled', async () => {
    const lane = memoryLane();
    const limitAt = async (changes: Partial<typeof point>) => {
      const { laboratory, calls } = memoryLaboratory(lane);
      await runCell(memoryPlan(lane, { point: { ...point, ...changes } }), laboratory, never);
      const listened = calls.find(({ call }) => call === 'listen')?.params as ListenParams | undefined;
      return listened?.options['maxBacklogBytes'];
    };
    expect(await limitAt({})).toBe(64 * 1024 ** 2);
    expect(await limitAt({ clients: 64 })).toBe(8 * 1024 ** 2);
    expect(await limitAt({ stalledClients: 0 })).toBeUndefined();
  });

  it('whose start fails twice has failed', async () => {
    const lane = memoryLane();
    const { laboratory, calls, living } = memoryLaboratory(lane, {
      fault: { child: 'server', call: 'load', act: 'die' },
    });
    expect(await runCell(memoryPlan(lane), laboratory, never)).toMatchObject({ state: 'failed', phase: 'start' });
    expect(calls.filter(({ child, call }) => child === 'server' && call === 'load')).toHaveLength(2);
    expect(living()).toBe(0);
  });

  it('that nothing disturbs is valid: expected = clients × events of the window', async () => {
    const cell = await completedWith();
    expect(cell.delivery).toEqual({
      expected: 60,
      delivered: 60,
      missing: 0,
      duplicated: 0,
      outOfOrder: 0,
      unexpected: 0,
    });
    expect(isValid(cell)).toBe(true);
    expect(cell.latency.count).toBe(60);
    expect(cell.window).toMatchObject({ warmupEvents: 10, events: 20 });
    expect(cell.window.seconds).toBeCloseTo(0.2, 6);
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it('whose events stray over many slots has whole groups of them before and within its window', async () => {
    const cell = await completedWith({
      plan: { arrivals: { process: 'independent', slotGroupSize: 8, quietSlots: 0.5 } },
    });
    // 10 and 20 slots would be the plan's.
    expect(cell.window).toMatchObject({ warmupEvents: 16, events: 24 });
    expect(cell.window.seconds).toBeCloseTo(0.24, 6);
    expect(isValid(cell)).toBe(true);
  });

  it('keeps what its server counted of polls; without parked ones there is nothing to keep', async () => {
    const polled = (answer: object) => ({ ...answer, polls: { answered: 30, empty: 1, parked: 40, queued: 20 } });
    const cell = await completedWith({ fault: { child: 'server', call: 'measure', act: { answer: polled } } });
    expect(cell.polls).toEqual({ answered: 30, empty: 1, parkedDeliveries: 40, queuedDeliveries: 20 });
    expect(metricOf('polls.queuedPercent').of(cell)).toBeCloseTo(33.33, 2);
    const pushed = await completedWith();
    expect(pushed).not.toHaveProperty('polls');
    expect(metricOf('polls.queuedPercent').of(pushed)).toBeUndefined();
  });

  it('merges what its workers saw', async () => {
    const cell = await completedWith({ workers: 2 });
    expect(cell.workers).toHaveLength(2);
    expect(cell.latency.count).toBe(60);
    expect(isValid(cell)).toBe(true);
  });

  it.each([
    ['server', 'listen', 'listen'],
    ['worker', 'connect', 'connect'],
    ['server', 'measure', 'warm-up'],
    ['worker', 'measure', 'warm-up'],
    ['worker', 'close', 'close'],
    ['server', 'close', 'close'],
  ] as const)('whose %s dies at %s fails in phase %s, with the signal', async (child, call, phase) => {
    const cell = await runWith({ fault: { child, call, act: 'die' } });
    expect(cell).toMatchObject({ state: 'failed', phase, error: { signal: 'SIGSEGV', code: null } });
    expect(cell.state === 'failed' && cell.error.message).toContain('told to die');
  });

  it.each([
    ['server', 'listen', 'listen'],
    ['worker', 'connect', 'connect'],
    ['server', 'measure', 'drain'],
    ['worker', 'measure', 'drain'],
    ['worker', 'close', 'close'],
  ] as const)('whose %s hangs at %s fails in phase %s, by the deadline', async (child, call, phase) => {
    const cell = await runWith({ fault: { child, call, act: 'hang' } });
    expect(cell).toMatchObject({ state: 'failed', phase });
    expect(cell.state === 'failed' && cell.error.message).toMatch(/no answer to \w+ within/);
  });

  it('whose server dies while its clients connect says so, and not that they could not', async () => {
    const memory = memoryLane();
    const refused = async () => {
      setTimeout(() => die('server'), 20);
      throw new Error('ECONNREFUSED');
    };
    const lane: Lane = { ...memory, client: async () => ({ defaults: {}, connect: refused }) };
    const { laboratory, die } = memoryLaboratory(lane);
    const cell = await runCell(memoryPlan(lane), laboratory, never);
    expect(cell).toMatchObject({ state: 'failed', phase: 'connect', error: { signal: 'SIGSEGV' } });
    expect(cell.state === 'failed' && cell.error.message).toMatch(/^server, connect: ended with signal SIGSEGV/);
  });

  it('whose server lies about its bytes is invalid, and severely warned of', async () => {
    const lie = (answer: object) => ({ ...answer, wire: { sentBytes: 7, receivedBytes: 0, connections: 0 } });
    const cell = await completedWith({ fault: { child: 'server', call: 'close', act: { answer: lie } } });
    expect(cell.warnings.find(({ code }) => code === 'bytes-disagree')).toMatchObject({ severity: 'severe' });
    expect(isValid(cell)).toBe(false);
  });

  it('with a delivery before its event was due fails', async () => {
    const early = (answer: object) => ({ ...answer, negativeLatencies: 2 });
    const cell = await runWith({ fault: { child: 'worker', call: 'measure', act: { answer: early } } });
    expect(cell.state === 'failed' && cell.error.message).toContain('2 deliveries came before their event was due');
  });

  it('whose numbers the schema refuses fails, and does not spoil the result file', async () => {
    const odd = (answer: object) => ({ ...answer, achievedEventsPerSecond: -1 });
    const cell = await runWith({ fault: { child: 'server', call: 'measure', act: { answer: odd } } });
    expect(cell.state === 'failed' && cell.error.message).toMatch(
      /^server, (measure|drain): answer of measure: achievedEventsPerSecond: /,
    );
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it.each([
    ['worker', 'connect', { options: {}, keys: [1] }, 'worker 1, connect: answer of connect: keys.0: '],
    ['server', 'listen', { url: 'memory:' }, 'server, listen: answer of listen: options: '],
    ['server', 'close', {}, 'server, close: answer of close: wire: '],
    ['server', 'hello', { nowNs: 1, nodeVersion: '', pid: 1 }, 'server, start: answer of hello: message: '],
  ] as const)('fails by name of child, call and field: %s, %s %j', async (child, call, answer, message) => {
    const cell = await runWith({ fault: { child, call, act: { answer: () => answer } } });
    expect(cell.state === 'failed' && cell.error.message).toContain(message);
  });

  it('fails before a child gets parameters that are none', async () => {
    const cell = await runWith({ plan: { seed: 0.5 } });
    expect(cell.state === 'failed' && cell.error.message).toContain('server, listen: params of listen: feed.seed: ');
  });

  it('whose processes do not share a clock fails', async () => {
    const elsewhere = (answer: object) => ({ ...answer, nowNs: 1 });
    const cell = await runWith({ fault: { child: 'worker', call: 'hello', act: { answer: elsewhere } } });
    expect(cell).toMatchObject({ state: 'failed', phase: 'start' });
    expect(cell.state === 'failed' && cell.error.message).toContain('do not share a monotonic clock');
  });

  it('that loses an event is invalid, and says how many', async () => {
    const cell = await completedWith({ tamper: (event, deliver) => numberOf(event) !== 15 && deliver(event) });
    expect(cell.delivery).toMatchObject({ expected: 60, delivered: 57, missing: 3 });
    expect(codes(cell)).toContain('lost');
    expect(isValid(cell)).toBe(false);
  });

  it('that loses an event of the warm-up is invalid too', async () => {
    const cell = await completedWith({ tamper: (event, deliver) => numberOf(event) !== 2 && deliver(event) });
    expect(cell.delivery).toMatchObject({ missing: 0, unexpected: 3 });
    expect(isValid(cell)).toBe(false);
  });

  it('that repeats an event is invalid, and the copy has no latency', async () => {
    const cell = await completedWith({
      tamper: (event, deliver) => {
        deliver(event);
        if (numberOf(event) === 15) deliver(event);
      },
    });
    expect(cell.delivery).toMatchObject({ delivered: 60, duplicated: 3 });
    expect(cell.latency.count).toBe(60);
    expect(codes(cell)).toContain('duplicated');
    expect(isValid(cell)).toBe(false);
  });

  it('that reorders events is invalid', async () => {
    const held: EncodedEvent[] = [];
    const cell = await completedWith({
      tamper: (event, deliver) => {
        if (numberOf(event) === 15) return void held.push(event);
        deliver(event);
        const late = numberOf(event) === 16 ? held.pop() : undefined;
        if (late) deliver(late);
      },
    });
    expect(cell.delivery).toMatchObject({ missing: 0, outOfOrder: 3 });
    expect(codes(cell)).toContain('reordered');
  });

  it('whose payload is not what was asked for is invalid', async () => {
    const cell = await completedWith({
      tamper: (event, deliver) => deliver(numberOf(event) === 15 ? { ...event, text: `${event.text} ` } : event),
    });
    expect(cell.delivery.unexpected).toBe(3);
    expect(codes(cell)).toContain('lost');
  });

  it('that is aborted rejects, and its children are gone', async () => {
    const lane = memoryLane();
    const { laboratory, living } = memoryLaboratory(lane);
    const controller = new AbortController();
    const running = runCell(memoryPlan(lane, { windowSeconds: 60 }), laboratory, controller.signal);
    const rejected = expect(running).rejects.toThrow('aborted');
    await expect.poll(living).toBe(2);
    controller.abort();
    await rejected;
    expect(living()).toBe(0);
  });

  it('that is aborted before anything starts starts nothing', async () => {
    const lane = memoryLane();
    const { laboratory, calls, networks } = memoryLaboratory(lane);
    const controller = new AbortController();
    const calibrateUs = async () => {
      controller.abort();
      return undefined;
    };
    const running = runCell(memoryPlan(lane), { ...laboratory, calibrateUs }, controller.signal);
    await expect(running).rejects.toThrow('aborted');
    await expect(runCell(memoryPlan(lane), laboratory, controller.signal)).rejects.toThrow('aborted');
    expect([calls, networks()]).toEqual([[], 0]);
  });
});

describe.concurrent('a cell with a rehearsal', () => {
  const REHEARSED = { rehearsalSeconds: 0.2 };

  it('runs through all of it once before, with other clients, and counts nothing of that', async () => {
    const lane = memoryLane();
    const { laboratory, calls } = memoryLaboratory(lane);
    const cell = await runCell(memoryPlan(lane, REHEARSED), laboratory, never);
    expect(cell).toMatchObject({ state: 'completed', window: { events: 20 } });
    expect(cell).toMatchObject({ delivery: { expected: 60, delivered: 60, unexpected: 0 }, latency: { count: 60 } });
    const callsOf = (child: string) =>
      calls.flatMap((one) => (one.child === child && !['hello', 'load'].includes(one.call) ? [one.call] : []));
    const first = ['measure', 'close'];
    expect(callsOf('server')).toEqual(['listen', ...first, 'listen', 'collect', ...first]);
    expect(callsOf('worker')).toEqual(['connect', ...first, 'connect', 'collect', ...first]);
    const clients = calls.flatMap(({ call, params }) =>
      call === 'connect' ? [(params as ConnectParams).clients] : [],
    );
    expect(clients[0]).toBeGreaterThan(3);
    expect(clients.at(-1)).toBe(3);
    const rehearsals = calls.flatMap(({ call, params }) =>
      ['listen', 'connect'].includes(call) ? [(params as ConnectParams).isRehearsal ?? false] : [],
    );
    expect(rehearsals).toEqual([true, true, false, false]);
  });

  it('with a burst holds all that may come until a client asks for it', async () => {
    const lane: Lane = { ...memoryLane(), polls: 'timed', idlePeriodMs: 1_000 };
    const { laboratory, calls } = memoryLaboratory(lane);
    const point = { ...memoryPlan(lane).point, clients: 1, eventsPerSecond: 2_500 };
    const controller = new AbortController();
    const running = runCell(
      memoryPlan(lane, { ...REHEARSED, point, warmupSeconds: 0.5 }),
      laboratory,
      controller.signal,
    );
    const listens = () => calls.filter(({ call }) => call === 'listen');
    await expect.poll(listens).toHaveLength(2);
    controller.abort();
    await expect(running).rejects.toThrow('aborted');
    const feeds = calls.flatMap(({ call, params }) => (call === 'listen' ? [(params as ListenParams).feed] : []));
    const { warmupBurst, ring } = feeds.at(-1) ?? {};
    expect(warmupBurst?.events).toBeGreaterThan(10_000);
    expect(ring?.events).toBeGreaterThanOrEqual((warmupBurst?.events ?? 0) + point.eventsPerSecond);
  });

  it.each([
    ['server', 'listen'],
    ['worker', 'connect'],
    ['server', 'measure'],
    ['worker', 'close'],
  ] as const)('whose %s dies in it at %s fails in phase rehearsal', async (child, call) => {
    const cell = await runWith({ plan: REHEARSED, fault: { child, call, act: 'die' } });
    expect(cell).toMatchObject({ state: 'failed', phase: 'rehearsal', error: { signal: 'SIGSEGV' } });
  });
});

describe.concurrent('a cell with a distance', () => {
  it('tells how well the link kept it; one without has no link', async () => {
    const cell = await completedWith({ plan: DISTANT });
    expect(cell.link).toMatchObject({ rttMs: 40, jitterMs: 1, lateness: { chunks: 0 }, residualBytes: 0 });
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
    expect((await completedWith()).link).toBeUndefined();
  });

  it('warms up until its steady state: as long as an event may be under way', async () => {
    const { window } = await completedWith({ plan: { point: { ...point, rttMs: 300 } } });
    expect(window).toMatchObject({ warmupEvents: 60, events: 20 });
  });

  it('sends every client through the link, and those of the relay through both', async () => {
    const vias: ClientContext['via'][] = [];
    const lane = withConnect(memoryLane(), (connect) => (context, ...others) => {
      vias.push(context.via);
      return connect(context, ...others);
    });
    const { laboratory, calls } = memoryLaboratory(lane);
    await runCell(memoryPlan(lane, { ...DISTANT, ledgerClients: 1 }), laboratory, never);
    const relayed = calls.find(({ child, call }) => child === 'relay' && call === 'open')?.params as TapParams;
    const clients = vias.map((via) => via?.port);
    const linkPort = relayed.via?.port;
    expect(linkPort).toBeGreaterThan(0);
    expect(clients.filter((port) => port === linkPort)).toHaveLength(2);
    expect(new Set(clients).size).toBe(2);
  });

  it('keeps samples of what passed in the first round, where the relay reads along with every client', async () => {
    const websocket = findLane('websocket');
    const samplesOf = async (round: number, ledgerClients: number) => {
      const plan = memoryPlan(websocket, { round, ledgerClients });
      const { wire } = completed(await runCell(plan, memoryLaboratory(websocket).laboratory, never));
      return wire.ledger?.samples?.map(({ kind }) => kind);
    };
    // On a loaded machine the cell may last until a ping.
    const kinds = await samplesOf(1, point.clients);
    expect(kinds?.filter((kind) => kind !== 'keepAlive')).toEqual(['opening', 'event', 'close']);
    expect(await samplesOf(2, point.clients)).toBeUndefined();
    expect(await samplesOf(1, 1)).toBeUndefined();
  });

  it.each([
    ['sse', 'event-stream', []],
    ['sse', 'lines', ['ledger-miscounted']],
    ['streaming', 'lines', []],
    ['streaming', 'event-stream', ['ledger-miscounted']],
    ['polling', 'frames', ['ledger-miscounted']],
    ['websocket', 'lines', ['ledger-residual', 'ledger-miscounted']],
  ] as const)('of %s whose row says that events are %s is warned of %j', async (id, events, expected) => {
    const lane: Lane = { ...findLane(id), events };
    const plan = memoryPlan(lane, { ledgerClients: point.clients });
    const cell = completed(await runCell(plan, memoryLaboratory(lane).laboratory, never));
    expect(codes(cell).filter((code) => code !== 'ledger-blind' && code.startsWith('ledger'))).toEqual(expected);
    if (expected.length > 0) expect(isValid(cell)).toBe(false);
  });

  it.each([
    ['open', 'listen'],
    ['measure', 'warm-up'],
    ['close', 'close'],
  ])('whose link dies at %s fails in phase %s', async (call, phase) => {
    const cell = await runWith({ plan: DISTANT, fault: { child: 'link', call, act: 'die' } });
    expect(cell).toMatchObject({ state: 'failed', phase, error: { signal: 'SIGSEGV' } });
  });

  it('whose link lost bytes says how many', async () => {
    const lose = (answer: object) => ({
      ...answer,
      clientSide: { sentBytes: 90, receivedBytes: 50, connections: 1 },
      serverSide: { sentBytes: 45, receivedBytes: 92, connections: 1 },
    });
    const cell = await completedWith({ plan: DISTANT, fault: { child: 'link', call: 'close', act: { answer: lose } } });
    expect(cell.link?.residualBytes).toBe(7);
  });
});

describe.concurrent("a cell whose distance is the kernel's", () => {
  const FAR = { point: { ...point, rttMs: 40, link: 'netem' as const, lossPercent: 1 } };

  it('has its server listen where the network is, its clients connect there, and no link between them', async () => {
    const lane = memoryLane();
    const { laboratory, calls, networks } = memoryLaboratory(lane);
    const cell = await runCell(memoryPlan(lane, FAR), laboratory, never);
    expect(cell.state === 'completed' && isValid(cell)).toBe(true);
    const paramsOf = (call: string) => calls.find((one) => one.call === call)?.params;
    expect(paramsOf('listen')).toMatchObject({ address: '127.0.0.1' });
    expect(paramsOf('connect')).toMatchObject({ via: undefined });
    expect(calls.filter(({ child }) => child === 'link')).toEqual([]);
    expect(networks()).toBe(0);
  });

  it('has what it passed on and dropped within the window', async () => {
    const lane = memoryLane();
    const { laboratory } = memoryLaboratory(lane);
    const counts = [10, 110].map((sent) => ({ up: { sent, dropped: 1 }, down: { sent: 2 * sent, dropped: sent } }));
    const openNetwork = () => ({ ...laboratory.openNetwork(FAR.point), readPackets: async () => counts.shift() });
    const cell = await runCell(memoryPlan(lane, FAR), { ...laboratory, openNetwork }, never);
    expect(cell.state === 'completed' && cell.netem).toEqual({
      up: { sentPackets: 100, droppedPackets: 0 },
      down: { sentPackets: 200, droppedPackets: 100 },
    });
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it('closes its network when it fails, and when it is aborted', async () => {
    const lane = memoryLane();
    const failing = memoryLaboratory(lane, { fault: { child: 'server', call: 'listen', act: 'die' } });
    expect(await runCell(memoryPlan(lane, FAR), failing.laboratory, never)).toMatchObject({ state: 'failed' });
    expect(failing.networks()).toBe(0);
    const { laboratory, networks } = memoryLaboratory(lane);
    const controller = new AbortController();
    const running = runCell(memoryPlan(lane, { ...FAR, windowSeconds: 60 }), laboratory, controller.signal);
    const rejected = expect(running).rejects.toThrow('aborted');
    await expect.poll(networks).toBe(1);
    controller.abort();
    await rejected;
    expect(networks()).toBe(0);
  });

  it('fails when there is none to be had, and says why', async () => {
    const lane = memoryLane();
    const openNetwork = () => {
      throw new Error('needs root');
    };
    const cell = await runCell(memoryPlan(lane, FAR), { ...memoryLaboratory(lane).laboratory, openNetwork }, never);
    expect(cell).toMatchObject({ state: 'failed', phase: 'start', error: { message: 'needs root' } });
  });
});

describe('clients are shared out', () => {
  it.each([
    [10, 3, [3, 3, 4]],
    [2, 2, [1, 1]],
    [1_000, 1, [1_000]],
  ])('%i among %i workers, each once', (clients, workers, expected) => {
    const shares = Array.from({ length: workers }, (_, index) => clientsOfWorker({ clients }, 0, workers, index));
    expect(shares.map((one) => one.clients)).toEqual(expected);
    expect(shares.map((one) => one.firstClient)).toEqual(
      expected.map((_, index) => expected.slice(0, index).reduce((sum, one) => sum + one, 0)),
    );
  });

  it('without the first ones, which the probe has', () => {
    const shares = [0, 1].map((index) => clientsOfWorker({ clients: 10 }, 4, 2, index));
    expect(shares).toEqual([
      { firstClient: 4, clients: 3 },
      { firstClient: 7, clients: 3 },
    ]);
  });

  it('as they are without those that stop reading, which the last worker has besides', () => {
    const shares = (stalledClients: number) =>
      [0, 1, 2].map((index) => clientsOfWorker({ clients: 20, stalledClients }, 0, 3, index));
    const [first, second, last] = shares(0);
    expect(shares(2)).toEqual([first, second, { ...last, clients: (last?.clients ?? 0) + 2 }]);
  });
});
