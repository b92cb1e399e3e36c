/** What it costs to ask while nothing happens, from the empty polls that were measured. */

import { HEADER_PROFILES } from '../../../contract/headers.ts';
import type { Result } from '../../../contract/result.ts';
import type { Figure, Row, TableCell } from '../page-model.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatExact, formatRange, formatSetting } from '../words/format.ts';
import { laneLabels, type ScenarioView } from '../words/places.ts';

const TITLE = 'A minute without events';

export function emptyPollsFigure(view: ScenarioView, result: Result, anchors: Anchors): Figure[] {
  const rows = measuredIn(view, result);
  if (rows.length === 0) return [];
  const id = anchors.take(`${view.id} empty polls`);
  return [
    {
      id,
      title: TITLE,
      definition:
        'Polls that bring nothing still carry their heads. The bytes of one are measured; a minute of them is that, times ' +
        'the polls that a client makes in a minute when it asks at the lane’s own interval, whatever interval this ' +
        'scenario sets, and nothing happens. TCP/IP ' +
        'headers come on top. Lanes without a measured empty poll are not listed.',
      charts: undefined,
      tables: [
        {
          id: anchors.take(`${id} table`),
          title: `${TITLE}: ${view.scenario.title}`,
          definition: 'Where empty polls differ in size between rounds or points, the smallest and the largest mean.',
          columns: [
            { label: 'Lane', numeric: false },
            { label: 'Headers', numeric: false },
            ...['Up', 'Down', 'An empty poll'].map((label) => ({ label, unit: 'B', numeric: true })),
            { label: 'Interval', unit: 'ms', numeric: true },
            { label: 'Polls', unit: '/min', numeric: true },
            { label: 'Per client', unit: 'B/min', numeric: true },
            { label: 'Per 1,000 clients', unit: 'kbit/s', numeric: true },
          ],
          rows: rows.map(rowOf),
        },
      ],
    },
  ];
}

function measuredIn({ places }: ScenarioView, result: Result) {
  const labels = laneLabels(result);
  const profiles = HEADER_PROFILES.filter((profile) => places.some(({ point }) => point.headers === profile));
  return result.lanes.flatMap((lane) =>
    profiles.flatMap((headers) => {
      const label = labels.get(lane.id);
      const cells = places
        .filter(({ point }) => point.headers === headers)
        .flatMap(({ lanes }) => lanes.filter(({ cells }) => cells[0]?.lane === lane.id))
        .flatMap(({ valid }) => valid)
        .filter(({ wire }) => (wire.ledger?.window.emptyCycles.count ?? 0) > 0);
      return cells.length > 0 ? [{ lane, label, headers, cells }] : [];
    }),
  );
}

function rowOf({ lane, label, headers, cells }: ReturnType<typeof measuredIn>[number]): Row {
  const polls = cells.flatMap(({ wire }) => {
    const cycles = wire.ledger?.window.emptyCycles;
    return cycles ? { up: cycles.upBytes / cycles.count, down: cycles.downBytes / cycles.count } : [];
  });
  const both = polls.map(({ up, down }) => up + down);
  const intervalMs = lane.polls === 'timed' ? lane.idlePeriodMs : undefined;
  const pollsPerMinute = intervalMs && 60_000 / intervalMs;
  const range = (values: readonly number[]): TableCell => ({ text: formatRange(values, formatExact) ?? '' });
  const atInterval = (of: (pollsPerMinute: number) => TableCell): TableCell =>
    pollsPerMinute === undefined ? { text: 'no interval', isRemark: true } : of(pollsPerMinute);
  return {
    header: lane.title,
    lane: label,
    cells: [
      { text: headers },
      range(polls.map(({ up }) => up)),
      range(polls.map(({ down }) => down)),
      range(both),
      atInterval(() => ({ text: formatSetting(Number(intervalMs)) })),
      atInterval((perMinute) => ({ text: formatSetting(perMinute) })),
      atInterval((perMinute) => range(both.map((bytes) => bytes * perMinute))),
      // A thousand clients and a thousand bits to the kbit cancel out.
      atInterval((perMinute) => range(both.map((bytes) => (bytes * perMinute * 8) / 60))),
    ],
  };
}
