/** How the ledger was kept: of how many clients, and whether it accounts for every byte. */

import type { CompletedCell, Ledger } from '../../../contract/result.ts';
import type { Table } from '../page-model.ts';
import { sharedNote } from '../parts/wire/layers-table.ts';
import { PARTS } from '../words/anchors.ts';
import { formatCount, formatPercent } from '../words/format.ts';
import type { ScenarioView } from '../words/places.ts';
import { rangeColumn, roundsTable } from './rounds-table.ts';

export function ledgerTable(views: readonly ScenarioView[]): Table | undefined {
  const shared = sharedNote(views);
  const ledgers = (cells: readonly CompletedCell[]) => cells.flatMap(({ wire }) => wire.ledger ?? []);
  const column = (label: string, unit: string, of: (ledger: Ledger) => number, format = formatCount) =>
    rangeColumn(label, unit, ({ wire }) => (wire.ledger ? of(wire.ledger) : 0), format);
  const clients = column('Clients read along with', '', (ledger) => ledger.clients);
  const all = rangeColumn('', '', ({ point }) => point.clients, formatCount);
  return roundsTable(views, {
    id: PARTS.ledger,
    title: 'The ledger',
    definition:
      'A relay between some of the clients and the server reads along, in a process of its own, and puts each byte into ' +
      'a layer. The residual is what the layers and the sockets’ own counts differ by over whole cells; it must be 0. From ' +
      'the lowest to the highest of all points and rounds.',
    takes: ({ wire }) => wire.ledger !== undefined,
    columns: [
      { ...clients, cell: (cells) => ({ text: `${clients.cell(cells).text} of ${all.cell(cells).text}` }) },
      column('Events read', '', ({ window }) => window.events),
      column('Residual', 'B', ({ residualBytes }) => residualBytes),
      column('Problems', '', (ledger) => ledger.problems.length),
      column('Relay CPU', '%', ({ relay }) => relay.cpuShare, formatPercent),
    ],
    folded: (cells) => {
      const isSound = ledgers(cells).every((ledger) => ledger.residualBytes === 0 && ledger.problems.length === 0);
      return isSound ? 'every byte is in a layer' : undefined;
    },
    notes: (cells) => {
      const problems = [...new Set(ledgers(cells).flatMap((ledger) => ledger.problems))];
      return [
        ...(problems.length > 0 ? [`What the reader could not read: ${problems.join('; ')}.`] : []),
        ...(shared ? [shared] : []),
      ];
    },
  });
}
