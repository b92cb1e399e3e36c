/** How to read the page: the words it uses, each in a sentence or two. */

import type { Entry } from './page-model.ts';

const TEXTS = {
  Event: 'One message of the source. All lanes carry the same events, on a schedule that never waits for a client.',
  Delivery: 'One event that reached one client.',
  Latency:
    'The time from the instant at which the schedule wanted the event to the client’s first clock reading when ' +
    'its bytes arrived. It has not parsed, inflated or decoded them by then; but TLS is decrypted and the frames of HTTP/2 ' +
    'are read by then, for Node does that before it hands bytes on. Server and clients read one monotonic clock. The ' +
    'clients of a load worker share an event loop, and the wait for it is part of the latency. Clients that the ledger ' +
    'reads along with are left out.',
  Payload:
    'The text of the event; where a lane compresses or encodes it, what went over the wire in its place. All other bytes ' +
    'on the socket are overhead.',
  Layer:
    'What a byte on the socket is for: payload, framing, chunking, request head, response head, handshake, control or ' +
    'TLS. A reader of its own puts every byte into exactly one, so that the layers add up to what the sockets counted.',
  Handshake:
    'What opens a lasting connection: the request and response head of an event stream, a WebSocket upgrade, the preface ' +
    'and settings of HTTP/2; and what TLS says from its hello to its tickets, which as a layer is TLS. It is spent once ' +
    'and is no part of a delivery.',
  'Empty poll':
    'A request and its answer that brought no event. Its bytes are shown apart from the heads of polls that did.',
  Segment:
    'A packet of TCP, with data or as an acknowledgement alone. Each adds its IPv4 and TCP header, which no count at the ' +
    'socket sees.',
  'Gap share':
    'Between the answer to a long poll and the arrival of the next one, a client has no poll at the server. The share of ' +
    'the deliveries whose event came then, and waited; the server counts them as it answers.',
  Transit: 'The way from server to client, or back: half a round trip.',
  'Header profile':
    'Which HTTP request headers the simulated clients send, from what the specifications need to a browser’s with a cookie.',
  'p50, p95, p99, p99.9':
    'The latency that this share of the deliveries of a round stayed below. A percentile is quoted only with enough ' +
    'events behind it: deliveries of one event to many clients are not independent.',
  Lane: 'One row of the comparison: a transport with its options.',
  Round:
    'Every lane measured once, in random order. The round is the sample: n counts rounds. Each ' +
    'small mark in a chart is one round; none is left out for being far away.',
  Interval:
    'In brackets, for times and memory: the 95 % t interval of the mean over rounds, taken on the logarithm, so that the ' +
    'mean is the geometric one. It says where the mean of many more such rounds would lie, on this machine and under ' +
    'these conditions. Of runs that were joined it comes from the variance between them. A chart does not draw one that is ' +
    'narrower than its mark; the table has it.',
  Range:
    'In parentheses, for what is counted: the least and the most of the rounds, around their plain mean. Bytes hardly ' +
    'vary, so there is nothing to estimate.',
  Ratio:
    'A lane’s value divided by that of the reference in the same round, averaged geometrically over the rounds. A variant ' +
    'has its ratio to the lane that it is but for one option, where that was measured too.',
  Verdict:
    'What a ratio comes to. Lower or higher: it lies beyond the margin. No practical difference: it lies within. Not ' +
    'decided: these rounds leave it open, and the rounds said to be needed hold if more rounds vary as these did. A ' +
    'range decides as a whole: all of it beyond the margin, or all of it within.',
  Margin:
    'How far a ratio may be from 1 and still make no difference in practice: 5 % for times and memory, 1 % for bytes, 20 % ' +
    'for what others notice of a client that stalls. ' +
    'It was set before anything was measured.',
  'Holm’s correction':
    'Who makes many comparisons finds some difference by chance alone. All comparisons of one quantity in a scenario are ' +
    'therefore judged together, those of variants apart from the others, the clearest first, each more strictly than it ' +
    'would be alone. So a verdict can be open although its own interval lies beyond the margin, or within it.',
  'Noise floor':
    'What two measurements of the same lane differ by: the second runs like any other lane, and its ratio to the ' +
    'first would be 1 without noise. By chance alone, one of its intervals in twenty leaves 1. Figures of bytes leave it ' +
    'out where its bytes are the same.',
  Citable:
    'Bytes, packets, memory, CPU and latency each have grounds of their own to be cited. † marks a figure that is not citable: ' +
    'its reasons stand below the table, and those of the run at the top.',
  'Parts of latency':
    'Until the event was published (feed), until its bytes were handed to the kernel (server), until they woke the probe (wire), ' +
    'and what the probe let them wait (client). The four add up to the mean latency.',
  'Server CPU without clients':
    'What the feed and its alarm take at the same rate of events. Server CPU per delivery, per poll and of silence is without it, ' +
    'where it was measured.',
  'Events per poll':
    'Deliveries by polls answered. What a poll costs is shared by the events that it brings: cost per event is to be read with it.',
  Limit:
    'What a value is not to exceed while a load rises. A lane keeps it at a setting when every round does, there and at ' +
    'all settings before; what gave out is who had no time left in the first rounds that did not.',
  Witness:
    'A load generator of others that asks the same server as often as our own clients did, after them: both should find ' +
    'the same capacity. Where they are more than 20 % apart, the result says so.',
  Herd: 'Clients that come back at the same instant after a server’s death. The later each of them tries, the flatter it is.',
  Session: 'From the start of a run to its end or its interruption. A run that is resumed has another for each time.',
  Control:
    'A lane that carries the events with as little as possible around them. It shows what the harness and the ' +
    'machine cost; what another lane takes beyond it is its own.',
};

export const glossary: readonly Entry[] = Object.entries(TEXTS).map(([term, text]) => ({ term, text }));

/** The entries whose term, or one of its terms, stands in a text. */
export function glossaryOf(text: string): Entry[] {
  const said = text.toLowerCase();
  return glossary.filter(({ term }) =>
    term
      .toLowerCase()
      .split(', ')
      .some((word) => said.includes(word)),
  );
}
