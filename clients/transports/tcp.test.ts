import { describe, expect, test } from 'vitest';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { begin, expectRefused, openScript } from '../tests/support.ts';
import { tcp } from './tcp.ts';

async function openStream(ack = '\n') {
  const server = await openScript((socket) => void socket.write(ack), '\n');
  const { sink, meter, connected } = begin(tcp, `tcp://127.0.0.1:${server.port}`);
  const client = await connected;
  return { server, sink, meter, client, write: (data: string | Buffer) => server.sockets[0]?.write(data) };
}

describe('a TCP client', () => {
  test('asks to be told when it is subscribed, and for what comes after its cursor', async () => {
    const server = await openScript((socket) => void socket.write('\n'), '\n');
    const url = `tcp://127.0.0.1:${server.port}`;
    await begin(tcp, url).connected;
    await begin(tcp, url, { since: 41 }).connected;
    expect(server.requests).toEqual(['ack=1', 'since=41&ack=1']);
  });

  test('is not connected before the empty line', async () => {
    const server = await openScript(() => {}, '\n');
    let resolved = false;
    const { connected, sink } = begin(tcp, `tcp://127.0.0.1:${server.port}`);
    void connected.then(() => {
      resolved = true;
    });
    await eventually(() => expect(server.requests).toHaveLength(1));
    expect(resolved).toBe(false);
    server.sockets[0]?.write('\n');
    await connected;
    expect(sink.calls).toBe(0);
  });

  test('takes what comes together with the empty line', async () => {
    const { sink } = await openStream(`\n{"gap":{"after":1,"oldest":3}}\n${eventOf(3).text}\n${eventOf(4).text}\n`);
    await eventually(() => expect(sink.seqs).toEqual([3, 4]));
    expect(sink.gaps).toEqual([{ after: 1, oldest: 3 }]);
  });

  test('reads an event in many pieces', async () => {
    const { sink, write } = await openStream();
    const bytes = Buffer.from(`${eventOf(1, { pad: 'é🚀' }).text}\n`);
    for (const byte of bytes) {
      write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(sink.texts).toEqual([eventOf(1, { pad: 'é🚀' }).text]));
  });

  test('that is closed within an event hears no more of the same chunk', async () => {
    const { sink, client, write } = await openStream();
    let closed: Promise<void> | undefined;
    sink.onEvent = () => {
      closed ??= client.close();
    };
    write(
      range(1, 5)
        .map((seq) => `${eventOf(seq).text}\n`)
        .join(''),
    );
    await eventually(() => expect(closed).toBeDefined());
    await closed;
    expect(sink).toMatchObject({ seqs: [1], gaps: [], closes: [] });
  });

  test('is told that the server ended the connection', async () => {
    const { server, sink, meter, write } = await openStream();
    write(`${eventOf(1).text}\n${eventOf(2).text}`);
    server.sockets[0]?.end();
    await eventually(() =>
      expect(sink.closes).toEqual([{ kind: 'server', message: 'the server ended the connection' }]),
    );
    expect(meter.openSockets.size).toBe(0);
    expect(sink.seqs).toEqual([1]);
  });

  test('is told of a connection that was reset', async () => {
    const { server, sink } = await openStream();
    server.sockets[0]?.resetAndDestroy();
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error' }]));
  });

  test('is refused with what the server said', async () => {
    const server = await openScript((socket) => void socket.end('{"error":{"parameter":"since"}}\n'), '\n');
    const refused = begin(tcp, `tcp://127.0.0.1:${server.port}`);
    await expectRefused(refused, 'the server answered {"error":{"parameter":"since"}}');
  });

  test.each(['end', 'destroy', 'resetAndDestroy'] as const)('is refused by a server that goes (%s)', async (go) => {
    const server = await openScript((socket) => void socket[go](), '\n');
    await expectRefused(begin(tcp, `tcp://127.0.0.1:${server.port}`), /./);
  });
});

describe('a message', () => {
  test('is a line of JSON, and so is its echo', async () => {
    const server = await openScript((socket, _line, count) => void (count === 1 && socket.write('\n')), '\n');
    const { sink, connected } = begin(tcp, `tcp://127.0.0.1:${server.port}`);
    const client = await connected;
    const echo = client.request?.('one\ntwo "🚀"');
    await eventually(() => expect(server.requests).toHaveLength(2));
    expect(Buffer.from(server.requests[1] ?? '', 'latin1').toString()).toBe('"one\\ntwo \\"🚀\\""');
    server.sockets[0]?.write(`${eventOf(1).text}\n{"echo":"one\\ntwo \\"🚀\\""}\n`);
    expect(await echo).toBe('one\ntwo "🚀"');
    expect(sink.seqs).toEqual([1]);
  });

  test('is refused when the server ends the connection instead', async () => {
    const { server, client } = await openStream();
    const echo = client.request?.('hello');
    server.sockets[0]?.end();
    await expect(echo).rejects.toThrow('the server ended the connection');
    await expect(client.request?.('again')).rejects.toThrow('closed');
  });
});
