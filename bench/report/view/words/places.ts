/** A result sorted for reading: its scenarios, their places (one point each), and there its lanes in the order of the run. */

import type { Cell, Comparison, CompletedCell, Estimate, Point, Result } from '../../../contract/result.ts';
import { isDuplicate, isVariant } from '../../../stats/lineup.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import { isValid } from '../../../stats/metrics/valid.ts';
import type { LaneLabel } from '../page-model.ts';
import type { Anchors } from './anchors.ts';
import { countOf } from './format.ts';
import { type Along, commonText, distinctPoints, keyOf, sweepsOf, variedText } from './points.ts';

/** A scenario of which there is a cell. */
export interface ScenarioView {
  readonly id: string;
  readonly scenario: Result['scenarios'][number];
  /** `100 clients · 20 events/s · 128 B payload · browser headers · 5 rounds` */
  readonly setting: string;
  /** Each point once. */
  readonly places: readonly Place[];
  /** The places as they are to be read side by side; one may stand in two. */
  readonly sweeps: readonly SweepView[];
}

export interface SweepView {
  readonly title: string | undefined;
  readonly along: Along | undefined;
  readonly places: readonly { readonly place: Place; readonly title: string | undefined }[];
}

export interface Place {
  readonly point: Point;
  /** `64 B payload`: what tells it from the scenario's other places; undefined where it is the only one. */
  readonly varied: string | undefined;
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
  /** Whom it is compared with; undefined where it is with nobody. */
  readonly opposite: LaneLabel | undefined;
  /** Whether it is that lane but for one option. */
  readonly isVariant: boolean;
}

/** In the order of the run, but that a lane that repeats another follows it. */
export function laneLabels({ lanes, reference }: Pick<Result, 'lanes' | 'reference'>): ReadonlyMap<string, LaneLabel> {
  const places = new Map(lanes.map(({ id }, index) => [id, index]));
  const transports = [...new Set(lanes.map(({ transport }) => transport))];
  const labels = lanes.map(({ id, title, transport, duplicateOf }, index): [string, LaneLabel] => {
    const isReference = id === reference;
    // The lane that others are compared with is a lane of its own.
    const repeated = duplicateOf === undefined || isReference ? undefined : places.get(duplicateOf);
    const kin = lanes.filter((lane) => lane.transport === transport && lane.duplicateOf === undefined);
    const variant = Math.max(
      0,
      kin.findIndex((lane) => lane.id === (duplicateOf ?? id)),
    );
    return [id, { title, index, hue: transports.indexOf(transport), variant, isReference, repeats: repeated }];
  });
  return new Map(labels.sort(([, a], [, b]) => inOrder(a, b)));
}

export function inOrder(a: LaneLabel, b: LaneLabel): number {
  return (a.repeats ?? a.index) - (b.repeats ?? b.index) || a.index - b.index;
}

/** Of these lanes, each once, in order. */
export function labelsOf(lanes: readonly Pick<LaneAtPlace, 'label'>[]): LaneLabel[] {
  return [...new Map(lanes.map(({ label }) => [label.index, label])).values()].sort(inOrder);
}

export function laneAt({ lanes }: Place, { index }: LaneLabel): LaneAtPlace | undefined {
  return lanes.find(({ label }) => label.index === index);
}

export function viewsOf(result: Result, anchors: Anchors): ScenarioView[] {
  return result.scenarios.flatMap((scenario): ScenarioView[] => {
    const points = distinctPoints(
      result.cells.filter((cell) => cell.scenario === scenario.id).map(({ point }) => point),
    );
    if (points.length === 0) return [];
    const byPoint = new Map(points.map((point) => [point, placeOf(result, scenario, point, points)]));
    const at = (point: Point): Place[] => [byPoint.get(point) ?? []].flat();
    const sweeps = sweepsOf(points, scenario).map(({ title, along, points: swept }) => ({
      title,
      along,
      places: swept.flatMap(({ point, title }) => at(point).map((place) => ({ place, title: title || undefined }))),
    }));
    return [
      {
        id: anchors.take(scenario.id),
        scenario,
        setting: [commonText(points), countOf(scenario.rounds, 'round')].filter(Boolean).join(' · '),
        // In the order of the sweeps, so that tables follow the charts.
        places: [...new Set(sweeps.flatMap(({ places }) => places.map(({ place }) => place)))],
        sweeps,
      },
    ];
  });
}

function placeOf(result: Result, scenario: ScenarioView['scenario'], point: Point, points: readonly Point[]): Place {
  const isHere = (one: { scenario: string; point: Point }) =>
    one.scenario === scenario.id && keyOf(one.point) === keyOf(point);
  const cells = result.cells.filter(isHere);
  const varied = variedText(point, points);
  const labels = laneLabels(result);
  return {
    point,
    varied,
    title: varied === undefined ? scenario.title : `${scenario.title}, ${varied}`,
    lanes: [...labels].flatMap(([id, label]) => {
      const ofLane = cells.filter(({ lane }) => lane === id).sort((a, b) => a.round - b.round);
      if (ofLane.length === 0) return [];
      const isMine = (one: { lane: string; scenario: string; point: Point }) => one.lane === id && isHere(one);
      // What two helpings of a lane differ by is told apart.
      const compared = result.comparisons.filter(
        (one) => isMine(one) && (one.reference === result.reference || !isDuplicate(result.lanes, id, one.reference)),
      );
      const opposite = compared[0]?.reference;
      return {
        label,
        cells: ofLane,
        valid: ofLane.filter(isValid),
        estimates: new Map(result.estimates.filter(isMine).map((one) => [one.metric, one])),
        comparisons: new Map(compared.map((one) => [one.metric, one])),
        opposite: opposite === undefined ? undefined : labels.get(opposite),
        isVariant: opposite !== undefined && isVariant(result.lanes, id, opposite),
      };
    }),
  };
}

/** All completed cells of a lane, over a scenario's points and rounds; lanes without one are left out. */
export function completedByLane({ places }: ScenarioView): { label: LaneLabel; completed: CompletedCell[] }[] {
  const byLane = new Map<number, { label: LaneLabel; completed: CompletedCell[] }>();
  for (const { label, cells } of places.flatMap(({ lanes }) => lanes)) {
    const completed = cells.filter((cell) => cell.state === 'completed');
    if (completed.length === 0) continue;
    const known = byLane.get(label.index);
    if (known) known.completed.push(...completed);
    else byLane.set(label.index, { label, completed });
  }
  return [...byLane.values()].sort((a, b) => inOrder(a.label, b.label));
}

/** Without lanes that repeat another: what is said of a lane is said once. */
export function withoutRepeats(view: ScenarioView): ScenarioView {
  return keepLanes(view, ({ label }) => label.repeats === undefined);
}

/** Without repeated lanes that take the same bytes as what they repeat: they would be there twice. */
export function withoutEqualBytes(view: ScenarioView): ScenarioView {
  const { id, margin } = metricOf('wire.perDeliveryBytes');
  return keepLanes(view, ({ label: { index, repeats } }) => {
    if (repeats === undefined) return true;
    return !view.places.every(({ lanes }) => {
      const bytesOf = (lane: number) => lanes.find(({ label }) => label.index === lane)?.estimates.get(id)?.value;
      return Math.abs(Math.log((bytesOf(index) ?? 0) / (bytesOf(repeats) ?? 0))) <= Math.log1p(margin);
    });
  });
}

function keepLanes(view: ScenarioView, isKept: (lane: LaneAtPlace) => boolean): ScenarioView {
  const kept = new Map(view.places.map((place) => [place, { ...place, lanes: place.lanes.filter(isKept) }]));
  const of = (place: Place): Place => kept.get(place) ?? place;
  const sweeps = view.sweeps.map(({ title, along, places }) => ({
    title,
    along,
    places: places.map((one) => ({ ...one, place: of(one.place) })),
  }));
  return { ...view, places: view.places.map(of), sweeps };
}

/** How many rounds: a cell that failed may be there twice, measured again when the run was resumed. */
export function roundsOf(cells: readonly Cell[]): number {
  return new Set(cells.map(({ round }) => round)).size;
}

/** What a cell is called where cells of several scenarios and points stand together. */
export function placeTitles(views: readonly ScenarioView[]): (cell: Cell) => string {
  const titles = new Map(
    views.flatMap(({ scenario, places }) =>
      places.map(({ point, title }) => [`${scenario.id} ${keyOf(point)}`, title] as const),
    ),
  );
  return ({ scenario, point }) => titles.get(`${scenario} ${keyOf(point)}`) ?? scenario;
}
