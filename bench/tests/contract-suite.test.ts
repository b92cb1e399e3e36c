/** The contract between the two sides, for every lane of the table. A new row inherits all of its rules. */

import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { Turns } from '../../clients/probe/turns.ts';
import { EventLog } from '../../servers/feed/feed.ts';
import { Host } from '../../servers/http/host.ts';
import { findLane, lanes } from '../catalogue/lanes.ts';
import { canProbe, type Lane } from '../contract/lane.ts';
import { eventOf, eventually, RecordingSink, range } from '../contract/test-support.ts';
import type { ClientTransport, MountedTransport, PushClient } from '../contract/transport.ts';
import { ByteMeter } from '../measure/byte-meter.ts';
import { connect } from './contract/lab.ts';
import { rulesOf } from './contract/rules.ts';

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
  const rules = rulesOf(lane);

  test('skips only rules that there are', () => {
    expect(rules.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(lane.skips ?? {})));
  });

  describe.each([...new Set(rules.map(({ group }) => group))])('%s', (group) => {
    for (const { name, exemption, hold } of rules.filter((rule) => rule.group === group)) {
      test(name, async ({ skip }) => {
        skip(exemption !== undefined, exemption);
        await hold();
      });
    }
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
