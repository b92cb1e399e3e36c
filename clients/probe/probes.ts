/** A few clients whose deliveries are timed one by one, in a process of their own: a load like that of the crowd, and a record. */

import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { MeasureParams, Probed } from '../../bench/contract/calls.ts';
import type { BareTransport, ClientTransport, EventSink } from '../../bench/contract/transport.ts';
import { type Load, type LoadReport, type LoadSpec, UNHEARD } from '../load/load.ts';
import { Receiver } from '../load/receiver.ts';
import { isTimed, openSwarm } from '../load/swarm.ts';
import { ProbeRecorder } from './recorder.ts';
import { Turns } from './turns.ts';

export interface ProbeReport extends LoadReport {
  readonly probed: Probed;
}

export interface ProbeLoad extends Load {
  /** The own ports of the probes' newest connections, by number; 0 for one that has none now. */
  readonly ports: readonly number[];
  run(params: MeasureParams): Promise<ProbeReport>;
}

/**
 * @param bare the lane's client half on bare sockets; without it probes are the lane's own clients, and on TLS their stamps
 *   come after decryption
 * @throws Error when a probe can't connect
 */
export async function openProbes(spec: LoadSpec, bare?: BareTransport): Promise<ProbeLoad> {
  const turns = new Turns();
  const receiver = new Receiver();
  const recorder = new ProbeRecorder(turns, spec.clients);
  const sockets: (Socket | undefined)[] = [];
  const numberOf = new Map<EventSink, number>();
  const sinkOf = (client: number): EventSink => {
    const number = client - spec.firstClient;
    const sink = recording(receiver.addClient(isTimed(spec, client)), number, recorder);
    numberOf.set(sink, number);
    return sink;
  };
  const transport = bare ? bare(turns.read) : spec.transport;
  const noting: ClientTransport = {
    defaults: transport.defaults,
    connect(context, sink, options) {
      const track = (socket: Socket) => {
        sockets[numberOf.get(sink) ?? -1] = socket;
        spec.meter.track(socket);
      };
      return transport.connect({ ...context, meter: { track } }, sink, options);
    },
  };
  const swarm = await openSwarm({ ...spec, transport: noting }, sinkOf).catch((error) => {
    turns.close();
    throw error;
  });
  return {
    get deliveries() {
      return receiver.deliveries;
    },
    get ports() {
      return Array.from({ length: spec.clients }, (_, number) => sockets[number]?.localPort ?? 0);
    },
    async run(params) {
      recorder.start(params);
      await receiver.start(params);
      // The turn of the last delivery is still under way.
      await setImmediate();
      return { ...receiver.report(), probed: recorder.report() };
    },
    async grow(share) {
      await swarm.grow(share, () => UNHEARD);
    },
    async close() {
      receiver.stop();
      await swarm.close();
      turns.close();
    },
  };
}

function recording(sink: EventSink, number: number, recorder: ProbeRecorder): EventSink {
  return {
    event(text, receivedNs) {
      recorder.event(number, text, receivedNs);
      sink.event(text, receivedNs);
    },
    gap: (after, oldest) => sink.gap(after, oldest),
    closed: (reason) => sink.closed(reason),
  };
}
