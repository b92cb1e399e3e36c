/** A cell of every lane, measured while tcpdump captures the loopback. */

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { lanes } from '../catalogue/lanes.ts';
import type { CompletedCell, Ledger } from '../contract/result.ts';
import { runCell } from '../run/run-cell.ts';
import { startCapture } from './capture.ts';
import { completed, memoryLaboratory, memoryPlan, pollingEvery } from './laboratory.ts';

export const CLIENTS = 2;
const EVENTS_PER_SECOND = 50;
/** Sizes on both sides of the WebSocket's length forms, and of what one segment carries. */
const PAYLOADS = [64, 128, 65_536];
/** A transport's other lanes write lengths in the same way. */
const PAYLOADS_OF_VARIANTS = [128];
/** A cell waits more than it works. */
const CELLS_AT_ONCE = 4;

const distinct = lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
export const places = distinct.flatMap((lane) => {
  const isFirst = distinct.find(({ transport }) => transport === lane.transport) === lane;
  const isEncrypted = lane.options['over'] !== undefined;
  const payloads = isFirst ? PAYLOADS : PAYLOADS_OF_VARIANTS;
  return payloads.map((payloadBytes) => ({ lane, isEncrypted, payloadBytes, name: lane.id }));
});
export type Place = (typeof places)[number];

/** What `captureCells` leaves in its folder. */
export const FILES = { capture: 'loopback.pcap', cells: 'cells.json', keys: 'keys.log' } as const;

/** What of a capture is known beforehand: the cells in the order of `places`, and what tcpdump said at its end. */
export interface Captured {
  readonly cells: readonly CapturedCell[];
  readonly said: string;
}

/** Measures all places during one capture, and writes `FILES` into the folder. */
export async function captureCells(folder: string): Promise<void> {
  const capture = await startCapture(join(folder, FILES.capture));
  const keys: string[] = [];
  const ports = new HeldPorts();
  const cells: CapturedCell[] = [];
  const left = places.entries();
  const measureNext = async () => {
    for (const [index, place] of left) {
      const witnessed = await measure(place, keys);
      cells[index] = witnessed;
      await ports.hold(witnessed.port);
    }
  };
  let said = '';
  try {
    await Promise.all(Array.from({ length: CELLS_AT_ONCE }, measureNext));
  } finally {
    ports.release();
    said = await capture.stop();
  }
  writeFileSync(join(folder, FILES.cells), JSON.stringify({ cells, said } satisfies Captured));
  writeFileSync(join(folder, FILES.keys), keys.map((line) => `${line}\n`).join(''));
}

export interface CapturedCell {
  readonly cell: CompletedCell;
  readonly ledger: Ledger;
  readonly port: number;
}

/** @param keys gets the secrets of TLS that the relay is told */
async function measure({ lane, payloadBytes }: Place, keys: string[]): Promise<CapturedCell> {
  const often = pollingEvery(50, lane);
  const plan = memoryPlan(often, {
    point: { clients: CLIENTS, eventsPerSecond: EVENTS_PER_SECOND, payloadBytes, headers: 'browser' },
    ledgerClients: CLIENTS,
  });
  const { laboratory, calls } = memoryLaboratory(often);
  const cell = completed(await runCell(plan, laboratory, new AbortController().signal));
  for (const { child, call, params } of calls) {
    if (child === 'relay' && call === 'keys' && 'lines' in params) keys.push(...(params.lines as string[]));
  }
  const { ledger } = cell.wire;
  if (!ledger) throw new Error(`${lane.id}: nobody read along`);
  return { cell, ledger, port: Number(new URL(cell.url).port) };
}

/** Ports that no other cell is given: in the capture they tell cells apart. */
class HeldPorts {
  readonly #holders: ReturnType<typeof createServer>[] = [];

  async hold(port: number): Promise<void> {
    const holder = createServer();
    this.#holders.push(holder);
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  release(): void {
    for (const holder of this.#holders) holder.close();
  }
}
