/** The contract between the two sides, rule by rule, as every lane of the table has to keep it. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect } from 'vitest';
import { reconnecting } from '../../../clients/load/reconnecting.ts';
import { HEADER_PROFILES } from '../../contract/headers.ts';
import { type Lane, withInterval, withKeepAlive } from '../../contract/lane.ts';
import { eventOf, eventually, eventWith, RecordingSink, range } from '../../contract/test-support.ts';
import { MAX_MESSAGE_BYTES, type PushClient } from '../../contract/transport.ts';
import { expectAllInLayers } from '../../ledger/test-lane.ts';
import { ByteMeter } from '../../measure/byte-meter.ts';
import { nowNs } from '../../measure/clock.ts';
import { openGate } from './gate.ts';
import { ALONE, connect, type Lab, openLab, quick } from './lab.ts';
import { ResourceWatch } from './resource-watch.ts';

export interface Rule {
  readonly group: string;
  readonly name: string;
  /** Why it does not apply to this lane. */
  readonly exemption: string | undefined;
  /** Rejects where the lane breaks the rule. To be called within a test, with which all that it opens is closed. */
  hold(): Promise<void>;
}

export function rulesOf(lane: Lane): readonly Rule[] {
  const rules: Rule[] = [];
  let group = '';
  const describe = (name: string, add: () => void) => {
    group = name;
    add();
  };
  const rule = (name: string, hold: () => Promise<void>, exemption?: string) => {
    rules.push({ group, name, hold, exemption: lane.skips?.[name]?.reason ?? exemption });
  };

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

    rule(
      'sends the headers of its profile: the larger ones take more bytes',
      async () => {
        const lab = await openLab(lane);
        const sent: number[] = [];
        for (const headers of HEADER_PROFILES) {
          const { client, meter } = await lab.connect({ headers }, NO_SECOND_POLL);
          if (lane.polls === 'parked') await eventually(() => expect(lab.mounted.clientCount).toBe(1));
          sent.push(meter.read().sentBytes);
          await client.close();
          if (lane.polls === 'parked') await eventually(() => expect(lab.mounted.clientCount).toBe(0));
        }
        const [minimal = 0, ...others] = sent;
        expect(new Set(others).size).toBe(others.length);
        expect(sent).toEqual(sent.toSorted((a, b) => a - b));
        expect(others.at(-1)).toBeGreaterThan(minimal);
      },
      lane.wire === 'lines' ? 'it has no headers' : undefined,
    );

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

    rule(
      'hears nothing of what keeps its connection open',
      async () => {
        const often = withInterval(withKeepAlive(lane, 0.02), 10);
        const lab = await openLab(often);
        const { sink, meter } = await lab.connect();
        for (const _ of range(1, 5)) {
          const { receivedBytes } = meter.read();
          await eventually(() => expect(meter.read().receivedBytes).toBeGreaterThan(receivedBytes));
        }
        expect(sink.calls).toBe(0);
        lab.publish(eventOf(1));
        await eventually(() => expect(sink.texts).toHaveLength(1));
        expect(sink.seqs).toEqual([1]);
      },
      lane.idlePeriodMs === undefined ? 'nothing passes on an idle connection' : undefined,
    );

    rule(
      'that waits has no timer on either side, where the row has no idle period',
      async () => {
        const watch = new ResourceWatch();
        const lab = await openLab(lane);
        const clients = await Promise.all(range(1, 3).map(() => lab.connect()));
        lab.publish(eventOf(1));
        await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === 1)).toBe(true));
        expect(watch.ownTimers()).toEqual([]);
        watch.stop();
      },
      lane.idlePeriodMs === undefined ? undefined : 'its row has one',
    );

    rule(
      'is ended by the transport as the protocol says, and not by its socket alone',
      async () => {
        const lab = await openLab(lane);
        const clients = await Promise.all(range(1, 3).map(() => lab.connect()));
        await lab.mounted.close();
        for (const { sink } of clients) {
          await eventually(() => expect(sink.closes).toHaveLength(1));
          expect(sink.closes[0]?.kind).toBe('server');
        }
        expect(lab.feed.subscriberCount).toBe(0);
      },
      lane.polls && 'the next poll finds no server',
    );

    rule(
      'that asks while the server closes is refused, or ended as the protocol says',
      async () => {
        const lab = await openLab(lane);
        const gate = await openGate(lab.address.url);
        const sink = new RecordingSink();
        const meter = new ByteMeter();
        const connecting = connect(lane, { ...lab.address, meter, swarm: undefined, via: gate.address }, sink);
        const outcome = connecting.then(
          (client) => client,
          () => undefined,
        );
        await gate.holds;
        // Its request is at the server, all but the last byte: the connection is under way, and not idle.
        await eventually(() => expect(lab.host.meter.read().receivedBytes).toBe(gate.passedBytes()));
        const closed = lab.closeServer();
        await nextTurn();
        gate.open();
        await closed;
        const client = await outcome;
        if (client) {
          await eventually(() => expect(sink.closes).toHaveLength(1));
          expect(sink.closes[0]?.kind).toBe('server');
          await client.close();
        }
        expect(sink.texts).toEqual([]);
      },
      lane.options['over'] === undefined
        ? lane.polls && 'each of its requests ends'
        : 'the bytes of its request are not open',
    );

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
        const watch = new ResourceWatch();
        const lab = await openLab(lane);
        await run(lab);
        await lab.close();
        expect(lab.feed.subscriberCount).toBe(0);
        expect(lab.mounted.clientCount).toBe(0);
        expect(lab.host.meter.openSockets.size).toBe(0);
        // A client hears of the end after the server.
        for (const { meter } of lab.clients) await eventually(() => expect(meter.openSockets.size).toBe(0));
        await eventually(() => expect(watch.left()).toEqual([]));
        watch.stop();
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

    rule('every byte is in a layer, as the row says, and payload is the events to the byte', () =>
      expectAllInLayers(lane, 'minimal'),
    );

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

  return rules;
}

/** In ms: so long that the poll with which a client connects is the only one. */
const NO_SECOND_POLL = { intervalMs: 1e7 };

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
