/** Pure: what of a run's figures holds over a real network, what does not, and what was not asked. */

import type { Result } from '../../../contract/result.ts';
import { QUOTED } from '../../../stats/metrics/quoted.ts';
import { formatCount, formatExact, formatSetting } from '../words/format.ts';
import { type Quote, quoteOf, quotesOf, type Report } from '../words/quotes.ts';
import { isRefused } from '../words/standing.ts';

/** What TLS 1.3 adds to each write: a record's header, its inner type and its tag. */
const TLS_RECORD_BYTES = 5 + 1 + 16;
/** A segment's payload over Ethernet with timestamps: 1,500 B less the headers of IPv4 and TCP. */
const SEGMENT_BYTES = 1_448;

/** What a scenario of the lab asks that others do not. */
export const QUESTIONS: readonly (readonly [scenario: string, what: string])[] = [
  ['distance', 'distance'],
  ['variants', 'TLS, HTTP/2, compression'],
  ['reconnect', 'a restart of the server'],
  ['slow-client', 'a client that stops reading'],
  ['upstream', 'messages from the client'],
  ['knee', 'the most load'],
];

export type LimitsModel = ReturnType<typeof limitsOf>;

export function limitsOf(report: Report) {
  const asked = new Set(report.result.scenarios.map(({ id }) => id));
  const missing = QUESTIONS.filter(([scenario]) => !asked.has(scenario));
  return {
    lists: [
      { title: 'Holds over a network', items: lasting(report) },
      { title: 'Does not', items: passing(report) },
      {
        title: 'Was not asked',
        items: [
          'Browsers, proxies, mobile radio and batteries, several server cores, other languages and libraries.',
          ...(missing.length > 0 ? [`In this run: ${missing.map(([, what]) => what).join('; ')}.`] : []),
        ],
      },
    ],
    command:
      missing.length > 0
        ? `npm run bench -- --scenarios ${missing.map(([scenario]) => scenario).join(',')}`
        : undefined,
  };
}

function lasting(report: Report): string[] {
  const overheads = overheadTexts(report);
  const examples = overheads.length > 0 ? ` (${overheads.join(', ')})` : '';
  return [
    `Bytes on the sockets: the protocol and the headers make them, not the machine${examples}.`,
    'Ratios of bytes at the same headers and payload; packets of events smaller than a segment.',
    'That polling waits half its interval; which transport takes more CPU, where the ratio is large.',
  ];
}

/** Overheads at the first place that has one, by lane: `WebSocket + 4 B`. */
function overheadTexts(report: Report): string[] {
  const first = (lane: string) => quoteOf(report, { metric: 'wire.overheadPerDeliveryBytes', lane });
  const quotes = originals(report.result).flatMap(({ id }) => first(id) ?? []);
  return quotes
    .filter(({ place, estimate }) => place === quotes[0]?.place && !isRefused(estimate))
    .map(({ label, estimate }) => `${label.title} + ${formatExact(estimate.value)}\u00a0B`);
}

function originals({ lanes }: Result): Result['lanes'] {
  return lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
}

function passing(report: Report): string[] {
  const { cells, environment } = report.result;
  const distances = [...new Set(cells.flatMap(({ point }) => point.rttMs ?? []))].filter((rttMs) => rttMs > 0);
  const mtu = environment.loopbackMtuBytes;
  const hasTls = cells.some(
    (cell) => cell.state === 'completed' && ['https', 'h2'].includes(`${cell.options['over']}`),
  );
  return [
    distances.length > 0
      ? `Times: RTTs of ${distances.sort((a, b) => a - b).join(', ')}\u00a0ms were added on one machine; the rest is loopback.`
      : 'Times: all are over loopback. Add RTT/2 to a push, and a round trip for each lost packet.',
    ...differenceTexts(report),
    ...(mtu === null ? [] : [mtuText(mtu)]),
    ...(hasTls
      ? []
      : [`Bytes in the clear: TLS 1.3 adds ${TLS_RECORD_BYTES}\u00a0B to each write, and its handshake.`]),
  ];
}

function mtuText(mtu: number): string {
  return `Packets of large events: loopback takes ${formatCount(mtu)}\u00a0B in one, Ethernet ${formatCount(SEGMENT_BYTES)}.`;
}

/** How far the transports that push lie apart, where that is less than a network's own jitter. */
function differenceTexts(report: Report): string[] {
  // The control has no keep-alive, and is no transport to choose.
  const pushed = originals(report.result).filter((lane) => lane.polls === undefined && lane.idlePeriodMs !== undefined);
  const quotes = pushed.flatMap(({ id }) => quotesOf(report, { metric: QUOTED.p50, lane: id }));
  const near = quotes.filter(({ place, estimate }) => place === quotes[0]?.place && !isRefused(estimate));
  const sorted = near.toSorted((a, b) => a.estimate.value - b.estimate.value);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (!least || !most || least === most) return [];
  const apartMs = (most.estimate.value - least.estimate.value) / 1e3;
  const names = ({ label }: Quote) => label.title;
  return [
    `Differences between pushes: ${names(least)} and ${names(most)} are ${formatSetting(Number(apartMs.toPrecision(2)))}\u00a0ms apart, ` +
      'which a network’s jitter hides.',
  ].filter(() => apartMs < 5);
}
