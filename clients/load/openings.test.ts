import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { MeasureParams, Tapping } from '../../bench/contract/calls.ts';
import { EVENTS_BEFORE_HELD, HELD_CURSOR } from '../../bench/contract/child.ts';
import { encodeEvent } from '../../bench/contract/event.ts';
import type { ClientContext, ClientTransport, EventSink } from '../../bench/contract/transport.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { mergeLatency } from '../../bench/measure/latency.ts';
import { openScript } from '../tests/support.ts';
import { tcp } from '../transports/tcp.ts';
import type { Load } from './load.ts';
import { openOnce } from './opening.ts';
import { prepareOpenings } from './openings.ts';

const PAYLOAD_BYTES = 100;
const ITS_EVENT = HELD_CURSOR + 1;
const its = encodeEvent(ITS_EVENT, 0, 0.5, PAYLOAD_BYTES).text;

/** What happens to the client with this number, from 0. */
type Fate = (sink: EventSink, number: number, context: ClientContext) => void | Promise<void>;

const gets = (...texts: string[]) => {
  return (sink: EventSink) => {
    for (const text of texts) sink.event(text, nowNs());
  };
};
/** All but the second get their event and nothing else. */
const second =
  (fate: Fate): Fate =>
  (sink, number, context) =>
    (number === 1 ? fate : gets(its))(sink, number, context);

function prepare(fate: Fate, { clients = 3, tap }: { clients?: number; tap?: Tapping } = {}) {
  const contexts: ClientContext[] = [];
  let open = 0;
  let mostOpen = 0;
  const transport: ClientTransport = {
    defaults: {},
    async connect(context, sink) {
      contexts.push(context);
      open++;
      mostOpen = Math.max(mostOpen, open);
      await fate(sink, contexts.length - 1, context);
      return {
        async close() {
          await new Promise(setImmediate);
          open--;
        },
      };
    },
  };
  const spec = { transport, options: {}, url: 'test://any', headers: 'minimal', meter: new ByteMeter() } as const;
  const load = prepareOpenings({ ...spec, clients, firstClient: 0, seed: 7, tap });
  return { load, contexts, mostOpen: () => mostOpen };
}

/** Without a warm-up, and with this much time. */
function run(load: Load, giveUpMs = 5_000, warmupMs = 0) {
  const startNs = nowNs();
  const params: MeasureParams = {
    startNs,
    warmupEvents: EVENTS_BEFORE_HELD + 1,
    windowEvents: 0,
    windowNs: [startNs + warmupMs * 1e6, startNs + warmupMs * 1e6],
    giveUpNs: startNs + giveUpMs * 1e6,
    payloadBytes: PAYLOAD_BYTES,
  };
  return load.run(params);
}

describe('connections opened one after another', () => {
  test('are as many as there are clients, never two at a time, each with its cursor and asking at once', async () => {
    const { load, contexts, mostOpen } = prepare(gets(its), { clients: 5 });
    const { delivery, opened, firstProblem } = await run(load);
    expect(delivery).toMatchObject({ expected: 5, delivered: 5, missing: 0, unexpected: 0 });
    expect(opened?.count).toBe(5);
    expect(mergeLatency([opened?.firstEvent ?? '']).count).toBe(5);
    expect(firstProblem).toBeUndefined();
    expect(mostOpen()).toBe(1);
    expect(contexts.map(({ since, phase }) => ({ since, phase }))).toEqual(
      Array(5).fill({ since: HELD_CURSOR, phase: 0 }),
    );
  });

  test('share nothing: what others have open is not theirs', async () => {
    const { load, contexts } = prepare(gets(its));
    await run(load);
    expect(contexts.map(({ swarm }) => swarm)).toEqual([undefined, undefined, undefined]);
  });

  test('take the time from the call to the first reading of the clock', async () => {
    const late = 50e6;
    const { load } = prepare((sink) => sink.event(its, nowNs() + late), { clients: 1 });
    const { opened } = await run(load);
    expect(mergeLatency([opened?.firstEvent ?? '']).minUs).toBeGreaterThanOrEqual(late / 1e3);
  });

  test.each<[string, Fate, number, string]>([
    ['is refused', () => Promise.reject(new Error('the door is shut')), 0, 'connection 2: the door is shut'],
    [
      'gets another event',
      gets(encodeEvent(1, 0, 0.5, PAYLOAD_BYTES).text),
      1,
      'connection 2: not its event: {"seq":1,',
    ],
    ['gets another payload', gets(`${its} `), 1, 'connection 2: not its event'],
    ['gets its event twice', gets(its, its), 1, 'connection 2: one event too many'],
    ['is told of a gap', (sink) => sink.gap(1, 5), 1, 'connection 2: events after 1 and before 5 left the ring'],
    [
      'is closed before its event',
      (sink) => void setImmediate(() => sink.closed({ kind: 'server', code: 1001, message: 'bye' })),
      1,
      'connection 2: closed (server, 1001): bye',
    ],
  ])('count one that %s as missing, say why, and go on', async (_name, fate, unexpected, why) => {
    const { load } = prepare(second(fate));
    const { delivery, opened, firstProblem } = await run(load);
    expect(delivery).toMatchObject({ expected: 3, delivered: 2, missing: 1, unexpected });
    expect(opened?.count).toBe(2);
    expect(firstProblem).toContain(why);
  });

  test.each<[string, Fate]>([
    ['whose event never comes', () => {}],
    ['that never connects', () => new Promise(() => {})],
  ])('do not wait longer than they may for one %s', async (_name, fate) => {
    // The clock stands still until the second client connects, however slow the machine is.
    let nowMs = 0;
    const clock = vi.spyOn(process, 'hrtime').mockImplementation(() => [0, nowMs * 1e6]);
    onTestFinished(() => clock.mockRestore());
    const giveUpMs = 20;
    const { load } = prepare(
      second((...client) => {
        nowMs = giveUpMs;
        return fate(...client);
      }),
    );
    const { delivery, firstProblem } = await run(load, giveUpMs);
    expect(delivery).toMatchObject({ expected: 3, delivered: 1, missing: 2, unexpected: 0 });
    expect(firstProblem).toBe('connection 2: its event did not come in time');
  });

  test('are not dropped before their time', async () => {
    // In a busy event loop: one that sleeps wakes late enough to hide a timer that is due too early.
    let isBusy = true;
    const turn = () => isBusy && setImmediate(turn);
    turn();
    onTestFinished(() => {
      isBusy = false;
    });
    // Late in a millisecond, with a fraction of one to wait: where cutting to whole ones loses most.
    while (nowNs() % 1e6 < 0.9e6);
    const giveUpNs = nowNs() + 5.95e6;
    await openOnce(() => new Promise(() => {}), giveUpNs);
    expect(nowNs()).toBeGreaterThanOrEqual(giveUpNs);
  });

  test('come before the window too, uncounted, but not unwatched', async () => {
    const inTime = prepare(gets(its));
    expect((await run(inTime.load, 5_000, 20)).opened?.count).toBe(3);
    expect(inTime.contexts.length).toBeGreaterThan(3);
    const failing = prepare((sink, number) => gets(number === 0 ? 'nothing' : its)(sink));
    const { delivery, firstProblem } = await run(failing.load, 5_000, 20);
    expect(delivery).toMatchObject({ delivered: 3, missing: 0 });
    expect(delivery.unexpected).toBeGreaterThan(0);
    expect(firstProblem).toBe('before the window: not its event: nothing');
  });

  test('behind a relay are counted, and timed only where there are no others', async () => {
    const tap = { host: '127.0.0.1', port: 9, clients: 1, ofClients: 3 };
    for (const [areTimed, timed] of [
      [false, 2],
      [true, 3],
    ] as const) {
      const { load, contexts } = prepare(gets(its), { tap: { ...tap, areTimed } });
      const { opened } = await run(load);
      expect(opened?.count).toBe(3);
      expect(mergeLatency([opened?.firstEvent ?? '']).count).toBe(timed);
      expect(contexts.filter(({ via }) => via?.port === 9)).toHaveLength(1);
    }
  });

  test('count the bytes up to the event, and not those after it', async () => {
    const server = await openScript((socket) => {
      socket.write('\n');
      socket.write(`${its}\n`, () => setTimeout(() => socket.write('.'.repeat(500)), 20));
    }, '\n');
    const meter = new ByteMeter();
    const url = `tcp://127.0.0.1:${server.port}`;
    // It lingers: what comes after the event is on the socket when it closes.
    const transport: ClientTransport = {
      defaults: {},
      async connect(context, sink, options) {
        const client = await tcp.connect(context, sink, options);
        return {
          async close() {
            await new Promise((resolve) => setTimeout(resolve, 60));
            await client.close();
          },
        };
      },
    };
    const spec = { transport, options: {}, url, headers: 'minimal', meter, firstClient: 0, seed: 7 } as const;
    const { opened } = await run(prepareOpenings({ ...spec, clients: 2 }));
    const upBytes = `since=${HELD_CURSOR}&ack=1\n`.length;
    expect(opened).toMatchObject({ upBytes: 2 * upBytes, downBytes: 2 * (1 + PAYLOAD_BYTES + 1) });
    expect(meter.read().receivedBytes).toBeGreaterThan(opened?.downBytes ?? 0);
  });
});
