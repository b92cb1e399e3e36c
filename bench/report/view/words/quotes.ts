/** Single figures of a run, found by what they are of: what the page's answers quote, and formulas take their constants from. */

import type { Comparison, Estimate, Point, Result } from '../../../contract/result.ts';
import { type Metric, metricOf } from '../../../stats/metrics/metrics.ts';
import type { LaneLabel } from '../page-model.ts';
import type { Anchors } from './anchors.ts';
import { type LaneAtPlace, type Place, type ScenarioView, viewsOf } from './places.ts';

/** A result with its views, which every section of the page reads. */
export interface Report {
  readonly result: Result;
  readonly views: readonly ScenarioView[];
  /** Ids of the page, each given once. */
  readonly anchors: Anchors;
}

/** One figure, with all that a sentence or a source line needs to say of it. */
export interface Quote {
  readonly scenario: ScenarioView;
  readonly place: Place;
  readonly lane: LaneAtPlace;
  readonly label: LaneLabel;
  readonly metric: Metric;
  readonly estimate: Estimate;
  /** Against the reference; undefined of the reference itself. */
  readonly comparison: Comparison | undefined;
}

export interface Wanted {
  /** A metric's id. */
  readonly metric: string;
  /** A lane's id. */
  readonly lane: string;
  readonly scenario?: string;
  /** Which of the scenario's points. */
  readonly at?: (point: Point) => boolean;
}

export function reportOf(result: Result, anchors: Anchors): Report {
  return { result, views: viewsOf(result, anchors), anchors };
}

/** All figures that were asked for, in the order of the run. */
export function quotesOf(
  { views }: Pick<Report, 'views'>,
  { metric: id, lane: laneId, scenario: scenarioId, at = () => true }: Wanted,
): Quote[] {
  const metric = metricOf(id);
  const wanted = views.filter(({ scenario }) => scenarioId === undefined || scenario.id === scenarioId);
  return wanted.flatMap((scenario) =>
    scenario.places.flatMap((place) =>
      place.lanes.flatMap((lane) => {
        const estimate = lane.estimates.get(id);
        // A place may have a lane at two poll intervals, each with a label of its own.
        if (estimate?.lane !== laneId || !at(estimate.point)) return [];
        return [{ scenario, place, lane, label: lane.label, metric, estimate, comparison: lane.comparisons.get(id) }];
      }),
    ),
  );
}

/** The first of them; undefined where the run has none. */
export function quoteOf(report: Pick<Report, 'views'>, wanted: Wanted): Quote | undefined {
  return quotesOf(report, wanted)[0];
}

/** The lane's row in the result. */
export function rowOf({ result }: Pick<Report, 'result'>, { cells }: LaneAtPlace): Result['lanes'][number] | undefined {
  return result.lanes.find(({ id }) => id === cells[0]?.lane);
}
