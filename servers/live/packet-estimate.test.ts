import { expect, test } from 'vitest';
import { PacketEstimate } from './packet-estimate.ts';

/** Headers of a packet, and those of the seven that open and close a connection. */
const PACKET = 52;
const CONNECTION = 60 + 60 + 5 * PACKET;

function headers(said: readonly (readonly ['up' | 'down', number])[]): number {
  let nowNs = 0;
  const estimate = new PacketEstimate(() => nowNs);
  const connection = estimate.connection();
  for (const [direction, bytes] of said) {
    connection.carry(direction, bytes);
    nowNs += 10e6;
  }
  return estimate.headerBytes - CONNECTION;
}

test('each event that is pushed is a packet down and an acknowledgement up', () => {
  expect(
    headers([
      ['down', 132],
      ['down', 132],
      ['down', 132],
    ]),
  ).toBe(6 * PACKET);
});

test('an answer carries the acknowledgement of its request, and the next request that of the answer', () => {
  expect(
    headers([
      ['up', 500],
      ['down', 200],
    ]),
  ).toBe(3 * PACKET);
  expect(
    headers([
      ['up', 500],
      ['down', 200],
      ['up', 500],
      ['down', 200],
    ]),
  ).toBe(5 * PACKET);
});

test('an answer that comes late carries none: the request was acknowledged before', () => {
  let nowNs = 0;
  const estimate = new PacketEstimate(() => nowNs);
  const connection = estimate.connection();
  connection.carry('up', 500);
  nowNs = 50e6;
  connection.carry('down', 200);
  expect(estimate.headerBytes - CONNECTION).toBe(4 * PACKET);
});

test('what is longer than a packet takes several, and an acknowledgement for every second', () => {
  expect(headers([['down', 14_480]])).toBe((10 + 5) * PACKET);
});
