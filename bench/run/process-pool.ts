/** Processes that stay between the rounds of a lane, quiet while those of other lanes are measured. */

import type { Listening } from '../contract/calls.ts';
import type { CompletedCell } from '../contract/result.ts';
import type { CellGroup } from './cell-plan.ts';
import type { AnyCalls, Child } from './children/child.ts';
import { type CellProcesses, willDo } from './children/processes.ts';
import type { Laboratory } from './laboratory.ts';

/** A lane's processes, started and rehearsed, with what is found in them once. */
export interface HostProcesses {
  readonly processes: CellProcesses;
  /** All of them, also a server in place of one that was killed. */
  readonly children: readonly Child<AnyCalls>[];
  /** Of the rehearsal, on TLS: to make another takes as long as a window. */
  readonly certificate: Listening['certificate'];
  /** CPU of the server without a client, by events per second: read after the first windows at that rate. */
  readonly floors: ReadonlyMap<number, NonNullable<CompletedCell['floor']>>;
  /** Whether the crowd was made to give way to the probe, which can't be undone. */
  readonly yields: boolean;
}

export class ProcessPool {
  readonly #kept = new Map<string, HostProcesses>();

  /**
   * Takes the lane's processes out of the pool.
   *
   * @param yields whether the crowd may give way to the probe just now
   * @returns undefined when there are none that will do; those that would not are gone
   */
  async claim(group: CellGroup, laboratory: Laboratory, yields: boolean): Promise<HostProcesses | undefined> {
    const key = keyOf(group);
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (!kept) return undefined;
    const isAlive = kept.children.every(({ death }) => death === undefined);
    if (isAlive && kept.yields === yields && willDo(group, laboratory, kept.processes)) return kept;
    await endAll(kept);
    return undefined;
  }

  keep(group: CellGroup, host: HostProcesses): void {
    this.#kept.set(keyOf(group), host);
  }

  /** Ends those that are in the pool. */
  async end(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map(endAll));
  }
}

/** Servers that were killed are among them: to end them once more does nothing. */
export async function endAll({ children }: Pick<HostProcesses, 'children'>): Promise<void> {
  await Promise.all(children.map((child) => child.end()));
}

function keyOf([{ lane, scenario }]: CellGroup): string {
  return JSON.stringify([scenario, lane.id]);
}
