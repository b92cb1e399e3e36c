/** Which section of the page shows what was measured: each kind of figures of a scenario stands in one of them. */

import type { FigureKind } from '../../../../stats/metrics/metrics.ts';
import type { Section } from '../../page-model.ts';
import type { ScenarioView } from '../../words/places.ts';
import type { Report } from '../../words/quotes.ts';
import { cpuView, memoryView, serverSection } from '../cost/server-section.ts';
import { silenceSection, silenceView } from '../cost/silence-section.ts';
import { distanceView, latencyView, timeSection } from '../time/time-section.ts';
import { furtherSections } from './further-sections.ts';

/** Those without a value say what was not measured; undefined of a run that ended before its first cell did. */
export interface Measured {
  readonly time: Section | undefined;
  readonly silence: Section | undefined;
  readonly server: Section | undefined;
  readonly further: readonly Section[];
}

/** @param hasWire whether what goes over the wire has its own section */
export function measuredSections(report: Report, hasWire: boolean): Measured {
  const { views } = report;
  if (views.length === 0) return { time: undefined, silence: undefined, server: undefined, further: [] };
  const side = latencyView(views);
  const isShown = (view: ScenarioView, kind: FigureKind): boolean => {
    const shownBy: Partial<Record<FigureKind, readonly (ScenarioView | undefined)[]>> = {
      latency: [side, distanceView(views)],
      bytes: hasWire && side?.scenario.figures.includes('layers') ? [side] : [],
      layers: views,
      cpu: [cpuView(views)],
      memory: [memoryView(views)],
      idle: [silenceView(views)],
      gap: views.filter(({ scenario }) => scenario.figures.includes('gap')).slice(0, 1),
    };
    return shownBy[kind]?.includes(view) ?? false;
  };
  return {
    time: timeSection(report, hasWire),
    silence: silenceSection(report),
    server: serverSection(report),
    further: furtherSections(report, isShown),
  };
}
