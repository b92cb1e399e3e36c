/** What goes over the wire for one event: the section's data. */

import type { CompletedCell } from '../../../../contract/result.ts';
import type { Prose, Table } from '../../page-model.ts';
import { formatCount } from '../../words/format.ts';
import { laneLabels, type Place, type ScenarioView } from '../../words/places.ts';
import { commonText } from '../../words/points.ts';
import type { Report } from '../../words/quotes.ts';
import { markLegend } from '../../words/standing.ts';
import { barsOf, barsTable, barsText, type ExchangeBar, PACKETS, shownPlace } from './exchange-bars.ts';
import { type Ladder, laddersOf } from './ladder.ts';
import { layersTable } from './layers-table.ts';
import { type SampledLane, samplesOf } from './samples.ts';
import { closeCodesTable } from './websocket.ts';

export interface WireSection {
  readonly finding: Prose;
  readonly setting: string;
  /** Where other figures of the page are of other means; undefined where all agree. */
  readonly elsewhere: string | undefined;
  readonly bars: readonly ExchangeBar[];
  readonly barsTable: Table;
  readonly ladders: readonly Ladder[];
  readonly samples: readonly SampledLane[];
  /** Undefined without a WebSocket among the samples. */
  readonly closeCodes: Table | undefined;
  /** Why there are no samples, and the command that takes them; undefined where there are any. */
  readonly missing: { readonly text: string; readonly command: string } | undefined;
  readonly tables: readonly Table[];
}

/** Undefined where no client was read along with. */
export function wireSection({ result, views, anchors }: Report): WireSection | undefined {
  const shown = shownPlace(views);
  if (!shown) return undefined;
  const { view, place } = shown;
  const bars = barsOf(place);
  const samples = samplesOf(result, laneLabels(result), place.point, anchors);
  return {
    finding: barsText(bars),
    setting: settingText(place, bars),
    elsewhere: elsewhereText(
      views.filter((one) => one !== view),
      place,
      bars,
    ),
    bars,
    barsTable: barsTable(bars, place, anchors),
    ladders: laddersOf(result.lanes),
    samples,
    closeCodes: samples.some(({ handshake }) => handshake) ? closeCodesTable(anchors) : undefined,
    missing:
      samples.length > 0
        ? undefined
        : {
            text: 'This run kept no sample of its bytes. One is kept by:',
            command: 'npm run bench -- --scenarios anatomy --rounds 1',
          },
    tables: views
      .filter(({ scenario }) => scenario.figures.includes('layers'))
      .flatMap((one) => layersTable(one, anchors) ?? []),
  };
}

function settingText({ point, lanes }: Place, bars: readonly ExchangeBar[]): string {
  const packets = lanes.flatMap(({ valid }) => valid.flatMap(({ wire }: CompletedCell) => wire.packets ?? []))[0];
  const counted = packets
    ? `TCP/IP at ${packets.headerBytesPerSegment}\u00a0B a packet and acknowledgement`
    : 'without TCP/IP: packets were not counted';
  const refused = markLegend(
    bars.map(({ refusal }) => ({ standing: { ok: refusal === undefined, reasons: [refusal ?? ''] } })),
  );
  return [`To scale · ${commonText([point])} · ${counted}.`, refused].filter(Boolean).join(' ');
}

/** Of a mean: it may differ from its bar by this much, for the reasons that the text gives. */
const SLIGHT = { least: 0.001, most: 0.05 };

/** The same lanes at other places of these settings, where their means are other; undefined where all agree. */
function elsewhereText(views: readonly ScenarioView[], shown: Place, bars: readonly ExchangeBar[]): string | undefined {
  const { payloadBytes, headers } = shown.point;
  const texts = views.flatMap(({ scenario, places }) => {
    const same = places.filter(({ point }) => point.payloadBytes === payloadBytes && point.headers === headers);
    const differing = same
      .flatMap(({ lanes }) => lanes)
      .flatMap(({ label, estimates }) => {
        const value = estimates.get(PACKETS.id)?.value;
        const bar = bars.find(({ lane, isEmpty }) => !isEmpty && Math.floor(label.index) === lane.index);
        const share = value === undefined || !bar ? 0 : Math.abs(value / bar.total - 1);
        return share > SLIGHT.least && share < SLIGHT.most ? [`${label.title} ${formatCount(value ?? 0)}\u00a0B`] : [];
      });
    return differing.length > 0 ? [`${scenario.title}: ${[...new Set(differing)].join(', ')}`] : [];
  });
  if (texts.length === 0) return undefined;
  return `Means elsewhere differ a little, for an acknowledgement may go with data and a poll bring two events (${texts.join('; ')}).`;
}
