/** Rows of the table of metrics, of what a poll takes, and of the server that does nothing: what stands beside costs per event. */

import type { CompletedCell } from '../../contract/result.ts';
import { cpuEachUs, floorShareOf } from './floor.ts';
import { BYTES, COUNTED, CPU, type FigureKind, type Metric, type Shown, takes } from './metric.ts';
import { windowBytes } from './window-bytes.ts';

const POLLED: readonly FigureKind[] = ['latency', 'bytes', 'cpu', 'tradeoff', 'idle'];
const SHOWN: Shown = { figures: [], exported: { table: 'polls', figures: POLLED } };
const ANSWERED = {
  needs: 'polls that the server answers within the window',
  samplesOf: ({ polls }: CompletedCell) => polls?.answered ?? 0,
};

export const pollMetrics: readonly Metric[] = [
  {
    id: 'polls.eventsPerPoll',
    title: 'Events per poll',
    label: 'Events per poll',
    kind: 'bytes',
    unit: '',
    ...COUNTED,
    verbs: { lower: 'gets fewer events per poll than', higher: 'gets more events per poll than' },
    definition: 'Deliveries within the window by polls answered in it, empty ones among them',
    of: (cell) => perPoll(cell, cell.wire.windowDeliveries),
    ...ANSWERED,
    isPart: true,
    shown: SHOWN,
  },
  {
    id: 'wire.perPollBytes',
    title: 'Bytes per poll answered',
    label: 'Bytes per poll',
    ...BYTES,
    verbs: takes('bytes per poll', 'fewer'),
    definition: 'All bytes on the sockets, both directions, by polls answered within the window, empty ones among them',
    of: (cell) => perPoll(cell, windowBytes(cell)),
    ...ANSWERED,
    isPart: true,
    shown: SHOWN,
  },
  {
    id: 'server.cpuPerPollUs',
    title: 'Server CPU per poll',
    label: 'CPU per poll',
    unit: 'µs',
    ...CPU,
    verbs: takes('server CPU per poll', 'less'),
    definition:
      'CPU time of the server process within the window by polls answered in it, less what it took at the same rate of events without a client; in older results all of it',
    // A killed server takes its count of CPU time along.
    of: (cell) =>
      cell.recovery || perPoll(cell, 1) === undefined ? undefined : cpuEachUs(cell, cell.polls?.answered ?? 0),
    ...ANSWERED,
    isPart: true,
    shown: SHOWN,
  },
  {
    id: 'server.floorCpuShare',
    title: 'Server CPU without clients',
    label: 'Without clients',
    unit: '%',
    ...CPU,
    verbs: takes('server CPU without clients', 'less'),
    definition: 'CPU time of the server process at the same rate of events without a client, as a share of one core',
    of: (cell) => {
      const share = floorShareOf(cell);
      return share === undefined ? undefined : 100 * share;
    },
    needs: 'a window in which the server had no client',
    isPart: true,
    shown: {
      figures: [],
      exported: { table: 'server', figures: ['cpu', 'idle'] },
    },
  },
];

function perPoll({ polls, opened, closedLoops }: CompletedCell, amount: number): number | undefined {
  // Their polls are counted otherwise, or answered outside of a window too.
  if (opened || closedLoops || !polls?.answered) return undefined;
  return amount / polls.answered;
}
