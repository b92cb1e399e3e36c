/** A result sorted for reading: its scenarios, their places (one point each), and at each its lanes in the order of the run. */

import type { Cell, Comparison, CompletedCell, Estimate, Point, Result } from '../../../contract/result.ts';
import { chosenCells } from '../../../stats/attempts.ts';
import { keyOfPlace } from '../../../stats/group.ts';
import { rangeOf } from '../../../stats/inference/mean.ts';
import { isDuplicate, isVariant } from '../../../stats/lineup.ts';
import { headlineOf, type Metric } from '../../../stats/metrics/metrics.ts';
import { isValid } from '../../../stats/metrics/valid.ts';
import type { LaneLabel } from '../page-model.ts';
import type { Anchors } from './anchors.ts';
import { countOf, type Interval, type Scale, scaleOf } from './format.ts';
import { eventsPerPollText, placeName, pointsByPlace } from './named-places.ts';
import { type Along, commonText, distinctPoints, keyOf, sweepsOf, variedText } from './points.ts';
import { inRoundOrder } from './rounds.ts';

type Scenario = Result['scenarios'][number];

export interface ScenarioView {
  readonly id: string;
  readonly scenario: Scenario;
  /** `100 clients · 20 events/s · 128 B payload · browser headers · 5 rounds` */
  readonly setting: string;
  /** How many runs its rounds are of; more than one of a merged result. */
  readonly runs: number;
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
  /** Of all its lanes, but for the poll interval of those that say it in their title. */
  readonly point: Point;
  /** `a place in a burst of 100`, also where it is the only one; undefined where points have their settings alone. */
  readonly name: string | undefined;
  /** `64 B payload`: what tells it from the scenario's other places; undefined where it is the only one. */
  readonly varied: string | undefined;
  readonly title: string;
  readonly lanes: readonly LaneAtPlace[];
}

export interface LaneAtPlace {
  readonly label: LaneLabel;
  readonly cells: readonly Cell[];
  /** Of those whose delivery audit found nothing, the attempt that counts of each round. */
  readonly valid: readonly CompletedCell[];
  /** All of those, by round: what is paired with another lane goes by their attempts. */
  readonly attempts: readonly CompletedCell[];
  readonly estimates: ReadonlyMap<string, Estimate>;
  readonly comparisons: ReadonlyMap<string, Comparison>;
  /** The lane that it is compared with; undefined where it is compared with none. */
  readonly baseline: LaneLabel | undefined;
  readonly isVariant: boolean;
}

/** In the order of the run, but that a duplicate follows its original. */
export function laneLabels({ lanes, reference }: Pick<Result, 'lanes' | 'reference'>): ReadonlyMap<string, LaneLabel> {
  const places = new Map(lanes.map(({ id }, index) => [id, index]));
  const hues = huesOf(lanes.map(({ transport }) => transport));
  const labels = lanes.map(({ id, title, transport, duplicateOf }, index): [string, LaneLabel] => {
    const isReference = id === reference;
    // The lane that others are compared with is a lane of its own.
    const original = duplicateOf === undefined || isReference ? undefined : places.get(duplicateOf);
    const kin = lanes.filter((lane) => lane.transport === transport && lane.duplicateOf === undefined);
    const variant = Math.max(
      0,
      kin.findIndex((lane) => lane.id === (duplicateOf ?? id)),
    );
    return [id, { title, index, hue: hues.indexOf(transport), variant, isReference, duplicateOf: original }];
  });
  return new Map(labels.sort(([, a], [, b]) => inOrder(a, b)));
}

/** The same transport has the same colour in every run: these have a place, and others take those that are free. */
const TRANSPORTS = ['tcp', 'polling', 'long-polling', 'sse', 'websocket', 'streaming'];

function huesOf(transports: readonly string[]): readonly string[] {
  const places: (string | undefined)[] = TRANSPORTS.map((name) => (transports.includes(name) ? name : undefined));
  for (const transport of new Set(transports)) {
    if (places.includes(transport)) continue;
    const free = places.indexOf(undefined);
    places[free === -1 ? places.length : free] = transport;
  }
  return places.map((place) => place ?? '');
}

export function inOrder(a: LaneLabel, b: LaneLabel): number {
  return (a.duplicateOf ?? a.index) - (b.duplicateOf ?? b.index) || a.index - b.index;
}

export function labelsOf(lanes: readonly Pick<LaneAtPlace, 'label'>[]): LaneLabel[] {
  return [...new Map(lanes.map(({ label }) => [label.index, label])).values()].sort(inOrder);
}

export function laneAt({ lanes }: Place, { index }: LaneLabel): LaneAtPlace | undefined {
  return lanes.find(({ label }) => label.index === index);
}

/** One unit for the metric's values of these lanes; of several metrics, the kind of quantity is that of the first. */
export function scaleIn(lanes: readonly LaneAtPlace[], metrics: readonly [Metric, ...Metric[]]): Scale {
  const values = lanes.flatMap(({ estimates }) => metrics.flatMap(({ id }) => estimates.get(id)?.value ?? []));
  return scaleOf(metrics[0], values);
}

/** What is counted, as the plain mean of the rounds and their range; undefined where no round has a value. */
export function rangeOfRounds(
  { valid }: LaneAtPlace,
  of: (cell: CompletedCell) => number | undefined,
): Interval | undefined {
  const values = valid.flatMap((cell) => of(cell) ?? []);
  return values.length === 0 ? undefined : { ...rangeOf(values), spread: 'range' };
}

export function viewsOf(result: Result, anchors: Anchors): ScenarioView[] {
  return result.scenarios.flatMap((scenario): ScenarioView[] => {
    const cells = result.cells.filter((cell) => cell.scenario === scenario.id);
    const points = distinctPoints(cells.map(({ point }) => point));
    if (points.length === 0) return [];
    const sweeps = namedSweeps(result, scenario, points) ?? settingSweeps(result, scenario, points);
    return [
      {
        id: anchors.take(scenario.id),
        scenario,
        runs: result.merged?.length ?? 1,
        setting: [commonText(points), roundsText(scenario, result)].filter(Boolean).join(' · '),
        places: [...new Set(sweeps.flatMap(({ places }) => places.map(({ place }) => place)))],
        sweeps,
      },
    ];
  });
}

function settingSweeps(result: Result, scenario: Scenario, points: readonly Point[]): SweepView[] {
  const byPoint = new Map(
    points.map((point) => [
      point,
      placeOf(scenario, point, variedText(point, points), lanesAt(result, scenario, point)),
    ]),
  );
  const at = (point: Point): Place[] => [byPoint.get(point) ?? []].flat();
  return sweepsOf(points, scenario).map(({ title, along, points: swept }) => ({
    title,
    along,
    places: swept.flatMap(({ point, title }) => at(point).map((place) => ({ place, title: title || undefined }))),
  }));
}

/** Each by itself, with a row for each poll interval of a lane that polls; undefined where places have no names. */
function namedSweeps(result: Result, scenario: Scenario, points: readonly Point[]): SweepView[] | undefined {
  const groups = pointsByPlace(points);
  const places = groups.flatMap((group) => {
    const name = placeName(scenario, group[0]);
    const varied = groups.length > 1 ? name : undefined;
    return name === undefined ? [] : [placeOf(scenario, group[0], varied, lanesAtAny(result, scenario, group))];
  });
  if (places.length < groups.length) return undefined;
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  return places.map((place) => ({
    title: place.varied && capital(place.varied),
    along: undefined,
    places: [{ place, title: undefined }],
  }));
}

/** A lane that was measured at several of these points has a row for each, with what it polls in its title. */
function lanesAtAny(result: Result, scenario: Scenario, points: readonly Point[]): LaneAtPlace[] {
  const all = points.flatMap((point) => lanesAt(result, scenario, point).map((lane) => ({ point, lane })));
  return labelsOf(all.map(({ lane }) => lane)).flatMap(({ index }) => {
    const mine = all.filter(({ lane }) => lane.label.index === index);
    const [first] = mine;
    return mine.map(({ point, lane }, at) => {
      if (mine.length === 1) return lane;
      const row = result.lanes[index];
      const polled = (row && eventsPerPollText(row, point)) ?? variedText(point, points);
      return { ...lane, label: rowLabel(lane.label, polled, at / mine.length, lane === first?.lane) };
    });
  });
}

/** @param after of 1, behind the lane of this index and before the next one */
function rowLabel(label: LaneLabel, what: string | undefined, after: number, isFirst: boolean): LaneLabel {
  return {
    ...label,
    title: what === undefined ? label.title : `${label.title}, ${what}`,
    index: label.index + after,
    variant: label.variant + (isFirst ? 0 : 1),
    isReference: label.isReference && isFirst,
  };
}

/** `5 rounds`, `5 rounds in each of 3 runs` */
function roundsText({ rounds }: ScenarioView['scenario'], { merged }: Pick<Result, 'merged'>): string {
  const text = countOf(rounds, 'round');
  return merged ? `${text} in each of ${countOf(merged.length, 'run')}` : text;
}

function placeOf(scenario: Scenario, point: Point, varied: string | undefined, lanes: readonly LaneAtPlace[]): Place {
  return {
    point,
    name: placeName(scenario, point),
    varied,
    title: varied === undefined ? scenario.title : `${scenario.title}, ${varied}`,
    lanes,
  };
}

function lanesAt(result: Result, scenario: Scenario, point: Point): LaneAtPlace[] {
  const isHere = (one: { scenario: string; point: Point }) =>
    one.scenario === scenario.id && keyOf(one.point) === keyOf(point);
  const cells = result.cells.filter(isHere);
  const labels = laneLabels(result);
  return [...labels].flatMap(([id, label]) => {
    const ofLane = cells.filter(({ lane }) => lane === id).sort(inRoundOrder);
    if (ofLane.length === 0) return [];
    const isMine = (one: { lane: string; scenario: string; point: Point }) => one.lane === id && isHere(one);
    // A duplicate and its original are compared by the noise floor alone.
    const compared = result.comparisons.filter(
      (one) => isMine(one) && (one.reference === result.reference || !isDuplicate(result.lanes, id, one.reference)),
    );
    const baseline = compared[0]?.reference;
    const attempts = ofLane.filter(isValid);
    return {
      label,
      cells: ofLane,
      valid: chosenCells(attempts),
      attempts,
      estimates: new Map(result.estimates.filter(isMine).map((one) => [one.metric, one])),
      comparisons: new Map(compared.map((one) => [one.metric, one])),
      baseline: baseline === undefined ? undefined : labels.get(baseline),
      isVariant: baseline !== undefined && isVariant(result.lanes, id, baseline),
    };
  });
}

/** All completed cells of a lane, over a scenario's points, rounds and attempts; lanes without one are left out. */
export function completedByLane({ places }: ScenarioView): { label: LaneLabel; completed: CompletedCell[] }[] {
  const lanes = places.flatMap((place) => place.lanes);
  return labelsOf(lanes).flatMap((label) => {
    const cells = lanes.filter((lane) => lane.label.index === label.index).flatMap((lane) => lane.cells);
    const completed = cells.filter((cell) => cell.state === 'completed');
    return completed.length > 0 ? [{ label, completed }] : [];
  });
}

/** What is said of a lane is said once. */
export function withoutDuplicates(view: ScenarioView): ScenarioView {
  return keepLanes(view, ({ label }) => label.duplicateOf === undefined);
}

/** A duplicate that takes the same bytes as its original would only be drawn over it. */
export function withoutEqualBytes(view: ScenarioView): ScenarioView {
  const { id, margin } = headlineOf('bytes');
  return keepLanes(view, ({ label: { index, duplicateOf } }) => {
    if (duplicateOf === undefined) return true;
    return !view.places.every(({ lanes }) => {
      const bytesOf = (lane: number) => lanes.find(({ label }) => label.index === lane)?.estimates.get(id)?.value;
      return Math.abs(Math.log((bytesOf(index) ?? 0) / (bytesOf(duplicateOf) ?? 0))) <= Math.log1p(margin);
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

/** What a cell is called where cells of several scenarios and points stand together. */
export function placeTitles(views: readonly ScenarioView[]): (cell: Cell) => string {
  const titles = new Map(
    views.flatMap(({ scenario, places }) =>
      places.flatMap((place) =>
        [place.point, ...place.lanes.flatMap(({ cells }) => cells[0]?.point ?? [])].map(
          (point) => [`${scenario.id} ${keyOf(point)}`, titleAt(place, point)] as const,
        ),
      ),
    ),
  );
  return ({ scenario, point }) => titles.get(`${scenario} ${keyOf(point)}`) ?? scenario;
}

/** A lane has its own title beside the place's: of a row at another poll interval, that is said too. */
function titleAt({ title, point: own, lanes }: Place, point: Point): string {
  if (keyOf(own) === keyOf(point)) return title;
  const points = lanes.flatMap(({ cells }) => cells[0]?.point ?? []);
  return [title, variedText(point, [own, ...points])].filter(Boolean).join(', ');
}

/** A run that is resumed measures once more what failed: both cells are in the result, and the later one counts. */
export function wasMeasuredAgain(failed: Cell, cells: readonly Cell[]): boolean {
  return cells.some(
    (cell) =>
      cell.state === 'completed' &&
      cell.order > failed.order &&
      cell.round === failed.round &&
      cell.run === failed.run &&
      keyOfPlace(cell) === keyOfPlace(failed),
  );
}
