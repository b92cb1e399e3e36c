/** Pure: the part of the page that answers for a reader's own numbers, with the constants of the run. */

import { QUOTED } from '../../../../stats/metrics/quoted.ts';
import {
  type Answer,
  answerOf,
  loadText,
  type Plane,
  PRESETS,
  planeOf,
  settingsOf,
  settingText,
} from '../../formulas/answers.ts';
import { comparedLanes, NO_CONSTANTS, type RunConstants } from '../../formulas/constants.ts';
import type { Constants } from '../../formulas/formulas.ts';
import type { LaneLabel, Missing } from '../../page-model.ts';
import { formatNumber, formatRange } from '../../words/format.ts';
import { laneLabels } from '../../words/places.ts';
import { quotesOf, type Report } from '../../words/quotes.ts';
import { isRefused, markLegend } from '../../words/standing.ts';

export interface Numbers {
  readonly lanes: readonly { readonly label: LaneLabel; readonly cpu: string }[];
  /** Of these lanes alone; the page's script computes with them. */
  readonly constants: Constants;
  readonly settings: string;
  readonly answer: Answer;
  readonly plane: Plane | undefined;
  readonly presets: readonly {
    readonly title: string;
    readonly index: number;
    readonly setting: string;
    readonly answer: Answer;
  }[];
  readonly notes: readonly string[];
  readonly missing: Missing | undefined;
  /** Why the constants may not be cited; undefined where they may. */
  readonly refusal: string | undefined;
}

/** Events a second to a client, below which keep-alives count. */
const SILENT_RATE = 0.1;
const NO_SILENCE: Missing = {
  text: 'Keep-alives are left out, for this run did not measure silence: where events are rare, they are most of the bytes.',
  command: 'npm run bench -- --scenarios idle',
};

export function numbersOf(report: Report, run: RunConstants): Numbers | Missing | undefined {
  if (run.lanes.length === 0) return report.views.length > 0 ? NO_CONSTANTS : undefined;
  const lanes = comparedLanes(report, run);
  const labels = laneLabels(report.result);
  const rows = lanes.flatMap((lane) => {
    const label = labels.get(lane.id);
    return label ? [{ label, cpu: cpuText(report, lane.id, lane.polls !== undefined) }] : [];
  });
  const [common] = PRESETS;
  if (rows.length === 0 || !common) return undefined;
  const { profiles, headerBytes, tlsRecordBytes } = run;
  const constants = { lanes, profiles, headerBytes, tlsRecordBytes };
  const settings = settingsOf(common.load, constants);
  // Without keep-alives, a silent client would seem to take nothing.
  const presets = PRESETS.filter(({ load }) => run.isSilenceMeasured || load.eventsPerSecond >= SILENT_RATE);
  return {
    missing: run.isSilenceMeasured ? undefined : NO_SILENCE,
    refusal: markLegend([{ standing: report.result.citable.bytes }]),
    lanes: rows,
    constants,
    settings: settingText(settings),
    answer: answerOf(constants, settings),
    plane: planeOf(constants, settings),
    presets: presets.map(({ title, load }) => {
      const its = settingsOf(load, constants);
      return {
        title,
        index: PRESETS.findIndex((one) => one.load === load),
        setting: loadText(its),
        answer: answerOf(constants, its),
      };
    }),
    notes: notesOf(run, lanes),
  };
}

/** `14–19 µs a delivery`: of the points at which a scenario asks for CPU. */
function cpuText(report: Report, lane: string, isPolled: boolean): string {
  const metric = isPolled ? 'server.cpuPerPollUs' : QUOTED.cpu;
  const quotes = quotesOf(report, { metric, lane }).filter(({ scenario }) => scenario.scenario.figures.includes('cpu'));
  const citable = quotes.filter(({ estimate }) => !isRefused(estimate));
  const range = formatRange(
    citable.map(({ estimate }) => estimate.value),
    formatNumber,
  );
  if (range === undefined) return quotes.length > 0 ? 'not citable' : 'not measured';
  return `${range} µs a ${isPolled ? 'poll' : 'delivery'}`;
}

function notesOf({ missing, isTlsMeasured, tlsRecordBytes, headerBytes }: RunConstants, lanes: Constants['lanes']) {
  const usual = lanes.flatMap(({ title, way, keepAlive }) =>
    keepAlive && way !== 'timed' ? [`${title} ${keepAlive.usualMs / 1e3} s`] : [],
  );
  return [
    `Heads, framing and packets are those of this run; ${headerBytes} B of TCP/IP headers a packet of at most 1,448 B; a month has 30 days.`,
    ...(usual.length > 0 ? [`Usual keep-alives and holds: ${usual.join(', ')}.`] : []),
    `TLS: ${formatNumber(tlsRecordBytes)} B a record, ${isTlsMeasured ? 'as measured in this run' : 'by RFC 8446, not measured in this run'}; handshakes are left out, and so are those of polls slower than a server keeps connections.`,
    'Delay: half a round trip, the median of one client here, half an interval for polling, and the gap of long-polling (RFC 6202) at independent events. CPU grows in no straight line, so it is given as measured.',
    '● within 5 % of the least delay, 1 % of the fewest bytes.',
    ...(missing.length > 0 ? [`Without bytes by layer, and so left out: ${missing.join(', ')}.`] : []),
  ];
}
