/** One lane over a feed that a test fills: what the rules of the contract are tried on. */

import { onTestFinished } from 'vitest';
import { EventLog } from '../../../servers/feed/feed.ts';
import type { RingLimits } from '../../../servers/feed/ring.ts';
import { Host, type HostOptions } from '../../../servers/http/host.ts';
import type { Lane } from '../../contract/lane.ts';
import { RecordingSink } from '../../contract/test-support.ts';
import type { ClientContext, PushClient } from '../../contract/transport.ts';
import { ByteMeter } from '../../measure/byte-meter.ts';

interface LabOptions {
  readonly ring?: RingLimits;
  /** Over the defaults of the server half and the lane's options. */
  readonly server?: object;
  /** In the place of another server, with its feed. */
  readonly place?: HostOptions;
  readonly feed?: EventLog;
}

export interface LabClient {
  readonly client: PushClient;
  readonly sink: RecordingSink;
  readonly meter: ByteMeter;
}

/** A connection that is the client's own, where the lane's clients would share one. */
export const ALONE = { swarm: undefined };

export type Lab = Awaited<ReturnType<typeof openLab>>;

/** One lane over a feed that the test fills. It is closed with the test, however that ends. */
export async function openLab(
  lane: Lane,
  { ring, server = {}, place = {}, feed = new EventLog(ring) }: LabOptions = {},
) {
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
    /** @param options over those of the lane */
    async connect(context: Partial<ClientContext> = {}, options: object = {}): Promise<LabClient> {
      const meter = new ByteMeter();
      const sink = new RecordingSink();
      const client = await connect(lane, { ...lab.address, meter, swarm: lab, ...context }, sink, options);
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

export async function connect(
  lane: Lane,
  context: Pick<ClientContext, 'url' | 'meter'> & Partial<ClientContext>,
  sink: RecordingSink,
  options: object = {},
): Promise<PushClient> {
  const half = await lane.client();
  return await half.connect({ headers: 'minimal', phase: Math.random(), ...context }, sink, {
    ...quick({ ...half.defaults, ...lane.options }),
    ...options,
  });
}

/** A lane that acts periodically does so often, or the suite would wait for it. */
export function quick<Options extends object>(options: Options): Options {
  return 'intervalMs' in options ? { ...options, intervalMs: 10 } : options;
}
