import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { sumOf } from '../../contract/ledger.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../../ledger/tls/test-certificate.ts';
import { Tap } from './tap.ts';

const LINES = { protocol: 'lines', events: 'lines', lasts: true } as const;

const opened: { server: Server; tap: Tap; sockets: Socket[] }[] = [];

/** A server behind a tap, and a way to connect to it. */
async function behindTap(accept: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tap = await Tap.open({ host: '127.0.0.1', port, format: LINES, tls: false });
  opened.push({ server, tap, sockets });
  return { tap, sockets, open: () => connect({ port: tap.address.port, host: '127.0.0.1', allowHalfOpen: true }) };
}

afterEach(async () => {
  for (const { server, tap, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await tap.close(2_000);
    server.close();
  }
});

/** Not `for await`: that would destroy the socket, which has an answer to send. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

describe('a tap', () => {
  it('hands on every byte in order, both ways, and an end as an end', async () => {
    const question = randomBytes(3_000_000);
    const answer = randomBytes(5_000_000);
    let resolveQuestion: (all: Buffer) => void = () => {};
    const receivedQuestion = new Promise<Buffer>((resolve) => {
      resolveQuestion = resolve;
    });
    const { tap, open } = await behindTap((socket) => {
      void readAll(socket).then((all) => {
        resolveQuestion(all);
        socket.end(answer);
      });
    });
    const client = open();
    client.end(question);
    const received = await readAll(client);
    expect(received.equals(answer)).toBe(true);
    expect((await receivedQuestion).equals(question)).toBe(true);
    await tap.close(2_000);
    expect(tap.clientSide.read()).toEqual({ sentBytes: 5_000_000, receivedBytes: 3_000_000, connections: 1 });
    expect(tap.serverSide.read()).toEqual({ sentBytes: 3_000_000, receivedBytes: 5_000_000, connections: 1 });
  });

  it('holds no more than a reader takes: a slow one slows the other side', async () => {
    const total = 64 * 1024 * 1024;
    let written = 0;
    const { sockets, open } = await behindTap((socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const write = () => {
        while (written < total && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', write);
      write();
    });
    const client = open();
    client.pause();
    await once(client, 'connect');
    await expect.poll(() => sockets.length).toBe(1);
    // Stands still once all buffers on the way are full.
    let before = -1;
    const stands = () => {
      const same = before === written;
      before = written;
      return same;
    };
    await expect.poll(stands, { interval: 200 }).toBe(true);
    expect(written).toBeLessThan(total / 2);
    client.destroy();
  });

  it('counts every byte in a layer, and adds its connections up', async () => {
    const { tap, open } = await behindTap((socket) => {
      socket.write('\n{"seq":1}\n{"seq":2}\n');
      socket.resume();
    });
    const clients = [open(), open()];
    for (const client of clients) client.write('ack=1\n');
    await Promise.all(clients.map((client) => once(client, 'data')));
    await expect.poll(() => sumOf(tap.count().up)).toBe(12);
    expect(tap.count()).toMatchObject({
      events: 4,
      up: { handshake: 12 },
      down: { handshake: 2, payload: 36, framing: 4 },
      problems: [],
    });
    for (const client of clients) client.destroy();
  });

  it('keeps the numbers of connections that have ended', async () => {
    const { tap, open } = await behindTap((socket) => {
      socket.resume().once('end', () => socket.end('\n{"seq":1}\n'));
    });
    for (const events of [1, 2, 3]) {
      const client = open();
      client.end('ack=1\n');
      await readAll(client);
      await expect.poll(() => tap.clientSide.openSockets.size + tap.serverSide.openSockets.size).toBe(0);
      expect(tap.count()).toMatchObject({ events, up: { handshake: 6 * events }, problems: [] });
    }
    // Each connection is an opening that brings an event at once: the first is the sample.
    expect(tap.samples.map(({ kind, events }) => [kind, events])).toEqual([['opening', 1]]);
    const whole = tap.count();
    expect(sumOf(whole.up)).toBe(tap.clientSide.read().receivedBytes);
    expect(sumOf(whole.down)).toBe(tap.clientSide.read().sentBytes);
  });

  it('opens TLS with the secrets that it is told, be it after the connection', async () => {
    const server = createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (socket) => socket.end('\n{"seq":1}\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const tap = await Tap.open({ host: '127.0.0.1', port, format: LINES, tls: true });
    const lines: string[] = [];
    const client = connectTls({
      port: tap.address.port,
      host: '127.0.0.1',
      ca: TEST_CERTIFICATE,
      servername: 'localhost',
    });
    client.on('keylog', (line: Buffer) => lines.push(line.toString()));
    client.resume().end('ack=1\n');
    await once(client, 'close');
    await tap.close(2_000);
    server.close();

    const { down, up, problems } = tap.count();
    expect(problems).toHaveLength(1);
    expect([up.tls, down.tls]).toEqual([sumOf(up), sumOf(down)]);
    for (const line of lines) tap.addKeys([line]);
    const opened = tap.count();
    expect(opened).toMatchObject({ events: 1, problems: [], up: { handshake: 6 }, down: { handshake: 1, payload: 9 } });
    expect([sumOf(opened.up), sumOf(opened.down)]).toEqual([up.tls, down.tls]);
  });

  it('tells when no answer is on its way, and does not wait for a parked one', async () => {
    const { tap, sockets, open } = await behindTap((socket) => socket.resume());
    const client = open();
    client.resume().write('hello\n');
    await expect.poll(() => sockets[0]?.bytesRead).toBe(6);
    let isAnswered = false;
    const answered = tap.answered(60_000).then(() => {
      isAnswered = true;
    });
    await tap.answered(5);
    expect(isAnswered).toBe(false);
    sockets[0]?.write('hi\n');
    await answered;
    client.destroy();
  });

  it.each(['client', 'server'] as const)('whose %s is reset lets the other side know', async (side) => {
    const { tap, sockets, open } = await behindTap((socket) => socket.resume());
    const client = open();
    client.on('error', () => {});
    client.write('hello\n');
    await expect.poll(() => sockets[0]?.bytesRead).toBe(6);
    const [gone, other] = side === 'client' ? [client, sockets[0]] : [sockets[0], client];
    const closed = new Promise((resolve) => {
      other
        ?.once('close', resolve)
        .once('end', () => other.destroy())
        .resume();
    });
    gone?.resetAndDestroy();
    await closed;
    await tap.close(2_000);
    expect(tap.clientSide.openSockets.size + tap.serverSide.openSockets.size).toBe(0);
  });

  it('before a server that is not there ends the client', async () => {
    const { open, tap } = await behindTap(() => {});
    for (const { server } of opened) {
      server.close();
      await once(server, 'close');
    }
    const client = open();
    client.on('error', () => {});
    client.resume().once('end', () => client.destroy());
    await once(client, 'close');
    await tap.close(2_000);
  });
});
