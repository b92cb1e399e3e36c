/** A result becomes a page: pure, without HTML. The same result always gives the same page. */

import type { Self } from '../../contract/files/self.ts';
import type { Result } from '../../contract/result.ts';
import { checksOf } from './checks.ts';
import { citeOf } from './citation.ts';
import { noiseFloorOf } from './findings/noise-floor.ts';
import { breakEvenOf } from './formulas/break-even.ts';
import { constantsOf } from './formulas/constants.ts';
import { residualsOf } from './formulas/residuals.ts';
import type { Entry, Figure } from './page-model.ts';
import { claimsOf } from './parts/claims/claims.ts';
import { measuredSections } from './parts/further/measured.ts';
import { heroOf } from './parts/hero/hero.ts';
import { refusedFigures } from './parts/hero/trust.ts';
import { limitsOf } from './parts/limits.ts';
import { numbersOf } from './parts/numbers/numbers.ts';
import { wireSection } from './parts/wire/wire-section.ts';
import { betweenRunsTable } from './tables/between-runs-table.ts';
import { conditionsOf } from './tables/conditions.ts';
import { type EarlierRun, earlierTable } from './tables/earlier-table.ts';
import { selfTable } from './tables/self-table.ts';
import { Anchors } from './words/anchors.ts';
import { countOf, formatCount, formatDuration, formatInstant } from './words/format.ts';
import { reportOf } from './words/quotes.ts';
import { sessionText } from './words/standing.ts';
import { commitText, reproduceLines, runsBeforeText, sourceText } from './words/wording.ts';

export type PageModel = ReturnType<typeof pageModel>;

/**
 * @param earlier runs of the same settings on the same machine, for the table that stands them beside this one
 * @param self how far the laboratory is from the smallest programs that do the same, where that was measured
 */
export function pageModel(result: Result, earlier: readonly EarlierRun[] = [], self?: Self) {
  const report = reportOf(result, new Anchors());
  const { views } = report;
  const hero = heroOf(report);
  const constants = constantsOf(report);
  const wire = wireSection(report);
  const { time, silence, server, further } = measuredSections(report, wire !== undefined);
  // Parts, in the order of the page; one that the result has nothing for is undefined, and left out.
  return {
    title: `${hero.question} · Pushlab`,
    hero,
    wire,
    numbers: numbersOf(report, constants),
    breakEven: breakEvenOf(report, constants),
    ...{ time, silence, server, further },
    sections: [time, silence, server, ...further].flatMap((section) => section ?? []),
    model: residualsOf(report, constants),
    claims: claimsOf(report),
    limits: limitsOf(report),
    cite: citeOf(result, views),
    reproduce: reproduceOf(result),
    runs: [betweenRunsTable(result, views), earlierTable(result, views, earlier)],
    checks: {
      ...checksOf(result, views),
      noiseFloor: noiseFloorOf(result),
      session: sessionText(result),
      refused: refusedFigures(report),
    },
    self: self && selfTable(self),
    facts: factsOf(result),
    conditions: conditionsOf(result, views),
    source: sourceText(result),
  };
}

/** All that have charts, in the order of the page. */
export function figuresOf({ breakEven, sections, model }: PageModel): Figure[] {
  const computed = [breakEven, model].map((one) => (one && 'charts' in one ? [one] : []));
  const [before = [], after = []] = computed;
  return [...before, ...sections.flatMap(({ figures }) => figures), ...after];
}

function factsOf(result: Result): Entry[] {
  const { id, startedAt, finishedAt, profile, lanes, sessions, seed, command, environment, merged, runsBefore } =
    result;
  const took = finishedAt === null ? 'did not end' : `took ${formatDuration(startedAt, finishedAt)}`;
  const inSessions = sessions.length > 1 ? `, in ${countOf(sessions.length, 'session')}` : '';
  const duplicates = lanes.filter((lane) => lane.duplicateOf !== undefined).length;
  const repeated = duplicates > 0 ? `, ${formatCount(duplicates)} of them a repeat` : '';
  return [
    { term: 'Run', text: id, code: true },
    ...mergedFacts(merged),
    { term: 'Date', text: merged ? datesText(merged) : `${formatInstant(startedAt)}, ${took}${inSessions}` },
    { term: 'Profile', text: `${profile}: ${countOf(lanes.length, 'lane')}${repeated}` },
    ...(runsBefore === undefined ? [] : [{ term: 'Before it', text: runsBeforeText(runsBefore) }]),
    ...(merged ? [] : [{ term: 'Seed', text: String(seed) }]),
    { term: 'Command', text: command, code: true },
    { term: 'Pushlab', text: `${environment.versions.pushlab}, ${commitText(environment)}` },
    { term: 'Machine', text: `${environment.cpu.model ?? 'unknown CPU'}, ${countOf(environment.cpu.cores, 'core')}` },
  ];
}

function mergedFacts(merged: Result['merged']): Entry[] {
  return merged ? [{ term: 'Joined from', text: merged.map(({ id }) => id).join(' '), code: true }] : [];
}

function datesText(merged: NonNullable<Result['merged']>): string {
  const [first, last] = [merged[0], merged.at(-1)].map((run) => (run ? formatInstant(run.startedAt) : ''));
  return `${countOf(merged.length, 'run')}, begun from ${first} to ${last}`;
}

function reproduceOf(result: Result) {
  const differs = result.environment.git.dirty
    ? ' The code of this run differed from its commit, so that the same code can’t be had.'
    : '';
  return {
    text:
      'The same commit, command and seed give the same events, the same order of cells and the same phases of the clients. ' +
      `Times differ with the machine and its state; ratios less so.${differs}`,
    lines: reproduceLines(result),
  };
}
