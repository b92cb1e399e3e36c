import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { messageFrame } from './websocket-frame.ts';

/** Not in the types of ws. */
const { Receiver } = (await import('ws')) as unknown as { Receiver: new (options: object) => Writable };

/** As ws reads it. */
function read(frame: Buffer): Promise<{ payload: Buffer; isBinary: boolean }> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: false });
    receiver.on('message', (payload: Buffer, isBinary: boolean) => resolve({ payload, isBinary }));
    receiver.on('error', reject);
    receiver.write(frame);
  });
}

describe('a frame', () => {
  it.each([
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ])('of %d bytes has a header of %d, and is read by ws as it was', async (length, headerBytes) => {
    const payload = Buffer.alloc(length, 'é');
    for (const kind of ['text', 'binary'] as const) {
      const text = kind === 'text' ? Buffer.alloc(length, 'x') : payload;
      const frame = messageFrame(text, kind);
      expect(frame.length).toBe(headerBytes + length);
      expect(await read(frame)).toEqual({ payload: text, isBinary: kind === 'binary' });
    }
  });
});
