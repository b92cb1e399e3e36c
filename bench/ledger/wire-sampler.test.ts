/** Samples of real connections, of this project's own servers and clients. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { EventLog } from '../../servers/feed/feed.ts';
import { Host } from '../../servers/http/host.ts';
import { lanes } from '../catalogue/lanes.ts';
import { type LAYERS, type LayerBytes, type SampleKind, sumOf, type WireExchange } from '../contract/ledger.ts';
import { completedCellSchema } from '../contract/result.ts';
import { eventOf, eventually, RecordingSink } from '../contract/test-support.ts';
import { ByteMeter } from '../measure/byte-meter.ts';
import { ConnectionLedger } from './connection.ts';
import { noLayerBytes, sumCounts } from './layers.ts';
import { openTap } from './test-tap.ts';
import { WireSampler } from './wire-sampler.ts';

/** Bytes by layer of exchanges in one direction. */
function layersOf(exchanges: readonly WireExchange[], direction: 'up' | 'down'): LayerBytes {
  const sum = noLayerBytes();
  for (const { messages } of exchanges) {
    for (const message of messages) {
      if (message.direction !== direction) continue;
      for (const [layer, bytes] of message.layers) sum[layer] += bytes;
    }
  }
  return sum;
}

/** Bytes of one layer in the messages of an exchange, as text. */
function textOf({ messages }: WireExchange, layer: (typeof LAYERS)[number]): string {
  return messages
    .flatMap(({ layers, bytes }) => {
      const all = Buffer.from(bytes, 'base64');
      let at = 0;
      return layers.map(([one, length]) => {
        at += length;
        return one === layer ? all.toString('latin1', at - length, at) : '';
      });
    })
    .join('');
}

/** Plays one client of a lane that gets these events, each once the client has the one before. */
async function play(id: string, pads: readonly string[]) {
  const lane = lanes.find((one) => one.id === id);
  if (!lane) throw new Error(`no lane ${id}`);
  const [serverHalf, clientHalf] = await Promise.all([lane.server(), lane.client()]);
  const feed = new EventLog();
  const host = new Host(feed);
  const mounted = await serverHalf.mount(host, feed, { ...serverHalf.defaults, ...lane.options });
  onTestFinished(() => host.close([mounted]));
  const tap = await openTap(Number(new URL(mounted.url).port), lane.wire);
  const sink = new RecordingSink();
  const options = { ...clientHalf.defaults, ...lane.options };
  const client = await clientHalf.connect(
    {
      url: mounted.url,
      phase: 0,
      headers: 'browser',
      via: { host: '127.0.0.1', port: tap.port },
      meter: new ByteMeter(),
      certificate: undefined,
      keylog: () => {},
      swarm: {},
    },
    sink,
    'intervalMs' in options ? { ...options, intervalMs: 10 } : options,
  );
  for (const [index, pad] of pads.entries()) {
    feed.publish(eventOf(index + 1, { pad }));
    await eventually(() => expect(sink.texts).toHaveLength(index + 1));
    if (lane.polls === 'timed') await eventually(() => expect(tap.count().emptyCycles.count).toBeGreaterThan(1));
  }
  await client.close();
  await eventually(() => expect(host.meter.openSockets.size + tap.sockets.openSockets.size).toBe(0));

  // Once more, from what passed: the tap of the laboratory samples as the bytes come.
  let nowUs = 0;
  const sampler = new WireSampler(() => nowUs);
  const ledger = new ConnectionLedger(lane.wire);
  const reader = sampler.readerOf(ledger);
  for (const { direction, chunk } of tap.passed) {
    nowUs += 10;
    if (direction === 'up') reader.fromClient(chunk);
    else reader.fromServer(chunk);
  }
  const sampledCount = ledger.count();
  ledger.clientEnded();
  ledger.serverEnded();
  sampler.ended(ledger);
  const samples = sampler.read();
  const of = (kind: SampleKind) => samples.find((sample) => sample.kind === kind);
  return { samples, of, count: tap.count(), sampledCount, texts: sink.texts, tap };
}

describe('the sample of a connection', () => {
  it.each(['tcp', 'sse', 'websocket', 'streaming'])(
    'of %s is all of it, with one event, layer by layer',
    async (id) => {
      const { samples, of, count, texts } = await play(id, ['é']);
      expect(layersOf(samples, 'up')).toEqual(count.up);
      expect(layersOf(samples, 'down')).toEqual(count.down);
      const event = of('event');
      expect(event).toMatchObject({ events: 1, messages: [{ direction: 'down', afterUs: 0 }] });
      expect(Buffer.from(textOf(event as WireExchange, 'payload'), 'latin1').toString()).toBe(texts[0]);
      expect(completedCellSchema.shape.wire.shape.ledger.unwrap().shape.samples.parse(samples)).toEqual(samples);
    },
  );

  it.each(['polling', 'long-polling'])('of %s has the exchange of an event as the ledger counts it', async (id) => {
    const { of, count, texts } = await play(id, ['x'.repeat(90)]);
    const event = of('event') as WireExchange;
    expect(event.messages.map(({ direction }) => direction)).toEqual(['up', 'down']);
    expect(textOf(event, 'payload')).toBe(texts[0]);
    expect(textOf(event, 'requestHead')).toMatch(/^GET \/[a-z-]+\?since=0\S* HTTP\/1\.1\r\n.+\r\n\r\n$/s);
    // One exchange brought the event, and all others nothing.
    const bytes = [sumOf(layersOf([event], 'up')), sumOf(layersOf([event], 'down'))];
    const { cycles, emptyCycles } = count;
    expect(bytes).toEqual([cycles.upBytes - emptyCycles.upBytes, cycles.downBytes - emptyCycles.downBytes]);
    expect(layersOf([event], 'down')).toMatchObject({ payload: count.down.payload, framing: count.down.framing });
  });

  it('of polling has a poll that brought nothing, as long as the ledger says', async () => {
    const { of, count } = await play('polling', ['']);
    const { count: empties, upBytes, downBytes } = count.emptyCycles;
    const [opening, empty] = [of('opening'), of('empty')] as WireExchange[];
    if (!opening || !empty) throw new Error('not sampled');
    const without = (direction: 'up' | 'down') => sumOf(layersOf([opening], direction));
    const each = (direction: 'up' | 'down') => sumOf(layersOf([empty], direction));
    expect(textOf(opening, 'requestHead')).not.toContain('since=');
    expect(textOf(empty, 'requestHead')).toContain('since=');
    expect(without('up') + each('up') * (empties - 1)).toBe(upBytes);
    expect(without('down') + each('down') * (empties - 1)).toBe(downBytes);
  });

  it('of a WebSocket has both halves of its handshake and of its end', async () => {
    const { of } = await play('websocket', ['x']);
    const kinds = [of('opening'), of('close')].map((sample) => sample?.messages.map(({ direction }) => direction));
    expect(kinds).toEqual([
      ['up', 'down'],
      ['up', 'down'],
    ]);
    expect(of('close')?.messages[0]?.layers).toEqual([['control', 8]]);
  });

  it('has the exchange with fewest events, and not the one after', async () => {
    const { of, texts } = await play('sse', ['first', 'second']);
    expect(textOf(of('event') as WireExchange, 'payload')).toBe(texts[0]);
  });

  it('keeps the first bytes of a long message, and the layers of all', async () => {
    const { of, count } = await play('websocket', ['x'.repeat(5_000)]);
    const [message] = (of('event') as WireExchange).messages;
    expect(Buffer.from(message?.bytes ?? '', 'base64')).toHaveLength(2_048);
    expect(message?.layers).toEqual([
      ['framing', 4],
      ['payload', count.down.payload],
    ]);
  });

  it('changes no count of the ledger', async () => {
    const { sampledCount, tap } = await play('sse', ['x'.repeat(100), 'y'.repeat(70_000), 'z']);
    expect(sumCounts([sampledCount])).toEqual(tap.count());
  });
});

it('tells keep-alives and their answers from what closes a connection', () => {
  const sampler = new WireSampler(() => 0);
  const ledger = new ConnectionLedger('http');
  const reader = sampler.readerOf(ledger);
  reader.fromClient(Buffer.from('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n'));
  reader.fromServer(Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'));
  reader.fromServer(Buffer.from([0x89, 0]));
  reader.fromClient(Buffer.from([0x8a, 0x80, 1, 2, 3, 4]));
  reader.fromServer(Buffer.from([0x88, 2, 3, 0xe9]));
  sampler.ended(ledger);
  expect(sampler.read().map(({ kind, messages }) => [kind, messages.map(({ layers }) => layers)])).toEqual([
    ['opening', [[['handshake', 38]], [['handshake', 56]]]],
    ['keepAlive', [[['control', 2]], [['control', 6]]]],
    ['close', [[['control', 4]]]],
  ]);
});

it('samples a further connection only where the first has ended without an event', () => {
  const sampler = new WireSampler(() => 0);
  const poll = (since: number, answer: string) => {
    const ledger = new ConnectionLedger('http');
    const reader = sampler.readerOf(ledger);
    reader.fromClient(Buffer.from(`GET /?since=${since} HTTP/1.1\r\n\r\n`));
    reader.fromServer(Buffer.from(answer));
    sampler.ended(ledger);
  };
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 10\r\n\r\n';
  const empty = 'HTTP/1.1 204 No Content\r\n\r\n';
  for (const answer of [empty, empty, `${head}{"seq":1}\n`, `${head}{"seq":2}\n`]) poll(1, answer);
  expect(sampler.read().map(({ kind }) => kind)).toEqual(['opening', 'empty', 'event']);
  const other = new ConnectionLedger('http');
  expect(sampler.readerOf(other)).toBe(other);
});

it('takes no event that shares its bytes with a part of another', () => {
  const sampler = new WireSampler(() => 0);
  const ledger = new ConnectionLedger('lines');
  const reader = sampler.readerOf(ledger);
  reader.fromClient(Buffer.from('since=0\n'));
  for (const text of ['\n', '{"seq":1}\n{"se', 'q":2}\n', '{"seq":3}\n']) reader.fromServer(Buffer.from(text));
  sampler.ended(ledger);
  const event = sampler.read().find(({ kind }) => kind === 'event');
  expect(event && textOf(event, 'payload')).toBe('{"seq":3}');
});
