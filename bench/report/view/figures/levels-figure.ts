/** The figure of the levels at which bytes can be counted: how much a ratio of overheads says depends on them. */

import type { Environment } from '../../../contract/result.ts';
import { headlineOf } from '../../../stats/metrics/metrics.ts';
import { type Contrast, contrastOf, LEVELS, type Level, ratioOf } from '../findings/levels.ts';
import type { DotChart, Figure, Prose, Table } from '../page-model.ts';
import {
  baselineColumn,
  baselinesText,
  exactColumn,
  type LaneColumn,
  laneColumn,
  lanesOf,
  laneTable,
  ratioCell,
} from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatCount, formatExact, formatNumber, formatRange } from '../words/format.ts';
import { type LaneAtPlace, type Place, rangeOfRounds, type ScenarioView } from '../words/places.ts';
import { dotName } from '../words/rounds.ts';
import { listed } from '../words/verdicts.ts';

const TITLE = 'Overhead at three levels';

export function levelsFigure(view: ScenarioView, environment: Environment, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} levels`);
  const contrast = contrastOf(view);
  const place = contrast?.place ?? view.places[0];
  const chart = place && levelsChart(place);
  const chartId = anchors.take(`${id} chart`);
  const at = view.places.length > 1 ? place?.varied : undefined;
  const overhead = levelTable(view, anchors.take(`${id} table`), 'Overhead only', (level) => level.overhead);
  const all = levelTable(view, anchors.take(`${id} all`), 'All bytes, payload included', (level) => level.all);
  return {
    id,
    title: TITLE,
    definition:
      'Framing is what the protocol puts around an event within an open connection: framing, chunking and control, of the ' +
      'clients that the ledger read along with. With heads is all on the sockets but the payload, empty polls included, of ' +
      `all clients. With TCP/IP adds the packets’ headers. ${packetsText(view, environment)}`,
    finding: contrast && contrastText(contrast),
    charts: chart ? [{ title: undefined, panels: [{ id: chartId, title: at, chart }] }] : [],
    tables: [overhead, { ...all, folded: all.folded ?? 'the same levels with the payload' }],
  };
}

/** `…: A has 0.25 times the overhead of B counting framing alone (1 to 4 B), 176 times counting HTTP heads too …` */
function contrastText({ lane, reference, place, levels }: Contrast): Prose {
  const at = place.varied === undefined ? '' : `, at ${place.varied},`;
  return [
    'The level that is counted decides the ratio, most of all here: ',
    { strong: lane.label.title },
    `${at} has `,
    ...listed(
      levels.map(({ level, overheadRatio, overhead, ofReference }, index) => [
        { strong: `${formatNumber(overheadRatio)} times` },
        ...(index === 0 ? [` the overhead of ${reference.label.title}`] : []),
        ` counting ${level.counted}`,
        { quiet: ` (${formatExact(overhead)} to ${formatExact(ofReference)} B)` },
      ]),
    ),
    '; of all bytes, payload included, it has ',
    ...listed(levels.map(({ allRatio }) => [formatNumber(allRatio)])),
    ' times.',
  ];
}

function packetsText(view: ScenarioView, { loopbackMtuBytes }: Environment): string {
  const packets = lanesOf(view).flatMap(({ valid }) => valid.flatMap(({ wire }) => wire.packets ?? []));
  if (packets.length === 0) return 'The segments of this run were not counted.';
  const headerBytes = packets.map(({ headerBytesPerSegment }) => headerBytesPerSegment);
  const header = formatRange(headerBytes, formatCount);
  const mtu = loopbackMtuBytes === null ? '' : ` (MTU ${formatCount(loopbackMtuBytes)}\u00a0B)`;
  return (
    `Packets are segments as counted by the kernel on this machine’s loopback${mtu}, acknowledgements too, with ${header}\u00a0B of ` +
    'IPv4 and TCP header each; a path with an MTU of 1,500\u00a0B cuts large payloads into more.'
  );
}

function levelTable(view: ScenarioView, id: string, title: string, bytesOf: (level: Level) => Level['all']): Table {
  const lanes = lanesOf(view);
  const isAnyValid = lanes.some(({ valid }) => valid.length > 0);
  // A column that would say the same in each row is a line below the table.
  const isMissing = (level: Level) => isAnyValid && !lanes.some((lane) => rangeOfRounds(lane, bytesOf(level)));
  const isCompared = lanes.some(({ comparisons }) => comparisons.size > 0);
  const compared = [headlineOf('bytes').id];
  const columns = [
    ...baselineColumn(view, compared),
    ...LEVELS.filter((level) => !isMissing(level)).flatMap((level) => [
      exactColumn(level.title, bytesOf(level), level.whyMissing),
      ...(isCompared ? [ratioColumn(bytesOf(level))] : []),
    ]),
  ];
  const baselines = baselinesText(view, compared);
  const definition =
    'Bytes per delivery, both directions; where rounds differ, the lowest and the highest.' +
    (baselines === undefined ? '' : ` Ratios: to ${baselines} at the same level, paired by round.`);
  return {
    ...laneTable(view, id, title, definition, columns),
    notes: LEVELS.filter(isMissing).map((level) => `${level.title}: ${level.whyMissing}.`),
  };
}

function ratioColumn(bytes: Level['all']): LaneColumn {
  return laneColumn('Ratio', '×', (lane, place) => {
    const isReference = lane.label.isReference && rangeOfRounds(lane, bytes);
    return ratioCell(isReference ? { value: 1, low: 1, high: 1 } : ratioOf(lane, place, bytes));
  });
}

/** Overhead that is not positive has no place on its logarithmic axis. */
function levelsChart({ lanes, point }: Place): DotChart | undefined {
  const hasValue = (lane: LaneAtPlace) =>
    LEVELS.some(({ overhead }) => (rangeOfRounds(lane, overhead)?.value ?? 0) > 0);
  const charted = lanes.filter(hasValue);
  const levels = LEVELS.filter(({ overhead }) => charted.some((lane) => rangeOfRounds(lane, overhead)));
  if (charted.length === 0) return undefined;
  return {
    kind: 'dots',
    scale: 'log',
    spread: 'range',
    unit: 'B',
    label:
      `Dot plot. Overhead per delivery of ${formatCount(point.payloadBytes)} B of payload, counted at ` +
      `${countOf(levels.length, 'level')}, on a logarithmic axis for ${countOf(charted.length, 'lane')}. ` +
      'The table that follows has the same numbers.',
    axisTitle: 'Overhead per delivery, B (logarithmic)',
    lanes: charted.map(({ label }) => label),
    series: levels.map(({ title, overhead }) => ({
      label: title,
      rounds: charted.flatMap(({ valid }, row) =>
        valid.flatMap((cell) => {
          const value = overhead(cell);
          return value === undefined ? [] : { row, round: dotName(cell), value };
        }),
      ),
      estimates: charted.flatMap((lane, row) => {
        const average = rangeOfRounds(lane, overhead);
        return average ? { row, ...average, text: `${formatExact(average.value)} B` } : [];
      }),
    })),
  };
}
