import { describe, expect, test } from 'vitest';
import { lanes } from './lanes.ts';

describe.each(lanes)('the summary of $id', ({ summary, wire, options: { over, compression } }) => {
  test('says what the client has done with the bytes when latency ends, and what not yet', () => {
    const says = (words: string) => summary.includes(words);
    expect(says('Latency ends after the client has decrypted')).toBe(over !== undefined);
    expect(says('decrypted and read the frames')).toBe(wire === 'http2');
    expect(says('Latency ends before the client inflates')).toBe(compression !== undefined);
  });
});
