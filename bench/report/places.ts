/** A result sorted for reading: its places (a scenario at one point), and there its lanes in the order of the run. */

import type { Cell, Comparison, CompletedCell, Estimate, Point, Result } from '../contract/result.ts';
import { isValid } from '../stats/summarise.ts';
import type { Anchors } from './anchors.ts';
import { formatCount, formatSetting } from './format.ts';
import type { LaneLabel } from './page-model.ts';

export interface Place {
  readonly id: string;
  readonly scenario: { readonly id: string; readonly title: string; readonly question: string };
  readonly point: Point;
  /** `100 clients · 20 events/s · 128 B payload` */
  readonly setting: string;
  /** Names the place among the others of the result. */
  readonly title: string;
  readonly lanes: readonly LaneAtPlace[];
}

export interface LaneAtPlace {
  readonly label: LaneLabel;
  readonly cells: readonly Cell[];
  /** Those whose delivery audit found nothing, by round. */
  readonly valid: readonly CompletedCell[];
  readonly estimates: ReadonlyMap<string, Estimate>;
  readonly comparisons: ReadonlyMap<string, Comparison>;
}

export function laneLabels({ lanes, reference }: Pick<Result, 'lanes' | 'reference'>): ReadonlyMap<string, LaneLabel> {
  return new Map(lanes.map(({ id, title }, index) => [id, { title, index, isReference: id === reference }]));
}

/** Every scenario × point of which there is a cell; points in the order of their numbers, not in that of the shuffled run. */
export function placesOf(result: Result, anchors: Anchors): Place[] {
  const labels = laneLabels(result);
  return result.scenarios.flatMap((scenario) => {
    const points = distinctPoints(result.cells.filter((cell) => cell.scenario === scenario.id));
    return points.map((point) => {
      const isHere = (one: { scenario: string; point: Point }) =>
        one.scenario === scenario.id && keyOf(one.point) === keyOf(point);
      const cells = result.cells.filter(isHere);
      const varied = points.length > 1 ? variedText(point, points) : undefined;
      return {
        id: anchors.take(varied === undefined ? scenario.id : `${scenario.id} ${varied}`),
        scenario,
        point,
        setting: pointTexts(point).join(' · '),
        title: varied === undefined ? scenario.title : `${scenario.title}, ${varied}`,
        lanes: [...labels].flatMap(([id, label]) => {
          const ofLane = cells.filter(({ lane }) => lane === id).sort((a, b) => a.round - b.round);
          if (ofLane.length === 0) return [];
          const isMine = (one: { lane: string; scenario: string; point: Point }) => one.lane === id && isHere(one);
          return {
            label,
            cells: ofLane,
            valid: ofLane.filter(isValid),
            estimates: new Map(result.estimates.filter(isMine).map((one) => [one.metric, one])),
            comparisons: new Map(result.comparisons.filter(isMine).map((one) => [one.metric, one])),
          };
        }),
      };
    });
  });
}

function distinctPoints(cells: readonly Cell[]): Point[] {
  const points = new Map(cells.map(({ point }) => [keyOf(point), point]));
  return [...points.values()].sort(
    (a, b) => a.clients - b.clients || a.eventsPerSecond - b.eventsPerSecond || a.payloadBytes - b.payloadBytes,
  );
}

const keyOf = (point: Point): string => JSON.stringify(point);

function pointTexts({ clients, eventsPerSecond, payloadBytes }: Point): readonly string[] {
  return [
    `${formatCount(clients)} ${clients === 1 ? 'client' : 'clients'}`,
    `${formatSetting(eventsPerSecond)} ${eventsPerSecond === 1 ? 'event' : 'events'}/s`,
    `${formatCount(payloadBytes)} B payload`,
  ];
}

/** Of a point's texts, those that tell it from the others. */
function variedText(point: Point, points: readonly Point[]): string {
  const all = points.map(pointTexts);
  return pointTexts(point)
    .filter((_, at) => new Set(all.map((texts) => texts[at])).size > 1)
    .join(', ');
}
