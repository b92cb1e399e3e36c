/** One cell with everything decided: made by the plan, carried out by the run. */

import type { ReconnectPolicy } from '../contract/calls.ts';
import type { Lane } from '../contract/lane.ts';
import type { Arrivals, Point, Procedure } from '../contract/result.ts';

export interface CellPlan {
  readonly procedure: Procedure;
  readonly lane: Pick<Lane, 'id' | 'options' | 'polls' | 'idlePeriodMs' | 'wire' | 'events'>;
  readonly scenario: string;
  readonly point: Point;
  readonly round: number;
  /** Position in the run, from 1. */
  readonly order: number;
  readonly seed: number;
  /** 0 for no rehearsal. */
  readonly rehearsalSeconds: number;
  readonly warmupSeconds: number;
  readonly windowSeconds: number;
  readonly arrivals: Arrivals;
  /** How many clients the relay reads along with; 0 for no relay. */
  readonly ledgerClients: number;
  /** How many of the clients, the first ones by number, are in the probe process and timed; 0 for no probe: all are timed. */
  readonly probeClients: number;
  /** How long the server's CPU is read at the same rate without a client; 0 for not at all. */
  readonly floorSeconds: number;
  /** Whether the server's heap is read at several numbers of clients, after all windows. */
  readonly readsMemory: boolean;
  /** Whether those of the lane's last round are still there, started, rehearsed and with a floor. */
  readonly findsProcesses?: boolean;
  /** Whether the lane's next round finds its processes. */
  readonly keepsProcesses?: boolean;
  /** Of this place in the plan: 2 and 3 follow one in which the machine was disturbed. */
  readonly attempt: number;
  readonly restarts?: Restarts;
}

/** Cells that are measured one after another in the same processes: points of one lane, scenario and round. */
export type CellGroup = readonly [CellPlan, ...CellPlan[]];

export interface Restarts {
  /** How often the server is killed, evenly spread over the window. */
  readonly kills: number;
  readonly reconnect: ReconnectPolicy;
}
