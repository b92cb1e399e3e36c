import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, range } from '../../contract/test-support.ts';
import { nowNs } from '../../measure/clock.ts';
import { DistantLink, type DistantLinkOptions } from './distant-link.ts';

const RTT_MS = 40;
const GRACE_MS = 5_000;
const opened: { server: Server; link: DistantLink; sockets: Socket[] }[] = [];

afterEach(async () => {
  for (const { server, link, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await link.close(GRACE_MS);
    server.close();
  }
});

/** A server behind a link, and a way to connect to it. */
async function behindLink(accept: (socket: Socket) => void, conditions: Partial<DistantLinkOptions> = {}) {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const link = await DistantLink.open({ host: '127.0.0.1', port }, { rttMs: RTT_MS, seed: 7, ...conditions });
  opened.push({ server, link, sockets });
  const open = () => {
    const socket = connect({ port: link.address.port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    sockets.push(socket);
    socket.on('error', () => {});
    return socket;
  };
  return { link, server, sockets, open };
}

/** Not `for await`: that would destroy the socket, which has an answer to send. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

/** Writes all of it in chunks of random length, some together and some apart, and ends. */
async function writeInPieces(socket: Socket, all: Buffer): Promise<void> {
  for (let from = 0; from < all.length; ) {
    const length = 1 + Math.floor(Math.random() ** 4 * 200_000);
    const more = socket.write(all.subarray(from, from + length));
    from += length;
    if (!more) await once(socket, 'drain');
    else if (Math.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
}

const counts = ({ clientSide, serverSide }: DistantLink) => ({ client: clientSide.read(), server: serverSide.read() });

describe('a link', () => {
  it.each<[string, Partial<DistantLinkOptions>]>([
    ['without a delay', { rttMs: 0 }],
    ['with a delay', {}],
    ['with a delay and jitter', { jitterMs: 10 }],
    ['with a delay, jitter and a bandwidth', { jitterMs: 5, bandwidthBitsPerSecond: 100e6 }],
  ])('%s hands on every byte in order, both ways at once, and an end as an end', async (_name, conditions) => {
    const [up, down] = [randomBytes(3_000_000), randomBytes(4_000_000)];
    const arrived: Promise<Buffer>[] = [];
    const { link, open } = await behindLink((socket) => {
      arrived.push(readAll(socket));
      void writeInPieces(socket, down);
    }, conditions);
    const client = open();
    const received = readAll(client);
    await writeInPieces(client, up);
    expect((await received).equals(down)).toBe(true);
    expect((await arrived[0])?.equals(up)).toBe(true);
    await link.close(GRACE_MS);
    expect(counts(link)).toEqual({
      client: { sentBytes: down.length, receivedBytes: up.length, connections: 1 },
      server: { sentBytes: up.length, receivedBytes: down.length, connections: 1 },
    });
  });

  it('lets nothing arrive sooner than its delay, in either direction', async () => {
    const sentNs = new Map<string, number>();
    const tookMs: number[] = [];
    const read = (socket: Socket) => {
      socket.on('data', (chunk: Buffer) => {
        for (const word of chunk.toString().split(' ').filter(Boolean)) {
          tookMs.push((nowNs() - (sentNs.get(word) ?? Number.POSITIVE_INFINITY)) / 1e6);
        }
      });
    };
    const say = async (socket: Socket, words: readonly string[]) => {
      for (const word of words) {
        sentNs.set(word, nowNs());
        socket.write(`${word} `);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      }
    };
    const { open, sockets } = await behindLink(read, { jitterMs: 3 });
    const client = open();
    read(client);
    await expect.poll(() => sockets.length).toBe(2);
    const words = (name: string) => range(1, 100).map((n) => `${name}${n}`);
    await Promise.all([say(client, words('up')), ...sockets.slice(1).map((socket) => say(socket, words('down')))]);
    await expect.poll(() => tookMs.length).toBe(200);
    expect(Math.min(...tookMs)).toBeGreaterThanOrEqual(RTT_MS / 2);
  });

  it('lets the server see a connection and what it says first 1.5 RTT after it opened, and answers after 2', async () => {
    let acceptedNs = 0;
    const { open } = await behindLink((socket) => {
      acceptedNs = nowNs();
      socket.on('data', (chunk) => socket.write(chunk));
    });
    const startNs = nowNs();
    const client = open();
    client.write('hello');
    await once(client, 'data');
    expect(acceptedNs - startNs).toBeGreaterThanOrEqual(1.5 * RTT_MS * 1e6);
    expect(nowNs() - startNs).toBeGreaterThanOrEqual(2 * RTT_MS * 1e6);
  });

  it('lets no more through than its bandwidth', async () => {
    // A byte per µs: 150 ms.
    const { open } = await behindLink((socket) => socket.end(randomBytes(150_000)), { bandwidthBitsPerSecond: 8e6 });
    const startNs = nowNs();
    await readAll(open());
    expect(nowNs() - startNs).toBeGreaterThanOrEqual((150 + 2 * RTT_MS) * 1e6);
  });

  it('keeps the other direction open after an end, for as long as it takes', async () => {
    const { open } = await behindLink(async (socket) => {
      const question = await readAll(socket);
      await new Promise((resolve) => setTimeout(resolve, 3 * RTT_MS));
      socket.end(`an answer to ${question}`);
    });
    const client = open();
    client.end('a question');
    expect((await readAll(client)).toString()).toBe('an answer to a question');
  });

  it.each([0, 1])('hands on what was said before a reset, and then the reset (side %i)', async (side) => {
    const { open, sockets } = await behindLink(() => {});
    open();
    const pair = await eventuallyTwo(sockets);
    const [gone, left] = side === 0 ? pair : pair.toReversed();
    const got: Buffer[] = [];
    left?.on('data', (chunk) => got.push(chunk));
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => left?.once('error', resolve));
    gone?.write('last words');
    await eventually(() => expect(gone?.writableLength).toBe(0));
    // The kernel of the other side would take them away with the reset, had it not been told of them before.
    await eventually(() => expect(Buffer.concat(got).toString()).toBe('last words'));
    gone?.resetAndDestroy();
    expect((await failed).code).toBe('ECONNRESET');
  });

  it('lets no reset arrive sooner than its delay', async () => {
    const { open, sockets } = await behindLink(() => {});
    open();
    const [client, server] = await eventuallyTwo(sockets);
    const failed = new Promise((resolve) => server.once('error', resolve));
    const atNs = nowNs();
    client.resetAndDestroy();
    server.resume();
    await failed;
    expect(nowNs() - atNs).toBeGreaterThanOrEqual((RTT_MS / 2) * 1e6);
  });

  it('in front of a server that is not there resets the client, and not at once', async () => {
    const { open, server } = await behindLink(() => {});
    server.close();
    await once(server, 'close');
    const startNs = nowNs();
    const client = open().resume();
    await new Promise((resolve) => client.once('close', resolve));
    expect(nowNs() - startNs).toBeGreaterThanOrEqual(2 * RTT_MS * 1e6);
  });

  it('opens and ends a connection whose client has ended before the server saw it', async () => {
    const { link, open, sockets } = await behindLink((socket) => {
      void readAll(socket).then((all) => socket.end(all));
    });
    const client = open();
    client.end('in passing');
    expect((await readAll(client)).toString()).toBe('in passing');
    expect(sockets).toHaveLength(2);
    await link.close(GRACE_MS);
    expect(counts(link).server).toEqual({ sentBytes: 10, receivedBytes: 10, connections: 1 });
  });

  it('holds no more than a window for a client that does not read', async () => {
    const total = 256 * 1024 * 1024;
    let written = 0;
    const { open, sockets } = await behindLink((socket) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const write = () => {
        while (written < total && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', write);
      write();
    });
    open().pause();
    await eventuallyTwo(sockets);
    // Stands still once all buffers on the way are full.
    let before = -1;
    const stands = () => {
      const same = before === written && written > 0;
      before = written;
      return same;
    };
    await expect.poll(stands, { interval: 300 }).toBe(true);
    expect(written).toBeLessThan(total / 2);
  });

  it('carries many connections at once, and waits for what is on its way when it closes', async () => {
    const { link, open } = await behindLink((socket) => {
      void readAll(socket).then((all) => socket.end(all));
    });
    const answers = range(1, 200).map((n) => {
      const client = open();
      client.end(`client ${n}`);
      return readAll(client).then((answer) => answer.toString());
    });
    // The kernel has accepted them; the link must have heard of them before it stops to listen.
    await expect.poll(() => link.clientSide.read().connections).toBe(200);
    const closed = link.close(GRACE_MS);
    expect(await Promise.all(answers)).toEqual(range(1, 200).map((n) => `client ${n}`));
    await closed;
    const { client, server } = counts(link);
    expect(client).toEqual({ ...server, sentBytes: server.receivedBytes, receivedBytes: server.sentBytes });
    expect(client.connections).toBe(200);
  });

  it('tells how late each chunk left, and never that it was early', async () => {
    const { link, open } = await behindLink((socket) => socket.pipe(socket));
    const latenessNs: number[] = [];
    link.onChunk = (late) => latenessNs.push(late);
    const client = open();
    client.write('hello');
    await once(client, 'data');
    expect(latenessNs).toHaveLength(2);
    expect(Math.min(...latenessNs)).toBeGreaterThanOrEqual(0);
  });
});

/** Client and server side of the one connection. */
async function eventuallyTwo(sockets: readonly Socket[]): Promise<[Socket, Socket]> {
  await expect.poll(() => sockets.length).toBe(2);
  return [sockets[0] as Socket, sockets[1] as Socket];
}
