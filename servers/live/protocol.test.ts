import { describe, expect, test } from 'vitest';
import { readCommand } from './protocol.ts';

describe('a command', () => {
  test.each([
    { page: 0, set: { eventsPerSecond: 5, isSilent: true } },
    { page: 3, set: {}, action: 'cut' },
    { page: 1, set: { rttMs: 0, bandwidthBitsPerSecond: 1e6, isReading: false, payloadBytes: 64 } },
  ])('is read: %j', (command) => {
    expect(readCommand(command)).toEqual(command);
  });

  test.each([
    [undefined, /^page: /],
    [null, /^page: /],
    ['page', /^page: |^allowed/],
    [{ page: '0' }, /^page: /],
    [{ page: -1 }, /^page: /],
    [{ page: 0, action: 'exit' }, /^action: allowed are restart, restart-empty, cut$/],
    [{ page: 0, set: { eventsPerSecond: 1e6 } }, /^eventsPerSecond: allowed are 0\.2, /],
    [{ page: 0, set: { isSilent: 1 } }, /^isSilent: allowed are true, false$/],
    [{ page: 0, set: { toString: 1 } }, /^toString: /],
    [{ page: 0, set: { constructor: 1 } }, /^constructor: /],
    [{ page: 0, set: { ['__proto__x']: 1 } }, /^__proto__x: /],
    [{ page: 0, set: [1] }, /^0: /],
    [{ page: 0, token: 'x' }, /^allowed are page, set and action$/],
  ])('is refused with what is allowed: %j', (body, message) => {
    expect(readCommand(body)).toMatch(message);
  });
});
