/** A worker's part in a cell, whatever the procedure. */

import type { ConnectParams, MeasureParams, WorkerMeasured } from '../../bench/contract/calls.ts';
import type { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import type { SwarmSpec } from './swarm.ts';

export interface LoadSpec extends SwarmSpec, Pick<ConnectParams, 'reconnect' | 'firstStalled'> {
  readonly meter: ByteMeter;
}

/** A worker's measurements, but for what its process used and carried. */
export type LoadReport = Omit<WorkerMeasured, 'wire' | 'usage' | 'windowDeliveries'>;

export interface Load {
  /** Events received so far by clients that wait for them, each once per client. */
  readonly deliveries: number;
  /** Begins the cell. Resolves when all is in, or at `giveUpNs`. */
  run(params: MeasureParams): Promise<LoadReport>;
  close(): Promise<void>;
}

/** The latency of a load without deliveries. */
export function noLatency(): Pick<LoadReport, 'latency' | 'negativeLatencies'> {
  const none = new LatencyRecorder().encode();
  return { latency: [none, none], negativeLatencies: 0 };
}
