/** The contract between the two sides, rule by rule, for every lane of the table. A new row inherits all of it. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { reconnecting } from '../../clients/load/reconnecting.ts';
import { Turns } from '../../clients/probe/turns.ts';
import { EventLog } from '../../servers/feed/feed.ts';
import type { RingLimits } from '../../servers/feed/ring.ts';
import { Host, type HostOptions } from '../../servers/http/host.ts';
import { findLane, lanes } from '../catalogue/lanes.ts';
import { HEADER_PROFILES } from '../contract/headers.ts';
import { canProbe, type Lane } from '../contract/lane.ts';
import { eventOf, eventually, eventWith, RecordingSink, range } from '../contract/test-support.ts';
import {
  type ClientContext,
  type ClientTransport,
  MAX_MESSAGE_BYTES,
  type MountedTransport,
  type PushClient,
} from '../contract/transport.ts';
import { ByteMeter } from '../measure/byte-meter.ts';
import { nowNs } from '../measure/clock.ts';

// A second helping of a lane is the same code with the same options.
const ownClients = lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
const turns = new Turns();
/** The same lanes with the clients of the probes. */
const bareClients = ownClients.filter(canProbe).map((lane) => ({
  ...lane,
  id: `${lane.id}, bare`,
  client: async () => bareHalf(lane),
}));

async function bareHalf({ id, bare }: Lane): Promise<ClientTransport> {
  if (!bare) throw new Error(`no probe can be a client of ${id}`);
  return (await bare())(turns.read);
}

afterAll(() => turns.close());

describe.each([...ownClients, ...bareClients])('$id', (lane) => {
  const names: string[] = [];
  const repetition = lane.duplicateOf === undefined ? undefined : `the same as ${lane.duplicateOf}`;
  const rule = (name: string, hold: () => Promise<void>, exemption?: string) => {
    names.push(name);
    test(name, async ({ skip }) => {
      const reason = repetition ?? lane.skips?.[name]?.reason ?? exemption;
      skip(reason !== undefined, reason);
      await hold();
    });
  };

  test('skips only rules that there are', () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(lane.skips ?? {})));
  });

  describe('delivers', () => {
    rule('each event once and in order to many clients', async () => {
      const lab = await openLab(lane);
      const clients = await Promise.all(range(1, 25).map(() => lab.connect()));
      for (const seq of range(1, 20)) {
        lab.publish(eventOf(seq));
        if (seq % 5 === 0)
          await eventually(() => expect(clients.every(({ sink }) => sink.texts.length >= 5)).toBe(true));
      }
      await eventually(() => expect(clients.every(({ sink }) => sink.texts.length >= 20)).toBe(true));
      // Whatever came twice would have come before this one.
      lab.publish(eventOf(21));
      await eventually(() => expect(clients.every(({ sink }) => sink.seqs.includes(21))).toBe(true));
      for (const { sink } of clients) {
        expect(sink.seqs).toEqual(range(1, 21));
        expect(sink).toMatchObject({ gaps: [], closes: [] });
      }
    });

    rule('the next event first to a late joiner', async () => {
      const lab = await openLab(lane);
      lab.publish(...range(1, 5).map((seq) => eventOf(seq)));
      const { sink } = await lab.connect();
      lab.publish(eventOf(6), eventOf(7));
      await eventually(() => expect(sink.seqs).toContain(7));
      expect(sink.seqs).toEqual([6, 7]);
    });

    rule('all that the ring holds to a client that returns with its cursor', async () => {
      const lab = await openLab(lane);
      const before = await lab.connect();
      lab.publish(...range(1, 3).map((seq) => eventOf(seq)));
      await eventually(() => expect(before.sink.seqs).toEqual([1, 2, 3]));
      await before.client.close();
      lab.publish(...range(4, 300).map((seq) => eventOf(seq)));

      const after = await lab.connect({ since: 3 });
      lab.publish(eventOf(301));
      await eventually(() => expect(after.sink.seqs).toContain(301));
      lab.publish(eventOf(302));
      await eventually(() => expect(after.sink.seqs).toContain(302));
      expect(after.sink.seqs).toEqual(range(4, 302));
      expect(after.sink.gaps).toEqual([]);
    });

    rule('everything from the first event on to a cursor of 0', async () => {
      const lab = await openLab(lane);
      lab.publish(eventOf(1), eventOf(2));
      const { sink } = await lab.connect({ since: 0 });
      lab.publish(eventOf(3));
      await eventually(() => expect(sink.seqs).toEqual([1, 2, 3]));
    });

    rule('a gap, then the oldest event held, to a client whose cursor left the ring', async () => {
      const lab = await openLab(lane, { ring: { events: 4, bytes: 1e6 } });
      lab.publish(...range(1, 10).map((seq) => eventOf(seq)));
      const { sink } = await lab.connect({ since: 2 });
      await eventually(() => expect(sink.seqs).toContain(10));
      lab.publish(eventOf(11));
      await eventually(() => expect(sink.seqs).toContain(11));
      expect(sink.gaps).toEqual([{ after: 2, oldest: 7 }]);
      expect(sink.seqs).toEqual(range(7, 11));
    });

    rule('no gap to a client that misses only what the ring still holds', async () => {
      const lab = await openLab(lane, { ring: { events: 4, bytes: 1e6 } });
      lab.publish(...range(1, 10).map((seq) => eventOf(seq)));
      const { sink } = await lab.connect({ since: 6 });
      await eventually(() => expect(sink.seqs).toEqual(range(7, 10)));
      expect(sink.gaps).toEqual([]);
    });

    rule('nothing yet to a cursor ahead of the feed', async () => {
      const lab = await openLab(lane);
      lab.publish(eventOf(1));
      const ahead = await lab.connect({ since: 3 });
      const observer = await lab.connect();
      lab.publish(eventOf(2), eventOf(3));
      await eventually(() => expect(observer.sink.seqs).toContain(3));
      expect(ahead.sink.calls).toBe(0);
      lab.publish(eventOf(4), eventOf(5));
      await eventually(() => expect(ahead.sink.seqs).toContain(5));
      expect(ahead.sink.seqs).toEqual([4, 5]);
      expect(ahead.sink.gaps).toEqual([]);
    });

    rule('each event with the instant at which its bytes were there', async () => {
      const lab = await openLab(lane);
      const live = await lab.connect();
      const clients = [live];
      const pad = 'x'.repeat(20_000);
      const beforeNs = nowNs();
      lab.publish(...range(1, 5).map((seq) => eventOf(seq, { pad })));
      await eventually(() => expect(live.sink.seqs).toContain(5));
      clients.push(await lab.connect({ since: 0 }));
      lab.publish(eventOf(6));
      await eventually(() => expect(clients.every(({ sink }) => sink.seqs.includes(6))).toBe(true));
      for (const { sink } of clients) {
        expect(sink.receivedNs).toHaveLength(6);
        expect(sink.receivedNs).toEqual(sink.receivedNs.toSorted((a, b) => a - b));
        expect(sink.receivedNs[0]).toBeGreaterThan(beforeNs);
        expect(sink.receivedNs.at(-1)).toBeLessThan(nowNs());
      }
    });

    rule('a burst of events that come faster than any poll', async () => {
      const lab = await openLab(lane);
      const clients = await Promise.all(range(1, 3).map(() => lab.connect()));
      lab.publish(...range(1, 600).map((seq) => eventOf(seq)));
      await eventually(() => expect(clients.every(({ sink }) => sink.texts.length >= 600)).toBe(true));
      for (const { sink } of clients) expect(sink.seqs).toEqual(range(1, 600));
    });

    rule('bursts that meet a poll on its way', async () => {
      const lab = await openLab(lane);
      const { sink } = await lab.connect();
      for (const seq of range(1, 200)) {
        lab.publish(eventOf(seq));
        if (seq % 7 === 0) await nextTurn();
      }
      await eventually(() => expect(sink.seqs).toContain(200));
      expect(sink.seqs).toEqual(range(1, 200));
    });
  });

  describe('a text arrives unchanged with', () => {
    const keeps = (name: string, text: (head: string) => string) =>
      rule(name, async () => {
        const lab = await openLab(lane);
        const live = await lab.connect();
        const texts = range(1, 3).map((seq) => text(`"seq":${seq},"due":${seq}000`));
        lab.publish(...texts.map((one, index) => eventWith(index + 1, one)));
        const returned = await lab.connect({ since: 0 });
        for (const { sink } of [live, returned]) {
          await eventually(() => expect(sink.texts).toHaveLength(3));
          expect(sink.texts).toEqual(texts);
        }
      });
    const keepsPad = (name: string, pad: string) => keeps(name, (head) => `{${head},"pad":${JSON.stringify(pad)}}`);

    keeps('raw newlines', (head) => `{${head},\n"a":1,\n\n "b":2\n}`);
    keepsPad('escaped newlines', 'one\ntwo\r\nthree\rfour\n\n');
    keepsPad('emoji, in and beyond the basic plane, and combining marks', '☀ 🚀 👩‍👩‍👧‍👦 🇨🇭 e\u0301 क्षि');
    keepsPad('escaped control characters', '\u0000\u0001\u0008\u001b\u001f');
    keepsPad('DEL, NEL and the separators U+2028 and U+2029', 'a\u007fb\u0085c\u2028d\u2029e');
    keepsPad('a leading space and a byte order mark', ' \ufeffa');
    keepsPad('what looks like another protocol', 'data: x\\n\\nid: 9 event: gap {"gap":{"after":1,"oldest":2}}');
    keepsPad('64 KiB', `${'x'.repeat(65_000)}🚀${'é'.repeat(400)}`);
  });

  describe('a client', () => {
    rule('that nobody answers is refused, and its sink is left alone', async () => {
      const gone = await openLab(lane);
      const { address } = gone;
      await gone.close();
      const sink = new RecordingSink();
      const meter = new ByteMeter();
      await expect(connect(lane, { ...address, meter }, sink)).rejects.toThrow();
      await eventually(() => expect(meter.openSockets.size).toBe(0));
      expect(sink.calls).toBe(0);
    });

    rule('with a cursor that is none is refused, and others notice nothing', async () => {
      const lab = await openLab(lane);
      const observer = await lab.connect();
      for (const since of [-1, 1.5, Number.NaN]) {
        const sink = new RecordingSink();
        const meter = new ByteMeter();
        await expect(connect(lane, { ...lab.address, meter, since }, sink)).rejects.toThrow();
        await eventually(() => expect(meter.openSockets.size).toBe(0));
        lab.publish(eventOf(lab.feed.lastSeq + 1));
        await eventually(() => expect(observer.sink.seqs.at(-1)).toBe(lab.feed.lastSeq));
        expect(sink.calls).toBe(0);
      }
      expect(observer.sink).toMatchObject({ gaps: [], closes: [] });
    });

    rule('hears the same whichever headers it sends', async () => {
      const lab = await openLab(lane);
      const sinks = [];
      for (const headers of HEADER_PROFILES) sinks.push((await lab.connect({ headers })).sink);
      lab.publish(eventOf(1), eventOf(2));
      for (const sink of sinks) await eventually(() => expect(sink.seqs).toEqual([1, 2]));
    });

    rule('connects to where a relay is, and not to the host of its URL', async () => {
      const lab = await openLab(lane);
      const { url } = lab.address;
      const via = { host: '127.0.0.1', port: Number(new URL(url).port) };
      // A host of the server's, as a certificate needs; nobody listens there.
      const { sink } = await lab.connect({ url: url.replace(/127\.0\.0\.1:\d+/, '[::1]:9'), via });
      lab.publish(eventOf(1));
      await eventually(() => expect(sink.seqs).toEqual([1]));
    });

    rule('is told once when the server closes', async () => {
      const lab = await openLab(lane);
      const clients = await Promise.all(range(1, 10).map(() => lab.connect()));
      lab.publish(eventOf(1));
      await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === 1)).toBe(true));
      await lab.closeServer();
      await eventually(() => expect(clients.every(({ sink }) => sink.closes.length > 0)).toBe(true));
      await Promise.all(clients.map(({ client }) => client.close()));
      for (const { sink } of clients) {
        expect(sink.closes).toHaveLength(1);
        expect(sink.closes[0]?.message).toBeTruthy();
        expect(sink.seqs).toEqual([1]);
      }
    });

    rule(
      'that comes back finds the next server in the place of the last, misses nothing, and tells of each try',
      async () => {
        const lab = await openLab(lane);
        const policy = { spreadMs: 20, capMs: 40, deadlineMs: 5_000 };
        const half = await lane.client();
        let tries = 0;
        const onConnecting = () => void tries++;
        const sink = new RecordingSink();
        const context = { ...lab.address, headers: 'minimal', phase: 0.5, meter: new ByteMeter(), swarm: lab } as const;
        const client = await reconnecting(half, policy).connect(
          { ...context, onConnecting },
          sink,
          quick({ ...half.defaults, ...lane.options }),
        );
        expect(tries).toBeGreaterThan(0);
        lab.publish(eventOf(1));
        await eventually(() => expect(sink.seqs).toEqual([1]));
        await lab.closeServer();
        lab.publish(eventOf(2), eventOf(3));
        const triesBefore = tries;
        await eventually(() => expect(tries).toBeGreaterThan(triesBefore));

        const next = await openLab(lane, { place: await lab.place(), feed: lab.feed });
        expect(next.address).toEqual(lab.address);
        next.publish(eventOf(4));
        await eventually(() => expect(sink.seqs).toEqual([1, 2, 3, 4]));
        expect(sink).toMatchObject({ gaps: [], closes: [] });
        await client.close();
        expect(context.meter.openSockets.size).toBe(0);
      },
    );

    rule('may close twice, is gone when that resolves, and hears no more', async () => {
      const lab = await openLab(lane);
      const { client, sink, meter } = await lab.connect(ALONE);
      const observer = await lab.connect();
      lab.publish(eventOf(1));
      await eventually(() => expect(sink.seqs).toEqual([1]));
      await Promise.all([client.close(), client.close()]);
      expect(meter.openSockets.size).toBe(0);
      await client.close();
      lab.publish(eventOf(2));
      await eventually(() => expect(observer.sink.seqs).toEqual([1, 2]));
      await lab.closeServer();
      expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
    });

    rule('that closes within an event hears no more', async () => {
      const lab = await openLab(lane);
      const { client, sink, meter } = await lab.connect(ALONE);
      const observer = await lab.connect();
      let closed: Promise<void> | undefined;
      sink.onEvent = () => {
        closed ??= client.close();
      };
      lab.publish(...range(1, 50).map((seq) => eventOf(seq)));
      await eventually(() => expect(closed).toBeDefined());
      await closed;
      lab.publish(eventOf(51));
      await eventually(() => expect(observer.sink.seqs).toContain(51));
      expect(meter.openSockets.size).toBe(0);
      expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
    });

    rule('that stops to read is cut off and counted, and others notice nothing', async () => {
      const maxBacklogBytes = 256 * 1024;
      const lab = await openLab(lane, { server: { maxBacklogBytes } });
      const stalled = await lab.connect(ALONE);
      const others = await Promise.all([lab.connect(), lab.connect()]);
      for (const socket of stalled.meter.openSockets) stopReading(socket);

      // The system takes some megabytes before the server holds any; each wave stays below the limit for those who read.
      const pad = randomBytes(45_000).toString('base64');
      while (lab.mounted.cutOffCount === 0 && lab.feed.lastSeq < 1_000) {
        lab.publish(...range(1, 3).map((n) => eventOf(lab.feed.lastSeq + n, { pad })));
        await eventually(() => expect(others.every(({ sink }) => sink.texts.length === lab.feed.lastSeq)).toBe(true));
      }
      lab.publish(eventOf(lab.feed.lastSeq + 1));
      await eventually(() => expect(others.every(({ sink }) => sink.texts.length === lab.feed.lastSeq)).toBe(true));
      expect(lab.mounted.cutOffCount).toBe(1);
      await eventually(() => expect(lab.mounted.clientCount).toBe(2));
      for (const { sink } of others) {
        expect(sink.seqs).toEqual(range(1, lab.feed.lastSeq));
        expect(sink).toMatchObject({ gaps: [], closes: [] });
      }
      // It learns of it once it reads again.
      for (const socket of stalled.meter.openSockets) readAgain(socket);
      await eventually(() => expect(stalled.sink.closes).toHaveLength(1));
      expect(stalled.sink.seqs).toEqual(range(1, stalled.sink.texts.length));
    });
  });

  describe('a message to the server', () => {
    rule('comes back to the byte', async () => {
      const lab = await openLab(lane);
      const { client, sink } = await lab.connect();
      for (const text of MESSAGES) expect(await request(client, text)).toBe(text);
      lab.publish(eventOf(1));
      await eventually(() => expect(sink.seqs).toEqual([1]));
      expect(sink).toMatchObject({ gaps: [], closes: [] });
    });

    rule('comes back to who sent it, and where one goes after another in its turn', async () => {
      const lab = await openLab(lane);
      const clients = await Promise.all(range(1, 3).map(() => lab.connect()));
      const texts = range(1, 30).map((n) => `${n}`.padEnd(n % 3 ? 10 : 30_000));
      const answered: string[] = [];
      const all = clients.flatMap(({ client }, index) =>
        texts.map(async (text) => {
          const echo = await request(client, `${index} ${text}`);
          if (index === 0) answered.push(echo);
          return echo;
        }),
      );
      expect(await Promise.all(all)).toEqual([0, 1, 2].flatMap((index) => texts.map((text) => `${index} ${text}`)));
      expect(clients.map(({ client }) => client.isMultiplexed ?? false)).toEqual(
        clients.map(() => lane.wire === 'http2'),
      );
      if (lane.wire !== 'http2') expect(answered).toEqual(texts.map((text) => `0 ${text}`));
    });

    rule('goes up while events come down', async () => {
      const lab = await openLab(lane);
      const clients = await Promise.all(range(1, 5).map((n) => lab.connect(n % 2 ? {} : { since: 0 })));
      for (const n of range(1, 10)) {
        const echoes = clients.map(({ client }) => request(client, `message ${n}`));
        lab.publish(...range(20 * n - 19, 20 * n).map((seq) => eventOf(seq, { pad: 'x'.repeat(2_000) })));
        expect(new Set(await Promise.all(echoes))).toEqual(new Set([`message ${n}`]));
      }
      for (const { sink } of clients) {
        await eventually(() => expect(sink.texts).toHaveLength(200));
        expect(sink.seqs).toEqual(range(1, 200));
        expect(sink.closes).toEqual([]);
      }
    });

    rule('above the longest length is refused, and others notice nothing', async () => {
      const lab = await openLab(lane);
      const { client } = await lab.connect();
      const observer = await lab.connect();
      await expect(request(client, 'x'.repeat(MAX_MESSAGE_BYTES + 1))).rejects.toThrow();
      lab.publish(eventOf(1));
      await eventually(() => expect(observer.sink.seqs).toEqual([1]));
      expect(await request(observer.client, 'still there')).toBe('still there');
    });

    rule('is refused once the client or the server has closed', async () => {
      const lab = await openLab(lane);
      const gone = await lab.connect();
      const left = await lab.connect();
      await request(gone.client, 'hello');
      await gone.client.close();
      await expect(request(gone.client, 'again')).rejects.toThrow();
      await lab.closeServer();
      await eventually(() => expect(left.sink.closes).toHaveLength(1));
      await expect(request(left.client, 'hello')).rejects.toThrow();
    });
  });

  describe('on TLS a client', () => {
    const exemption = lane.options['over'] === undefined ? 'its bytes are open' : undefined;

    rule(
      'that trusts another server is refused, and its sink is left alone',
      async () => {
        const lab = await openLab(lane);
        const other = await openLab(lane);
        for (const { certificate } of [other.address, { certificate: undefined }]) {
          const sink = new RecordingSink();
          const meter = new ByteMeter();
          await expect(connect(lane, { ...lab.address, certificate, meter }, sink)).rejects.toThrow();
          await eventually(() => expect(meter.openSockets.size).toBe(0));
          expect(sink.calls).toBe(0);
        }
      },
      exemption,
    );

    rule(
      'tells whoever asks the secrets of its connection',
      async () => {
        const lab = await openLab(lane);
        const lines: string[] = [];
        const { sink } = await lab.connect({ keylog: (line) => lines.push(line) });
        lab.publish(eventOf(1));
        await eventually(() => expect(sink.seqs).toEqual([1]));
        const labels = lines.map((line) => /^([A-Z_0]+) [0-9a-f]{64} [0-9a-f]{64,96}$/.exec(line)?.[1]);
        expect(labels).toEqual(expect.arrayContaining(['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0']));
        expect(labels).not.toContain(undefined);
      },
      exemption,
    );
  });

  describe('clients that share a connection', () => {
    const exemption = lane.options['connections'] === 'shared' ? undefined : 'each has its own';

    rule(
      'open one, and leave it to those that stay',
      async () => {
        const lab = await openLab(lane);
        const [first, second, third] = await Promise.all([lab.connect(), lab.connect(), lab.connect()]);
        const alone = await lab.connect(ALONE);
        expect(lab.host.meter.read().connections).toBe(2);
        await first.client.close();
        lab.publish(eventOf(1));
        for (const { sink } of [second, third, alone]) await eventually(() => expect(sink.seqs).toEqual([1]));
        expect(first.sink.calls).toBe(0);
        expect(lab.host.meter.openSockets.size).toBe(2);
        for (const { client } of [second, third]) await client.close();
        await eventually(() => expect(lab.host.meter.openSockets.size).toBe(1));
        const late = await lab.connect();
        lab.publish(eventOf(2));
        await eventually(() => expect(late.sink.seqs).toEqual([2]));
      },
      exemption,
    );

    rule(
      'are many, and may all leave at once',
      async () => {
        const lab = await openLab(lane);
        const clients = await Promise.all(range(1, 1_500).map(() => lab.connect()));
        lab.publish(eventOf(1));
        await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === 1)).toBe(true));
        expect(lab.host.meter.read().connections).toBe(1);
        await Promise.all(clients.map(({ client }) => client.close()));
        await eventually(() => expect(lab.host.meter.openSockets.size).toBe(0));
        const [server, ...readings] = [lab.host.meter, ...lab.clients.map(({ meter }) => meter)].map((one) =>
          one.read(),
        );
        const received = readings.reduce((total, { receivedBytes }) => total + receivedBytes, 0);
        expect(server?.sentBytes).toBe(received);
      },
      exemption,
    );
  });

  describe('afterwards', () => {
    const accounts = (name: string, run: (lab: Lab) => Promise<void>) =>
      rule(name, async () => {
        const before = resources();
        const lab = await openLab(lane);
        await run(lab);
        await lab.close();
        expect(lab.feed.subscriberCount).toBe(0);
        expect(lab.mounted.clientCount).toBe(0);
        expect(lab.host.meter.openSockets.size).toBe(0);
        // A client hears of the end after the server.
        for (const { meter } of lab.clients) await eventually(() => expect(meter.openSockets.size).toBe(0));
        await eventually(() => expect(newResources(before)).toEqual([]));
      });

    accounts('nothing is left of clients that closed', async (lab) => {
      const clients = await Promise.all(range(1, 10).map(() => lab.connect()));
      lab.publish(eventOf(1));
      await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === 1)).toBe(true));
      await Promise.all(clients.map(({ client }) => client.close()));
      await eventually(() => expect(lab.mounted.clientCount).toBe(0));
    });

    accounts('nothing is left of clients that vanished', async (lab) => {
      const clients = await Promise.all(range(1, 10).map(() => lab.connect()));
      lab.publish(eventOf(1));
      await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === 1)).toBe(true));
      for (const { meter } of clients) for (const socket of meter.openSockets) socket.resetAndDestroy();
      lab.publish(eventOf(2));
    });

    accounts('nothing is left of a server that closed while events flowed', async (lab) => {
      const clients = await Promise.all(range(1, 10).map((n) => lab.connect(n % 2 ? {} : { since: 0 })));
      lab.publish(...range(1, 100).map((seq) => eventOf(seq, { pad: 'x'.repeat(2_000) })));
      const late = await lab.connect({ since: 0 });
      const closed = lab.closeServer();
      lab.publish(...range(101, 200).map((seq) => eventOf(seq)));
      await closed;
      for (const { sink } of [...clients, late]) {
        await eventually(() => expect(sink.closes).toHaveLength(1));
        expect(sink.seqs).toEqual(range(1, sink.texts.length));
      }
    });

    rule('what each side sent is what the other received, to the byte', async () => {
      const lab = await openLab(lane);
      const clients = await Promise.all(range(1, 8).map(() => lab.connect()));
      for (const seq of range(1, 12)) {
        lab.publish(eventOf(seq, { pad: `🚀${randomBytes(seq * 100).toString('base64')}` }));
        await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === seq)).toBe(true));
      }
      const returned = await lab.connect({ since: 4 });
      await eventually(() => expect(returned.sink.seqs).toEqual(range(5, 12)));
      await Promise.all(lab.clients.map(({ client }) => request(client, 'hello')));
      await Promise.all(lab.clients.map(({ client }) => client.close()));
      // Before it has noticed, the server would say goodbye to clients that are gone.
      await eventually(() => expect(lab.host.meter.openSockets.size).toBe(0));
      await lab.closeServer();

      const server = lab.host.meter.read();
      const readings = lab.clients.map(({ meter }) => meter.read());
      const sum = (of: 'sentBytes' | 'receivedBytes' | 'connections') =>
        readings.reduce((total, reading) => total + reading[of], 0);
      expect(server.sentBytes).toBe(sum('receivedBytes'));
      expect(server.receivedBytes).toBe(sum('sentBytes'));
      expect(server.connections).toBe(sum('connections'));
      expect(server.sentBytes).toBeGreaterThan(8 * 12 * 100);
    });
  });
});

test('lanes of all transports share one host and one feed, and each client gets each event', async () => {
  const feed = new EventLog();
  const host = new Host(feed);
  const mounts: MountedTransport[] = [];
  const clients: PushClient[] = [];
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await host.close(mounts);
  });
  const sinks: RecordingSink[] = [];
  for (const lane of new Map(lanes.toReversed().map((one) => [one.transport, one])).values()) {
    const half = await lane.server();
    const mounted = await half.mount(host, feed, { ...half.defaults, ...lane.options });
    mounts.push(mounted);
    const sink = new RecordingSink();
    sinks.push(sink);
    clients.push(await connect(lane, { url: mounted.url, meter: new ByteMeter() }, sink));
  }
  for (const seq of range(1, 5)) feed.publish(eventOf(seq));
  for (const sink of sinks) await eventually(() => expect(sink.seqs).toEqual(range(1, 5)));
  expect(new Set(mounts.map(({ url }) => url)).size).toBe(sinks.length);
  // What speaks HTTP shares a port.
  expect(new Set(mounts.map(({ url }) => new URL(url).port)).size).toBeLessThanOrEqual(2);
});

test('a row that repeats another does so to the letter', () => {
  for (const { id, title, summary, duplicateOf, ...row } of lanes.filter((lane) => lane.duplicateOf !== undefined)) {
    const { id: _id, title: _title, summary: _summary, ...original } = findLane(duplicateOf ?? id);
    expect(row).toEqual(original);
    expect([id, title, summary]).not.toContain(undefined);
  }
});

test('a row that varies another differs from it in one option, and whatever follows from that', () => {
  const defaults = { over: 'http', connections: 'own' };
  for (const { variantOf, options, ...row } of lanes.filter((lane) => lane.variantOf !== undefined)) {
    const original = findLane(variantOf ?? '');
    expect(row.transport).toBe(original.transport);
    const [mine, theirs] = [options, original.options].map((own): typeof options => ({ ...defaults, ...own }));
    const names = [...new Set([mine, theirs].flatMap((own) => Object.keys(own ?? {})))];
    expect(names.filter((name) => mine?.[name] !== theirs?.[name])).toHaveLength(1);
  }
});

const LONGEST = 'x'.repeat(MAX_MESSAGE_BYTES - '""🚀'.length - 2);
/** The longest one as it is in JSON, quotes included: not every transport needs them. */
const MESSAGES = [
  'hello',
  '',
  'one\ntwo\r\nthree\rfour\n\n',
  '☀ 🚀 👩‍👩‍👧‍👦 🇨🇭 e\u0301 क्षि',
  '"quoted" \\ \u0000\u001f\u007f\u0085\u2028\ufeff',
  eventOf(1).text,
  '{"gap":{"after":1,"oldest":2}}',
  '{"echo":"hello"}',
  `${LONGEST}🚀`,
];

function request(client: PushClient, text: string): Promise<string> {
  if (!client.request) throw new Error('this client has no way to send');
  return client.request(text);
}

interface LabOptions {
  readonly ring?: RingLimits;
  /** Over the defaults of the server half and the lane's options. */
  readonly server?: object;
  /** In the place of another server, with its feed. */
  readonly place?: HostOptions;
  readonly feed?: EventLog;
}

interface LabClient {
  readonly client: PushClient;
  readonly sink: RecordingSink;
  readonly meter: ByteMeter;
}

/** A connection that is the client's own, where the lane's clients would share one. */
const ALONE = { swarm: undefined };

type Lab = Awaited<ReturnType<typeof openLab>>;

/** One lane over a feed that the test fills. It is closed with the test, however that ends. */
async function openLab(lane: Lane, { ring, server = {}, place = {}, feed = new EventLog(ring) }: LabOptions = {}) {
  const half = await lane.server();
  const host = new Host(feed, place);
  const mounted = await half.mount(host, feed, quick({ ...half.defaults, ...lane.options, ...server }));
  const clients: LabClient[] = [];
  let closed: Promise<void> | undefined;
  const lab = {
    address: { url: mounted.url, certificate: mounted.certificate },
    feed,
    host,
    mounted,
    clients,
    /** What another server needs to stand in the place of this one. */
    async place(): Promise<HostOptions> {
      const port = Number(new URL(mounted.url).port);
      return { httpPort: port, tcpPort: port, portWaitMs: 5_000, certificate: await host.certificate() };
    },
    publish(...events: readonly Parameters<EventLog['publish']>[0][]) {
      for (const event of events) feed.publish(event);
    },
    async connect(context: Partial<ClientContext> = {}): Promise<LabClient> {
      const meter = new ByteMeter();
      const sink = new RecordingSink();
      const client = await connect(lane, { ...lab.address, meter, swarm: lab, ...context }, sink);
      const opened = { client, sink, meter };
      clients.push(opened);
      return opened;
    },
    closeServer() {
      closed ??= host.close([mounted]);
      return closed;
    },
    async close() {
      await Promise.all(clients.map(({ client }) => client.close()));
      await lab.closeServer();
    },
  };
  onTestFinished(() => lab.close());
  return lab;
}

async function connect(
  lane: Lane,
  context: Pick<ClientContext, 'url' | 'meter'> & Partial<ClientContext>,
  sink: RecordingSink,
): Promise<PushClient> {
  const half = await lane.client();
  return await half.connect(
    { headers: 'minimal', phase: Math.random(), ...context },
    sink,
    quick({ ...half.defaults, ...lane.options }),
  );
}

/** A lane that acts periodically does so often, or the suite would wait for it. */
function quick<Options extends object>(options: Options): Options {
  return 'intervalMs' in options ? { ...options, intervalMs: 10 } : options;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Below every library that reads from the socket, so that it is the same for all of them. */
interface Handle {
  readStop(): void;
  readStart(): void;
}
const handleOf = (socket: Socket) => (socket as unknown as { _handle: Handle | null })._handle;

function stopReading(socket: Socket): void {
  handleOf(socket)?.readStop();
}

function readAgain(socket: Socket): void {
  handleOf(socket)?.readStart();
}

/** What keeps the event loop alive, of the kinds that a transport could leave behind. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TCP|Timeout|Immediate|Worker|MessagePort)/.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function newResources(before: ReadonlyMap<string, number>): string[] {
  return [...resources()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
}
