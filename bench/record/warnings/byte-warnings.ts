/** Warnings about a cell's bytes: sides that disagree, layers that do not sum, a sample unlike the whole. */

import { sumOf } from '../../contract/ledger.ts';
import { type CompletedCell, mustAgree, notice, severe, type Warning } from '../../contract/result.ts';

/** How far the sampled clients' bytes per event may be from all clients' bytes per delivery. */
const LEDGER_SAMPLE = 0.05;

/** Packets are told with the bytes in them. */
const SOCKETS = ['bytes', 'packets'] as const;

export function byteWarnings(cell: Pick<CompletedCell, 'wire' | 'recovery' | 'point' | 'browser'>): Warning[] {
  const { wire } = cell;
  return [
    ...(mustAgree(cell) ? disagreement(wire) : []),
    ...residual(wire),
    ...miscounted(wire),
    ...blind(wire),
    ...unlike(wire),
  ];
}

function disagreement({ cell: { server, clients } }: CompletedCell['wire']): Warning[] {
  const down = server.sentBytes - clients.receivedBytes;
  const up = clients.sentBytes - server.receivedBytes;
  if (down === 0 && up === 0) return [];
  const text = `The server sent ${down} bytes that no client received; the clients sent ${up} that the server did not receive.`;
  const hint =
    'Do not use the bytes of this cell, and run again: a connection broke. If it comes back, one side miscounts.';
  return [severe('bytes-disagree', text, hint, SOCKETS)];
}

function residual({ ledger }: CompletedCell['wire']): Warning[] {
  if (!ledger || (ledger.residualBytes === 0 && ledger.problems.length === 0)) return [];
  const first = ledger.problems.length > 0 ? ` First: ${ledger.problems[0]}` : '';
  const text = `${ledger.residualBytes} bytes are in no layer of the ledger.${first}`;
  const hint =
    'Do not use the layers of this cell; its totals hold. A capture shows which bytes they are: npx vitest run bench/tests/witness.test.ts, as root.';
  return [severe('ledger-residual', text, hint, SOCKETS)];
}

/** A reader that takes the bytes for another format counts other events than were delivered; its layers sum all the same. */
function miscounted({ ledger }: CompletedCell['wire']): Warning[] {
  if (ledger?.deliveries === undefined || ledger.cell.events === ledger.deliveries) return [];
  const { cell, deliveries } = ledger;
  const text = `The clients that the ledger read along with got ${deliveries} messages, and it read ${cell.events}.`;
  const hint =
    "The cell is invalid and is not charted. The lane's row may not say how its events are written: see `events` and `wire` in bench/catalogue/lanes.ts.";
  return [severe('ledger-miscounted', text, hint)];
}

/** Bodies that the ledger takes for none of events count as control: its layers sum, and say nothing. */
function blind({ ledger, windowDeliveries }: CompletedCell['wire']): Warning[] {
  if (!ledger || ledger.cell.events > 0 || windowDeliveries === 0) return [];
  const text = `Clients got ${windowDeliveries} deliveries, and the ledger read no event.`;
  const hint =
    "Do not use the layers of this cell. The lane's row may not say how its events are written: see bench/catalogue/lanes.ts.";
  return [severe('ledger-blind', text, hint, SOCKETS)];
}

/** A relay that gets no time makes its clients take more events at once than the others do. */
function unlike({ ledger, perDeliveryBytes }: CompletedCell['wire']): Warning[] {
  if (!ledger || ledger.window.events === 0 || perDeliveryBytes === 0) return [];
  const sampledBytes = (sumOf(ledger.window.up) + sumOf(ledger.window.down)) / ledger.window.events;
  if (Math.abs(sampledBytes / perDeliveryBytes - 1) <= LEDGER_SAMPLE) return [];
  const text = `The clients that the ledger read along with took ${sampledBytes.toFixed(1)} B per event, all clients ${perDeliveryBytes.toFixed(1)} B.`;
  const hint = 'Take the layers from the anatomy scenario, where every client is read along with.';
  return [notice('ledger-unlike', text, hint)];
}
