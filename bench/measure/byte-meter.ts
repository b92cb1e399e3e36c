/**
 * Bytes counted once, at the socket: `bytesRead` and `bytesWritten` of every TCP socket of a process, whatever protocol
 * runs over it. One definition of a byte for all transports and both sides.
 */
import type { Socket } from 'node:net';
import type { WireReading } from '../contract/calls.ts';

export class ByteMeter {
  readonly #open = new Set<Socket>();
  readonly #waiting = new Set<(isDrained: boolean) => void>();
  #connections = 0;
  #sentBytes = 0;
  #receivedBytes = 0;

  get openSockets(): ReadonlySet<Socket> {
    return this.#open;
  }

  /** Counts this socket from now on. Its bytes so far count too. */
  track(socket: Socket): void {
    this.#open.add(socket);
    this.#connections++;
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#sentBytes += socket.bytesWritten;
      this.#receivedBytes += socket.bytesRead;
      if (this.#open.size > 0) return;
      for (const resolveWait of this.#waiting) resolveWait(true);
    });
  }

  read(): WireReading {
    let sentBytes = this.#sentBytes;
    let receivedBytes = this.#receivedBytes;
    for (const socket of this.#open) {
      sentBytes += socket.bytesWritten;
      receivedBytes += socket.bytesRead;
    }
    return { sentBytes, receivedBytes, connections: this.#connections };
  }

  /** Resolves when no tracked socket is open, or after `withinMs`; tells which. */
  async drained(withinMs: number): Promise<boolean> {
    if (this.#open.size === 0) return true;
    return await new Promise((resolve) => {
      const resolveWait = (isDrained: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(resolveWait);
        resolve(isDrained);
      };
      const timer = setTimeout(resolveWait, withinMs, false);
      this.#waiting.add(resolveWait);
    });
  }
}

/** What crossed the sockets between two readings, and the connections open at the second. */
export function windowCount(before: WireReading, after: WireReading, openConnections: number): WireReading {
  return {
    sentBytes: after.sentBytes - before.sentBytes,
    receivedBytes: after.receivedBytes - before.receivedBytes,
    connections: openConnections,
  };
}

export function sumWire(readings: readonly WireReading[]): WireReading {
  const sum = { sentBytes: 0, receivedBytes: 0, connections: 0 };
  for (const { sentBytes, receivedBytes, connections } of readings) {
    sum.sentBytes += sentBytes;
    sum.receivedBytes += receivedBytes;
    sum.connections += connections;
  }
  return sum;
}
