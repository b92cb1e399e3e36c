import { describe, expect, it } from 'vitest';
import { makeFanOut } from '../../tests/test-fan-out.ts';
import { Anchors } from './anchors.ts';
import { quoteOf, quotesOf, reportOf } from './quotes.ts';

const report = reportOf(makeFanOut(), new Anchors());
const [polled] = report.result.lanes;
const lane = polled?.id ?? '';

describe('a figure of a run is found', () => {
  it('by metric, lane and point, also where a place has the lane at two poll intervals', () => {
    const all = quotesOf(report, { metric: 'latency.p50Us', lane });
    expect(all.map(({ estimate }) => estimate.point.pollIntervalMs)).toEqual([undefined, 50]);
    const often = quoteOf(report, { metric: 'latency.p50Us', lane, at: ({ pollIntervalMs }) => pollIntervalMs === 50 });
    expect(often?.label.title).toBe('Lane alpha, 1 event a poll');
    expect(often?.comparison?.point.pollIntervalMs).toBe(50);
  });

  it('or not, where the run has no such lane, scenario or figure', () => {
    expect(quoteOf(report, { metric: 'latency.p50Us', lane: 'none' })).toBeUndefined();
    expect(quoteOf(report, { metric: 'latency.p50Us', lane, scenario: 'none' })).toBeUndefined();
    expect(quoteOf(report, { metric: 'polls.eventsPerPoll', lane })).toBeUndefined();
  });

  it('and is refused by name where no such metric exists', () => {
    expect(() => quoteOf(report, { metric: 'none', lane })).toThrow('there is no metric none');
  });
});
