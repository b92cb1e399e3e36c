import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ReconnectPolicy } from '../../bench/contract/calls.ts';
import { eventOf, RecordingSink, range } from '../../bench/contract/test-support.ts';
import type { ClientContext, ClientTransport, EventSink, PushClient } from '../../bench/contract/transport.ts';
import { reconnecting } from './reconnecting.ts';

const POLICY: ReconnectPolicy = { spreadMs: 1_000, capMs: 4_000, deadlineMs: 3_000 };
const GONE = { kind: 'error', message: 'gone' } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Attempt {
  readonly atMs: number;
  readonly since: number | undefined;
  readonly sink: EventSink;
}

/** A transport whose server does as the test says; `meets` is asked at each attempt. */
function scripted(meets: (attempt: number) => 'accepts' | 'refuses' | 'hangs' = () => 'accepts') {
  const attempts: Attempt[] = [];
  const answers: (() => void)[] = [];
  let open = 0;
  const transport: ClientTransport = {
    defaults: {},
    connect({ since }, sink) {
      const how = meets(attempts.length);
      attempts.push({ atMs: performance.now(), since, sink });
      if (how === 'refuses') return Promise.reject(new Error('refused'));
      return new Promise<PushClient>((resolve) => {
        const accept = () => {
          open++;
          resolve({ close: async () => void open-- });
        };
        answers.push(accept);
        if (how === 'accepts') accept();
      });
    },
  };
  return { transport, attempts, answers, open: () => open };
}

async function connect(
  transport: ClientTransport,
  { phase = 0.3, policy = POLICY, since = undefined as number | undefined } = {},
) {
  const sink = new RecordingSink();
  const context = { phase, ...(since !== undefined && { since }) } as ClientContext;
  const client = await reconnecting(transport, policy).connect(context, sink, {});
  return { sink, client };
}

const last = (attempts: readonly Attempt[]) => attempts[attempts.length - 1] as Attempt;
const give = ({ sink }: Attempt, seq: number) => sink.event(eventOf(seq).text, 1);

/** From loss to attempt and from attempt to attempt, while no server listens. */
async function waitsOf(phase: number, count: number): Promise<number[]> {
  const { transport, attempts } = scripted((attempt) => (attempt === 0 ? 'accepts' : 'refuses'));
  const { client } = await connect(transport, { phase });
  const lostMs = performance.now();
  last(attempts).sink.closed(GONE);
  await vi.advanceTimersByTimeAsync(count * POLICY.capMs);
  await client.close();
  const instants = [lostMs, ...attempts.slice(1).map(({ atMs }) => atMs)];
  return instants.slice(1, count + 1).map((atMs, index) => atMs - (instants[index] as number));
}

describe('a client that lost its connection', () => {
  test('waits within a spread that doubles with each failure, up to its cap', async () => {
    const all: number[][] = [];
    for (const client of range(0, 199)) all.push(await waitsOf(client / 200, 5));
    for (const [attempt, spreadMs] of [1_000, 2_000, 4_000, 4_000, 4_000].entries()) {
      const delaysMs = all.map((waitsMs) => waitsMs[attempt] as number);
      expect(Math.max(...delaysMs)).toBeLessThanOrEqual(spreadMs);
      expect(Math.max(...delaysMs)).toBeGreaterThan(spreadMs * 0.9);
      expect(Math.min(...delaysMs)).toBeLessThan(spreadMs * 0.1);
      const mean = delaysMs.reduce((sum, waitMs) => sum + waitMs, 0) / delaysMs.length;
      expect(mean / spreadMs).toBeGreaterThan(0.4);
      expect(mean / spreadMs).toBeLessThan(0.6);
    }
  });

  test('has delays of its own, the same each time', async () => {
    expect(await waitsOf(0.3, 4)).toEqual(await waitsOf(0.3, 4));
    expect(await waitsOf(0.3, 4)).not.toEqual(await waitsOf(0.7, 4));
  });

  test('waits anew each time', async () => {
    const { transport, attempts } = scripted();
    await connect(transport);
    const delaysMs = [];
    for (const seq of range(1, 3)) {
      give(last(attempts), seq);
      const lostMs = performance.now();
      last(attempts).sink.closed(GONE);
      await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
      delaysMs.push(last(attempts).atMs - lostMs);
    }
    expect(new Set(delaysMs).size).toBe(3);
  });

  test('comes back with the cursor of the last event it has, and hands on what follows', async () => {
    const { transport, attempts } = scripted();
    const { sink } = await connect(transport, { since: 3 });
    for (const seq of [4, 5]) give(last(attempts), seq);
    last(attempts).sink.closed(GONE);
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    last(attempts).sink.gap(5, 7);
    give(last(attempts), 7);
    last(attempts).sink.closed(GONE);
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    expect(attempts.map(({ since }) => since)).toEqual([3, 5, 7]);
    expect(sink).toMatchObject({ seqs: [4, 5, 7], gaps: [{ after: 5, oldest: 7 }], closes: [] });
  });

  test('that had no event yet comes back as it came', async () => {
    const { transport, attempts } = scripted();
    await connect(transport);
    last(attempts).sink.closed(GONE);
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    expect(attempts.map(({ since }) => since)).toEqual([undefined, undefined]);
  });

  test('hears nothing more of the connection that it lost', async () => {
    const { transport, attempts } = scripted();
    const { sink } = await connect(transport);
    const [first] = attempts as [Attempt];
    first.sink.closed(GONE);
    first.sink.closed(GONE);
    give(first, 1);
    first.sink.gap(1, 5);
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    expect(attempts).toHaveLength(2);
    expect(sink.calls).toBe(0);
  });

  test('keeps its spread until an event came: a server may take connections and end them', async () => {
    const { transport, attempts } = scripted();
    const { client } = await connect(transport);
    const delaysMs: number[] = [];
    for (let round = 0; round < 6; round++) {
      const lostMs = performance.now();
      last(attempts).sink.closed(GONE);
      await vi.advanceTimersByTimeAsync(POLICY.capMs);
      delaysMs.push(last(attempts).atMs - lostMs);
    }
    expect(Math.max(...delaysMs)).toBeGreaterThan(POLICY.spreadMs);
    give(last(attempts), 1);
    last(attempts).sink.closed(GONE);
    const before = attempts.length;
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    expect(attempts).toHaveLength(before + 1);
    await client.close();
  });
});

describe('an attempt that is not answered', () => {
  test('is given up at its deadline, and closed when it is answered after all', async () => {
    const { transport, attempts, answers, open } = scripted((attempt) => (attempt === 1 ? 'hangs' : 'accepts'));
    const { sink, client } = await connect(transport);
    last(attempts).sink.closed(GONE);
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    expect(attempts).toHaveLength(2);
    const deadlineMs = last(attempts).atMs + POLICY.deadlineMs;
    await vi.advanceTimersByTimeAsync(deadlineMs - performance.now() - 1);
    expect(attempts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1 + 2 * POLICY.spreadMs);
    expect(attempts).toHaveLength(3);

    const held = open();
    answers[1]?.();
    give(attempts[1] as Attempt, 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(open()).toBe(held);
    expect(sink.calls).toBe(0);
    await client.close();
  });
});

describe('a client that is closed', () => {
  test('tries no more, whether it waits or is connected', async () => {
    for (const isWaiting of [true, false]) {
      const { transport, attempts, open } = scripted();
      const { sink, client } = await connect(transport);
      if (isWaiting) last(attempts).sink.closed(GONE);
      await Promise.all([client.close(), client.close()]);
      if (!isWaiting) expect(open()).toBe(0);
      last(attempts).sink.closed(GONE);
      give(last(attempts), 1);
      await vi.advanceTimersByTimeAsync(10 * POLICY.capMs);
      expect(attempts).toHaveLength(1);
      expect(sink.calls).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test('closes the connection that an attempt under way brings', async () => {
    const { transport, attempts, answers, open } = scripted((attempt) => (attempt === 1 ? 'hangs' : 'accepts'));
    const { sink, client } = await connect(transport);
    last(attempts).sink.closed(GONE);
    await vi.advanceTimersByTimeAsync(POLICY.spreadMs);
    const held = open();
    const closed = client.close();
    answers[1]?.();
    give(attempts[1] as Attempt, 1);
    await closed;
    expect(open()).toBe(held);
    expect(sink.calls).toBe(0);
  });
});

describe('the first connection', () => {
  test.each([
    ['that is refused', 'refuses', 'refused'],
    ['that is not answered in time', 'hangs', 'no answer within 3000 ms'],
  ] as const)('%s is not tried again', async (_name, how, reason) => {
    const { transport, attempts } = scripted(() => how);
    const refused = expect(connect(transport)).rejects.toThrow(reason);
    await vi.advanceTimersByTimeAsync(10 * POLICY.capMs);
    await refused;
    expect(attempts).toHaveLength(1);
  });
});
