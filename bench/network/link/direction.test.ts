import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualTime } from '../../measure/test-time.ts';
import { DelayQueue } from './delay-queue.ts';
import { type Destination, Direction } from './direction.ts';
import { Path } from './path.ts';

/** Remembers what it is told and when; takes no more after so many bytes, until it is drained. */
class TestOutlet extends EventEmitter implements Destination {
  readonly said: [string, number][] = [];
  destroyed = false;
  roomBytes = Number.POSITIVE_INFINITY;
  readonly #readMs: () => number;

  constructor(readMs: () => number) {
    super();
    this.#readMs = readMs;
  }

  get text(): string {
    return this.said.map(([what]) => what).join('');
  }

  write(chunk: Buffer): boolean {
    this.said.push([chunk.toString(), this.#readMs()]);
    this.roomBytes -= chunk.length;
    return this.roomBytes > 0;
  }

  drain(roomBytes = Number.POSITIVE_INFINITY): void {
    this.roomBytes = roomBytes;
    this.emit('drain');
  }

  end(): void {
    this.said.push(['<end>', this.#readMs()]);
  }

  resetAndDestroy(): void {
    this.said.push(['<reset>', this.#readMs()]);
    this.destroyed = true;
  }
}

function openDirection(conditions: Partial<ConstructorParameters<typeof Path>[0]> = {}) {
  const time = new ManualTime(1e9);
  const startNs = time.nowNs;
  const queue = new DelayQueue(time, time.clock);
  const destination = new TestOutlet(() => (time.nowNs - startNs) / 1e6);
  const source = { isPaused: false, pause: () => pause(true), resume: () => pause(false) };
  const pause = (isPaused: boolean) => {
    source.isPaused = isPaused;
  };
  const latenessNs: number[] = [];
  const direction = new Direction(new Path({ rttMs: 100, seed: 7, ...conditions }, 0, 0), queue, {
    source,
    open: () => destination,
    onChunk: (late) => latenessNs.push(late),
  });
  return { time, destination, source, direction, latenessNs, queue };
}

const CHUNK = Buffer.alloc(64 * 1024, 'x');

describe('a direction', () => {
  test('hands on chunks, the end and a reset in order, each after its delay', () => {
    const { time, destination, direction } = openDirection();
    direction.chunk(Buffer.from('a'));
    time.advanceMs(10);
    direction.chunk(Buffer.from('b'));
    direction.end();
    time.advanceMs(5);
    direction.reset();
    time.advanceMs(200);
    expect(destination.said).toEqual([
      ['a', 50],
      ['b', 60],
      ['<end>', 60],
      ['<reset>', 65],
    ]);
  });

  test('opens its destination when the opening has travelled', () => {
    const time = new ManualTime(1e9);
    let opened = 0;
    const open = () => {
      opened++;
      return new TestOutlet(() => 0);
    };
    const path = new Path({ rttMs: 100, seed: 7 }, 0, time.nowNs + 100e6);
    const queue = new DelayQueue(time, time.clock);
    new Direction(path, queue, { source: { pause() {}, resume() {} }, open, onChunk() {} });
    time.advanceMs(149.9);
    expect(opened).toBe(0);
    time.advanceMs(1_000);
    expect(opened).toBe(1);
  });

  test('keeps every byte in its place, whatever conditions, chunks and readers', () => {
    const step = fc.record({
      text: fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }),
      waitMs: fc.integer({ min: 0, max: 20 }),
      roomBytes: fc.integer({ min: 1, max: 60 }),
    });
    const conditions = fc.record({
      jitterMs: fc.integer({ min: 0, max: 100 }),
      bandwidthBitsPerSecond: fc.option(fc.integer({ min: 1e3, max: 1e6 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(conditions, fc.array(step, { maxLength: 40 }), (given, steps) => {
        const { time, destination, direction, queue } = openDirection(given);
        for (const { text, waitMs, roomBytes } of steps) {
          direction.chunk(Buffer.from(text, 'latin1'));
          time.advanceMs(waitMs);
          destination.drain(roomBytes);
        }
        direction.end();
        time.advanceMs(60_000);
        destination.drain();
        time.advanceMs(60_000);
        expect(destination.text).toBe(`${steps.map(({ text }) => text).join('')}<end>`);
        expect(queue.waiting).toBe(0);
      }),
    );
  });

  test('waits for a far end that takes no more, and makes its source wait when it is full', () => {
    const { time, destination, source, direction } = openDirection();
    destination.roomBytes = 1;
    let sent = 0;
    while (!source.isPaused && sent < 10_000) {
      direction.chunk(CHUNK);
      sent++;
    }
    expect(sent * CHUNK.length).toBeLessThan(5 * 1024 * 1024);
    time.advanceMs(10_000);
    expect(destination.said).toHaveLength(1);
    destination.drain(1);
    time.advanceMs(0);
    expect(destination.said).toHaveLength(2);
    expect(source.isPaused).toBe(false);
    destination.drain();
    time.advanceMs(0);
    expect(destination.said).toHaveLength(sent);
  });

  test('makes its source wait for a bandwidth', () => {
    const { time, destination, source, direction } = openDirection({ bandwidthBitsPerSecond: 8e6 });
    for (let n = 0; n < 5_000; n++) {
      if (!source.isPaused) direction.chunk(CHUNK);
      time.advanceMs(1);
    }
    // A byte per µs for 5 s, without the first 50 ms and the last.
    expect(destination.text.length).toBeGreaterThan(4.8e6);
    expect(destination.text.length).toBeLessThan(5e6);
  });

  test('makes its source wait for its number of chunks too: each takes memory besides its bytes', () => {
    const { source, direction } = openDirection();
    let sent = 0;
    while (!source.isPaused && sent < 100_000) {
      direction.chunk(Buffer.from('x'));
      sent++;
    }
    expect(sent).toBeLessThan(20_000);
  });

  test('counts a chunk as late from when it was due, or from when the far end took it again', () => {
    const { time, destination, direction, latenessNs } = openDirection();
    destination.roomBytes = 1;
    direction.chunk(Buffer.from('a'));
    direction.chunk(Buffer.from('b'));
    time.advanceMs(80);
    destination.drain();
    time.advanceMs(0);
    expect(latenessNs).toEqual([0, 0]);
    direction.chunk(Buffer.from('c'));
    time.nowNs += 53e6;
    time.advanceMs(0);
    expect(latenessNs.at(-1)).toBe(3e6);
  });

  test('that is reset does not wait for a far end that takes no more', () => {
    const { time, destination, direction } = openDirection();
    destination.roomBytes = 1;
    direction.chunk(Buffer.from('a'));
    direction.chunk(Buffer.from('b'));
    time.advanceMs(60);
    expect(destination.text).toBe('a');
    direction.reset();
    time.advanceMs(60);
    expect(destination.text).toBe('ab<reset>');
  });

  test('whose far end is gone drops what comes, and does not make its source wait', () => {
    const { time, destination, source, direction, queue } = openDirection();
    time.advanceMs(60);
    destination.destroyed = true;
    for (let n = 0; n < 200; n++) {
      direction.chunk(CHUNK);
      time.advanceMs(60);
    }
    expect(destination.said).toEqual([]);
    expect(source.isPaused).toBe(false);
    expect(queue.waiting).toBe(0);
  });
});
