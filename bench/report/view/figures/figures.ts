/** The table of figures that show metrics as they are: a new one is a row. */

import type { CompletedCell } from '../../../contract/result.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import { EVENTS_NEEDED, PERCENTILE_LABELS, type Percentile } from '../../../stats/percentiles.ts';
import { deliveriesColumn, type LaneColumn, NO_ROUND } from '../tables/lane-table.ts';
import { formatCount, formatNumber, formatPercent, formatRange } from '../words/format.ts';
import type { MetricFigureSpec, Series } from './metric-figure.ts';

const MIB = 1024 ** 2;

const percentile = (name: Percentile): Series => ({
  metric: `latency.${name}Us`,
  label: PERCENTILE_LABELS[name],
  whyMissing: `n too small (needs ${formatCount(EVENTS_NEEDED[name])} events)`,
});

const series = (metric: string, label = metricOf(metric).title): Series => ({
  metric,
  label,
  whyMissing: `needs ${metricOf(metric).needs}`,
});

export const LATENCY: MetricFigureSpec = {
  name: 'latency',
  title: 'Latency',
  definition:
    'From the instant an event was due to the first clock reading of the client that receives it. A late feed shows in it. ' +
    'The client has not parsed or inflated anything by then, but decrypted TLS and read the frames of HTTP/2.',
  plots: [
    {
      title: 'Latency',
      scale: 'log',
      series: [percentile('p50'), percentile('p95'), percentile('p99'), percentile('p999')],
    },
  ],
  more: [deliveriesColumn(['latency.p50Us'])],
};

export const CPU: MetricFigureSpec = {
  name: 'cpu',
  title: 'Server CPU per delivery',
  definition: `${metricOf('server.cpuPerDeliveryUs').definition}.`,
  plots: [
    {
      title: 'Server CPU per delivery',
      scale: 'linear',
      series: [{ metric: 'server.cpuPerDeliveryUs', label: 'CPU', whyMissing: 'no delivery' }],
    },
  ],
  more: [perRound('Of one core', '%', ({ server }) => server.cpuShare, formatPercent)],
};

const PER_CLIENT: Series = { metric: 'server.heapPerClientBytes', label: 'Heap growth', whyMissing: 'not known' };

export const MEMORY: MetricFigureSpec = {
  name: 'memory',
  title: 'Server memory per client',
  definition:
    `${metricOf('server.heapPerClientBytes').definition}, divided by the clients. Kernel memory, such as socket ` +
    'buffers, is not part of it. Peak RSS is of the whole server process within the window (elsewhere than on Linux: since it ' +
    'started), from the lowest round to the highest.',
  plots: [{ title: 'Server memory per client', scale: 'linear', series: [PER_CLIENT] }],
  more: [perRound('Peak RSS', 'MiB', ({ server }) => server.peakRssBytes / MIB, formatNumber)],
};

export const IDLE: MetricFigureSpec = {
  name: 'idle',
  title: 'What silence takes',
  plots: [
    one('idle.bytesPerClientMinute', 'Bytes'),
    one('idle.segmentsPerClientMinute', 'Packets'),
    one('idle.cpuPerClientMinuteUs', 'Server CPU'),
    { title: 'Server memory per client', scale: 'linear', series: [{ ...PER_CLIENT, label: 'Memory' }] },
  ],
};

export const CONNECT: MetricFigureSpec = {
  name: 'connect',
  title: 'To the first event',
  plots: [
    {
      title: 'Time to the first event',
      scale: 'log',
      series: [series('open.firstEventP50Us', 'p50'), series('open.firstEventP95Us', 'p95')],
    },
    one('open.bytesPerConnection', 'Bytes'),
  ],
};

export const UPSTREAM: MetricFigureSpec = {
  name: 'upstream',
  title: 'From client to server and back',
  plots: [
    {
      title: 'Echo',
      scale: 'log',
      series: [series('upstream.echoP50Us', 'p50'), series('upstream.echoP95Us', 'p95')],
    },
    one('upstream.bytesPerMessage', 'Bytes'),
  ],
};

export const RECOVERY: MetricFigureSpec = {
  name: 'recovery',
  title: 'Back after the server’s death',
  plots: [
    {
      title: 'Recovery',
      scale: 'log',
      series: [series('recovery.firstEventP50Us', 'p50'), series('recovery.firstEventMaxUs', 'Last client')],
    },
    one('recovery.attemptsPerClient', 'Connections tried'),
  ],
};

export const CAPACITY: MetricFigureSpec = {
  name: 'capacity',
  title: 'Polls that a server answers',
  definition:
    `${metricOf('capacity.requestsPerSecond').definition}; and the same with a load generator as a witness. A poll that ` +
    'finds nothing is answered with 204 and no body, one that finds events with 200 and the events.',
  plots: [
    {
      title: 'Polls answered',
      scale: 'linear',
      series: [
        series('capacity.requestsPerSecond', 'Own clients'),
        series('capacity.witnessRequestsPerSecond', 'Witness'),
      ],
    },
    one('capacity.bytesPerRequest', 'Bytes per poll'),
  ],
};

/** A chart of a single metric. */
function one(metric: string, label: string): MetricFigureSpec['plots'][number] {
  return { title: metricOf(metric).title, scale: 'linear', series: [series(metric, label)] };
}

/** What single rounds say, as a range. */
function perRound(
  label: string,
  unit: string,
  of: (cell: CompletedCell) => number,
  format: (value: number) => string,
): LaneColumn {
  return {
    column: { label, unit, numeric: true },
    cell: ({ valid }) => {
      const range = formatRange(valid.map(of), format);
      return range === undefined ? NO_ROUND : { text: range };
    },
  };
}
