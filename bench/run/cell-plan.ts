/** One cell with everything decided: what the plan says and the run does. */

import type { ReconnectPolicy } from '../contract/child.ts';
import type { Lane } from '../contract/lane.ts';
import type { Point, Procedure } from '../contract/result.ts';

export interface CellPlan {
  readonly procedure: Procedure;
  readonly lane: Pick<Lane, 'id' | 'options' | 'waitMs' | 'wire'>;
  readonly scenario: string;
  readonly point: Point;
  readonly round: number;
  /** Place in the run, from 1. */
  readonly order: number;
  readonly seed: number;
  /** 0 for no rehearsal. */
  readonly rehearsalSeconds: number;
  readonly warmupSeconds: number;
  readonly windowSeconds: number;
  /** Over how many slots an event may fall; what is left of a whole number of them is quiet. */
  readonly jitter: number;
  /** How many clients the relay reads along with; 0 for no relay. */
  readonly ledgerClients: number;
  /** Of the procedure that kills servers. */
  readonly restarts?: Restarts;
}

export interface Restarts {
  /** How often the server is killed, evenly spread over the window. */
  readonly kills: number;
  readonly reconnect: ReconnectPolicy;
}
