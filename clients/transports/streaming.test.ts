import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventOf, eventually } from '../../bench/contract/test-support.ts';
import { begin, expectRefused, openScript, response } from '../tests/support.ts';
import { streaming } from './streaming.ts';

const HEAD = response(200, { 'Content-Type': 'application/x-ndjson', 'Transfer-Encoding': 'chunked' });
const END = '0\r\n\r\n';
const GAP = '{"gap":{"after":1,"oldest":3}}\n';
const chunk = (text: string | Buffer) =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n`), Buffer.from(text), Buffer.from('\r\n')]);
const line = (seq: number) => `${eventOf(seq).text}\n`;

async function openStream(first: string | Buffer = '') {
  const server = await openScript(
    (socket) => void socket.write(Buffer.concat([Buffer.from(HEAD), Buffer.from(first)])),
  );
  const { sink, meter, connected } = begin(streaming, `http://127.0.0.1:${server.port}/streaming`);
  const client = await connected;
  return { server, sink, meter, client, write: (data: string | Buffer) => server.sockets[0]?.write(data) };
}

describe('a client of HTTP streaming', () => {
  test('asks for newline-delimited JSON, and for what comes after its cursor', async () => {
    const server = await openScript((socket) => void socket.write(HEAD));
    const url = `http://127.0.0.1:${server.port}/streaming`;
    await begin(streaming, url).connected;
    await begin(streaming, url, { since: 41 }).connected;
    expect(server.requests[0]).toMatch(/^GET \/streaming HTTP\/1\.1\r\n/);
    expect(server.requests[0]).toMatch(/\r\naccept: application\/x-ndjson/i);
    expect(server.requests[1]).toMatch(/^GET \/streaming\?since=41 HTTP/);
  });

  test('hears events and gaps, and nothing of empty lines', async () => {
    const { sink, write } = await openStream();
    write(chunk(`\n${line(1)}\n\n${GAP}${line(3)}`));
    await eventually(() => expect(sink.seqs).toEqual([1, 3]));
    expect(sink).toMatchObject({ gaps: [{ after: 1, oldest: 3 }], closes: [] });
  });

  test('reads the same however the bytes are cut', async () => {
    const texts = ['{"seq":1,"due":0,"pad":"é🚀\u2028"}', '{"seq":2,"due":0}', '{"seq":3,"due":0}'];
    const stream = Buffer.from(texts.map((text) => `${text}\n`).join('\n'));
    const cuts = fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const at = [0, ...new Set(places.toSorted((a, b) => a - b)), stream.length];
        const pieces = at.slice(1).map((end, index) => chunk(stream.subarray(at[index], end)));
        const { sink, client } = await openStream(Buffer.concat(pieces));
        await eventually(() => expect(sink.texts).toEqual(texts));
        await client.close();
      }),
      { numRuns: 20 },
    );
  });

  test('that is closed within an event hears no more of the same chunk', async () => {
    const { sink, client, write } = await openStream();
    let closed: Promise<void> | undefined;
    sink.onEvent = () => {
      closed ??= client.close();
    };
    write(chunk(`${line(1)}${line(2)}${GAP}`));
    await eventually(() => expect(closed).toBeDefined());
    await closed;
    expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
  });

  test('is told that the server ended the stream, and drops an unfinished event', async () => {
    const { sink, meter, write } = await openStream();
    write(Buffer.concat([chunk(`${line(1)}{"seq":2,`), Buffer.from(END)]));
    await eventually(() => expect(sink.closes).toEqual([{ kind: 'server', message: 'the stream ended' }]));
    await eventually(() => expect(meter.openSockets.size).toBe(0));
    expect(sink.seqs).toEqual([1]);
  });

  test.each([
    ['the server answered 503', response(503, {}, 'busy')],
    ['not an event stream: text/event-stream', response(200, { 'Content-Type': 'text/event-stream' }, ':\n\n')],
  ])('is refused: %s', async (reason, answer) => {
    const server = await openScript((socket) => void socket.write(answer));
    await expectRefused(begin(streaming, `http://127.0.0.1:${server.port}/streaming`), reason);
  });
});
