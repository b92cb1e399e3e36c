/** How the ledger was kept: of how many clients, and whether it accounts for every byte. */

import type { CompletedCell, Ledger } from '../../../contract/result.ts';
import { sharedNote } from '../figures/layers-figure.ts';
import type { Row, Table } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { formatCount, formatPercent, formatRange } from '../words/format.ts';
import { completedByLane, type ScenarioView } from '../words/places.ts';

/** undefined where no ledger was kept. */
export function ledgerTable(views: readonly ScenarioView[]): Table | undefined {
  const isOneScenario = views.length === 1;
  const read = views.flatMap((view) =>
    completedByLane(view).flatMap(({ label, completed }) => {
      const cells = completed.flatMap((cell) => (cell.wire.ledger ? { cell, ledger: cell.wire.ledger } : []));
      return cells.length > 0 ? [{ view, label, cells }] : [];
    }),
  );
  if (read.length === 0) return undefined;
  const problems = new Set(read.flatMap(({ cells }) => cells.flatMap(({ ledger }) => ledger.problems)));
  const isSound = read.every(({ cells }) =>
    cells.every(({ ledger }) => ledger.residualBytes === 0 && ledger.problems.length === 0),
  );
  const shared = sharedNote(views);
  return {
    id: PARTS.ledger,
    title: 'The ledger',
    definition:
      'A relay between some of the clients and the server reads along, in a process of its own, and puts each byte into ' +
      'a layer. The residual is what the layers and the sockets’ own counts differ by over whole cells; it must be 0. From ' +
      'the lowest to the highest of all points and rounds.',
    columns: [
      { label: 'Lane', numeric: false },
      { label: 'Clients read along with', numeric: true },
      { label: 'Events read', numeric: true },
      { label: 'Residual', unit: 'B', numeric: true },
      { label: 'Problems', numeric: true },
      { label: 'Relay CPU', unit: '%', numeric: true },
    ],
    rows: read.map(({ view, label, cells }): Row => {
      const range = (of: (ledger: Ledger, cell: CompletedCell) => number, format = formatCount) => ({
        text:
          formatRange(
            cells.map(({ ledger, cell }) => of(ledger, cell)),
            format,
          ) ?? '',
      });
      const clients = range((ledger) => ledger.clients).text;
      const all = range((_, { point }) => point.clients).text;
      return {
        header: label.title,
        group: isOneScenario ? undefined : view.scenario.title,
        lane: label,
        cells: [
          { text: `${clients} of ${all}` },
          range(({ window }) => window.events),
          range(({ residualBytes }) => residualBytes),
          range((ledger) => ledger.problems.length),
          range(({ relay }) => relay.cpuShare, formatPercent),
        ],
      };
    }),
    folded: isSound ? 'every byte is in a layer' : undefined,
    notes: [
      ...(problems.size > 0 ? [`What the reader could not read: ${[...problems].join('; ')}.`] : []),
      ...(shared ? [shared] : []),
    ],
  };
}
