import type { WireReading } from '../contract/calls.ts';

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
