/** One cell with everything decided: made by the plan, carried out by the run. */

import type { ReconnectPolicy } from '../contract/calls.ts';
import type { Lane } from '../contract/lane.ts';
import type { Arrivals, Point, Procedure } from '../contract/result.ts';

export interface CellPlan {
  readonly procedure: Procedure;
  readonly lane: Pick<Lane, 'id' | 'options' | 'polls' | 'idlePeriodMs' | 'wire'>;
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
  readonly restarts?: Restarts;
}

export interface Restarts {
  /** How often the server is killed, evenly spread over the window. */
  readonly kills: number;
  readonly reconnect: ReconnectPolicy;
}
