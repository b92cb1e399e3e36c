/** The contract suite itself: each defect that a new transport may have must break a rule of it, by name. */

import { describe, expect, test } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import type { EncodedEvent, EventFeed } from '../contract/event.ts';
import type { Lane } from '../contract/lane.ts';
import { eventWith, giveUpAfter } from '../contract/test-support.ts';
import type { ClientTransport, ServerTransport } from '../contract/transport.ts';
import { nowNs } from '../measure/clock.ts';
import { rulesOf } from './contract/rules.ts';

/** What a defect makes wait for ever is waited for this long. Lanes without one hold the same rules in `contract-suite.test.ts`. */
giveUpAfter(2_000);

interface Mutant {
  readonly defect: string;
  readonly lanes: readonly string[];
  readonly of: (lane: Lane) => Lane;
  /** The rules that it breaks, at the least. */
  readonly breaks: readonly string[];
}

const mutants: readonly Mutant[] = [
  {
    defect: 'a heartbeat that is handed on as an event',
    lanes: ['sse', 'streaming'],
    of: (lane) =>
      withClient(lane, (half) => ({
        ...half,
        connect: (context, sink, options) => {
          const track: typeof context.meter.track = (socket) => {
            context.meter.track(socket);
            socket.on('data', (chunk: Buffer) => {
              // An empty line, or a comment, alone in its chunk of HTTP/1.1.
              if (/^\d\r\n:?\n+\r\n$/.test(chunk.toString('latin1'))) sink.event('', nowNs());
            });
          };
          return half.connect({ ...context, meter: { track } }, sink, options);
        },
      })),
    breaks: ['hears nothing of what keeps its connection open'],
  },
  {
    defect: 'a byte more than the format needs with each event',
    lanes: ['tcp', 'long-polling', 'sse', 'websocket', 'streaming'],
    of: (lane) =>
      withClient(
        withFeed(lane, (feed) => padded(feed)),
        (half) => ({
          ...half,
          connect: (context, sink, options) => {
            const event = (text: string, receivedNs: number) => sink.event(text.trimEnd(), receivedNs);
            const { gap, closed } = { gap: sink.gap.bind(sink), closed: sink.closed.bind(sink) };
            return half.connect(context, { event, gap, closed }, options);
          },
        }),
      ),
    breaks: ['every byte is in a layer, as the row says, and payload is the events to the byte'],
  },
  {
    defect: 'headers that are left out',
    lanes: ['polling', 'long-polling', 'sse', 'websocket', 'sse-h2-own'],
    of: (lane) =>
      withClient(lane, (half) => ({
        ...half,
        connect: (context, sink, options) => half.connect({ ...context, headers: 'minimal' }, sink, options),
      })),
    breaks: ['sends the headers of its profile: the larger ones take more bytes'],
  },
  {
    defect: 'clients that are not ended on close',
    lanes: ['tcp', 'sse', 'websocket', 'streaming'],
    of: (lane) =>
      withServer(lane, (half) => ({
        ...half,
        mount: async (...args) => {
          const mounted = await half.mount(...args);
          return Object.create(mounted, { close: { value: async () => {} } });
        },
      })),
    breaks: ['is ended by the transport as the protocol says, and not by its socket alone'],
  },
  {
    defect: 'requests that are served while the server closes',
    lanes: ['sse', 'websocket', 'streaming'],
    of: (lane) =>
      withServer(lane, (half) => ({
        ...half,
        mount: (host, ...others) => {
          const http: typeof host.http = async (over) =>
            Object.create(await host.http(over), { closing: { value: false } });
          return half.mount(Object.create(host, { http: { value: http } }), ...others);
        },
      })),
    breaks: ['that asks while the server closes is refused, or ended as the protocol says'],
  },
  {
    defect: 'a timer that is never cleared',
    lanes: ['tcp', 'polling', 'sse'],
    of: (lane) =>
      withServer(lane, (half) => ({
        ...half,
        mount: (...args) => {
          setInterval(() => {}, 1_000_000).unref();
          return half.mount(...args);
        },
      })),
    breaks: ['nothing is left of clients that closed', 'nothing is left of clients that vanished'],
  },
  {
    defect: 'a wrong wire in its row',
    lanes: ['tcp', 'polling', 'sse', 'websocket', 'sse-h2'],
    of: (lane) => ({ ...lane, wire: lane.wire === 'http' ? 'http2' : 'http' }),
    breaks: ['every byte is in a layer, as the row says, and payload is the events to the byte'],
  },
  {
    defect: 'another format of events in its row',
    lanes: ['polling', 'sse', 'websocket', 'streaming', 'sse-h2'],
    of: (lane) => ({ ...lane, events: lane.events === 'lines' ? 'event-stream' : 'lines' }),
    breaks: ['every byte is in a layer, as the row says, and payload is the events to the byte'],
  },
  {
    defect: 'a row that takes its stream for polls',
    lanes: ['sse', 'websocket', 'streaming'],
    of: (lane) => ({ ...lane, polls: 'parked' }),
    breaks: ['every byte is in a layer, as the row says, and payload is the events to the byte'],
  },
  {
    defect: 'a row that takes its polls for a stream',
    lanes: ['polling', 'long-polling'],
    of: ({ polls: _, ...lane }) => lane,
    breaks: ['every byte is in a layer, as the row says, and payload is the events to the byte'],
  },
  {
    defect: 'no idle period in its row',
    lanes: ['polling', 'long-polling', 'sse', 'websocket', 'streaming'],
    of: ({ idlePeriodMs: _, keepAlive: __, ...lane }) => lane,
    breaks: ['that waits has no timer on either side, where the row has no idle period'],
  },
  {
    defect: 'an idle period of which nothing passes',
    lanes: ['tcp'],
    of: (lane) => ({ ...lane, idlePeriodMs: 15_000 }),
    breaks: ['hears nothing of what keeps its connection open'],
  },
  {
    defect: 'a subscription that comes late',
    lanes: ['tcp', 'sse', 'websocket', 'streaming'],
    of: (lane) =>
      withFeed(lane, (feed) =>
        changed(feed, {
          subscribe(listener) {
            let unsubscribe = () => {};
            const timer = setTimeout(() => {
              unsubscribe = feed.subscribe(listener);
            }, 300);
            return () => {
              clearTimeout(timer);
              unsubscribe();
            };
          },
        }),
      ),
    breaks: ['the next event first to a late joiner'],
  },
];

describe.each(mutants)('$defect', ({ lanes, of, breaks }) => {
  test.each(lanes.flatMap((lane) => breaks.map((name) => ({ lane, name }))))(
    'of $lane breaks the rule “$name”',
    async ({ lane, name }) => {
      const rule = rulesOf(of(findLane(lane))).find((one) => one.name === name);
      expect(rule).toMatchObject({ name, exemption: undefined });
      const broken = await rule?.hold().then(
        () => false,
        () => true,
      );
      expect(broken).toBe(true);
    },
  );
});

function withServer(lane: Lane, change: (half: ServerTransport) => ServerTransport): Lane {
  return { ...lane, server: async () => change(await lane.server()) };
}

function withClient(lane: Lane, change: (half: ClientTransport) => ClientTransport): Lane {
  return { ...lane, client: async () => change(await lane.client()) };
}

function withFeed(lane: Lane, change: (feed: EventFeed) => EventFeed): Lane {
  return withServer(lane, (half) => ({
    ...half,
    mount: (host, feed, options) => half.mount(host, change(feed), options),
  }));
}

/** The feed, with a line feed behind each event. */
function padded(feed: EventFeed): EventFeed {
  const pad = ({ seq, text }: EncodedEvent) => eventWith(seq, `${text}\n`);
  return changed(feed, {
    since: (...args) => feed.since(...args).map(pad),
    subscribe: (listener) => feed.subscribe((event) => listener(pad(event))),
  });
}

/** The feed with methods of its own in place of some; the others are called on the feed, for its fields are private. */
function changed(feed: EventFeed, own: Partial<EventFeed>): EventFeed {
  return new Proxy(feed, {
    get(target, key) {
      const value = Reflect.get(key in own ? own : target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
