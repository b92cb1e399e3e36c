/** Rows of the table of metrics, of what a latency is made of, and of the same events through the clients that people use. */

import type { CompletedCell, LatencyParts } from '../../contract/result.ts';
import { EVENTS_NEEDED } from '../percentiles.ts';
import { LATENCY, type Metric, type Shown } from './metric.ts';

const PROBED = {
  needs: 'probes, whose writes the server stamps',
  samplesOf: ({ latency }: CompletedCell) => latency.count,
};

export const latencyPartMetrics: readonly Metric[] = [
  {
    id: 'latency.libraryP50Us',
    title: 'Latency p50 through the client libraries',
    label: 'p50, client libraries',
    unit: 'µs',
    ...LATENCY,
    verbs: { lower: 'has a lower p50 through its library than', higher: 'has a higher p50 through its library than' },
    definition:
      "p50 of the time from the instant an event was due to the first clock reading of the clients that make the load, which are the transport's usual ones",
    of: ({ libraryLatency, window }) => (window.events >= EVENTS_NEEDED.p50 ? libraryLatency?.p50Us : undefined),
    needs: 'probes beside the clients that make the load',
    samplesOf: ({ libraryLatency }) => libraryLatency?.count ?? 0,
    isPercentile: true,
    isPart: true,
    shown: shownAs(),
  },
  part('latency.feedUs', 'feedUs', 'Feed lag', 'from the instant an event was due to its publication'),
  part(
    'latency.serverUs',
    'serverUs',
    'Time at the server',
    'from the publication of an event to the write of its bytes, with the wait for the poll of a lane that polls',
    'Until written; of polls, the wait for the poll',
  ),
  part('latency.wireUs', 'wireUs', 'Wire and wake-up', "from the write of an event's bytes until they woke the probe"),
  part('latency.clientUs', 'clientUs', 'Client queue', 'for which the probe let an event wait that had woken it'),
];

/** @param onPage heads its column of the page, where the title leaves something open */
function part(id: string, field: keyof LatencyParts, title: string, what: string, onPage?: string): Metric {
  return {
    id,
    title,
    label: title,
    unit: 'µs',
    ...LATENCY,
    verbs: { lower: `has less ${title.toLowerCase()} than`, higher: `has more ${title.toLowerCase()} than` },
    definition: `Mean time ${what}: one of the four parts that add up to the mean latency`,
    of: ({ latencyParts }) => latencyParts?.[field],
    ...PROBED,
    isPart: true,
    shown: shownAs(onPage),
  };
}

function shownAs(onPage?: string): Shown {
  return {
    figures: [],
    ...(onPage !== undefined && { chart: { label: onPage } }),
    exported: { table: 'latency-parts', figures: ['latency'] },
  };
}
