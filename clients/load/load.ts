import type { ConnectParams, MeasureParams, WorkerMeasured } from '../../bench/contract/calls.ts';
import type { PageClient } from '../../bench/contract/lane.ts';
import type { EventSink } from '../../bench/contract/transport.ts';
import type { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import type { Share, SwarmSpec } from './swarm.ts';

export interface LoadSpec extends SwarmSpec, Pick<ConnectParams, 'reconnect' | 'firstStalled'> {
  readonly meter: ByteMeter;
  readonly page?: PageClient | undefined;
}

/** A worker's measurements, but for what its process used and carried. */
export type LoadReport = Omit<WorkerMeasured, 'wire' | 'usage' | 'windowDeliveries'>;

export interface Load {
  /** Events received so far by clients that wait for them, each once per client. */
  readonly deliveries: number;
  /** Of processes that it started. */
  readonly pids?: readonly number[];
  /** Begins the cell. Resolves when all is in, or at `giveUpNs`. */
  run(params: MeasureParams): Promise<LoadReport>;
  /**
   * Opens more clients, which are in no audit: once the cell is over, to see what they take of the server's memory.
   *
   * @throws the first failure to connect; then all clients are closed
   */
  grow?(share: Share): Promise<void>;
  close(): Promise<void>;
}

/** Clients that come after the audit are heard by nobody. */
export const UNHEARD: EventSink = { event() {}, gap() {}, closed() {} };

/** The audit of a load without events, or of one that counts them by itself. */
export const NO_DELIVERIES = { expected: 0, delivered: 0, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 };

export function noLatency(): Pick<LoadReport, 'latency' | 'negativeLatencies'> {
  const none = new LatencyRecorder().encode();
  return { latency: [none, none], negativeLatencies: 0 };
}
