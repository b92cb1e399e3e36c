import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { nowNs } from '../../bench/measure/clock.ts';
import type { RunDelay } from './run-delay.ts';
import { Turns } from './turns.ts';

/** The kernel's account, as the test fills it. */
function open(totals: (number | null)[] = []) {
  const delay = { totalNs: () => totals.shift() ?? null, close() {} } as unknown as RunDelay;
  const turns = new Turns(delay);
  const told: { what: string; receivedNs: number; startNs: number; idleSinceNs: number }[] = [];
  const connect = (name: string) => {
    const socket = new EventEmitter() as Socket;
    const note = (what: string, receivedNs = 0) => {
      told.push({ what, receivedNs, startNs: turns.startNs, idleSinceNs: turns.idleSinceNs });
    };
    turns.read(socket, {
      data: (chunk, receivedNs) => note(`${name} ${chunk}`, receivedNs),
      closed: (failure) => note(`${name} closed: ${failure?.message}`),
    });
    return socket;
  };
  return { turns, told, connect };
}

const say = (socket: Socket, text: string) => socket.emit('data', Buffer.from(text));

describe('a turn', () => {
  test('stamps all chunks before the first is read, and tells of them in their order', async () => {
    const { connect, told } = open();
    const [a, b] = [connect('a'), connect('b')];
    const fromNs = nowNs();
    say(a, '1');
    say(b, '2');
    say(a, '3');
    const toNs = nowNs();
    expect(told).toEqual([]);
    await nextTurn();
    expect(told.map(({ what }) => what)).toEqual(['a 1', 'b 2', 'a 3']);
    const stamps = told.map(({ receivedNs }) => receivedNs);
    expect(stamps).toEqual(stamps.toSorted((x, y) => x - y));
    expect(stamps[0]).toBeGreaterThanOrEqual(fromNs);
    expect(stamps[2]).toBeLessThanOrEqual(toNs);
    expect(new Set(told.map(({ startNs }) => startNs))).toEqual(new Set([stamps[0]]));
  });

  test('begins with its own first stamp, and knows when the one before was done', async () => {
    const { turns, connect, told } = open();
    const socket = connect('a');
    const openedNs = turns.idleSinceNs;
    say(socket, '1');
    await nextTurn();
    const doneNs = turns.idleSinceNs;
    say(socket, '2');
    await nextTurn();
    const [first, second] = told;
    expect(first).toMatchObject({ startNs: first?.receivedNs, idleSinceNs: openedNs });
    expect(second).toMatchObject({ startNs: second?.receivedNs, idleSinceNs: doneNs });
    expect(doneNs).toBeGreaterThan(first?.receivedNs ?? Number.NaN);
    expect(second?.receivedNs).toBeGreaterThanOrEqual(doneNs);
  });

  test('tells the end of a connection after what came before it, and why', async () => {
    const { connect, told } = open();
    const [a, b] = [connect('a'), connect('b')];
    say(a, '1');
    a.emit('error', new Error('reset'));
    a.emit('close');
    b.emit('close');
    await nextTurn();
    expect(told.map(({ what }) => what)).toEqual(['a 1', 'a closed: reset', 'b closed: undefined']);
  });

  test('has the run delay since the end of the one before, without that of its own parsing', async () => {
    // When it is made; before and after the parsing of two turns.
    const { turns, connect } = open([100, 130, 500, 507, 600]);
    const delays: (number | null)[] = [];
    turns.onEnd = (delayNs) => delays.push(delayNs);
    const socket = connect('a');
    for (const text of ['1', '2']) {
      say(socket, text);
      await nextTurn();
    }
    expect(delays).toEqual([30, 7]);
  });

  test('has none where the kernel does not tell', async () => {
    const { turns, connect } = open();
    const delays: (number | null)[] = [];
    turns.onEnd = (delayNs) => delays.push(delayNs);
    say(connect('a'), '1');
    await nextTurn();
    expect(delays).toEqual([null]);
  });
});
