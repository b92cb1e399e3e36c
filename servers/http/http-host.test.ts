import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { eventOf, eventually } from '../../bench/contract/test-support.ts';
import type { ServerTransport } from '../../bench/contract/transport.ts';
import { EventLog } from '../feed/feed.ts';
import { ask, getRequest, openServer, RawClient, type TestServer } from '../tests/support.ts';
import { polling } from '../transports/polling.ts';
import { sse } from '../transports/sse.ts';
import { websocket } from '../transports/websocket.ts';
import { Host } from './host.ts';
import { listen } from './listen.ts';

describe('the HTTP host answers', () => {
  test('/healthz with the newest seq', async () => {
    const { port, feed } = await openServer(polling);
    for (const seq of [1, 2]) feed.publish(eventOf(seq));
    const { status, body, headers } = await ask(port, '/healthz');
    expect({ status, body }).toEqual({ status: 200, body: '{"lastSeq":2}' });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each(['/', '/nowhere', '/pollings', '/polling/1', '/%', '//', '/websocket'])('404 to %s', async (path) => {
    const { port } = await openServer(polling);
    const { status, body } = await ask(port, path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ error: { path } });
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('405 to %s, with what is allowed', async (method) => {
    const { port } = await openServer(polling);
    const { status, headers, body } = await ask(port, '/polling', { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
    expect(JSON.parse(body)).toEqual({ error: { method, allowed: ['GET', 'HEAD'] } });
  });

  test('500 without a word of the inside when a transport fails', async () => {
    const failing: ServerTransport = {
      defaults: {},
      async mount(host) {
        const http = await host.http('http');
        http.app.get('/failing', () => {
          throw new Error('a secret');
        });
        return { ...http.addressOf('/failing'), clientCount: 0, cutOffCount: 0, close: async () => {} };
      },
    };
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const { port } = await openServer(failing);
    const { status, body } = await ask(port, '/failing');
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    expect(String(log.mock.calls[0]?.[0])).toContain('a secret');
    expect((await ask(port, '/healthz')).status).toBe(200);
  });
});

describe('a request', () => {
  const answerTo = async (port: number, bytes: string) => {
    const client = await RawClient.connect(port);
    client.send(bytes);
    await client.sees('\r\n\r\n');
    return client.text;
  };

  test.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.168.0.1',
    'a@b',
  ])('under the host %s, which is not the server, is refused', async (host) => {
    const { port } = await openServer(polling);
    for (const path of ['/polling', '/healthz', '/nowhere']) {
      const { status, body } = await ask(port, path, { headers: { host } });
      expect(status).toBe(host === 'a@b' ? 400 : 421);
      expect(JSON.parse(body)).toMatchObject({ error: { header: 'Host', value: host } });
    }
  });

  test.each(['localhost', 'LOCALHOST.', 'app.localhost:3000', '127.0.0.1', '127.1.2.3:1', '[::1]:8080', '[::1]'])(
    'under the name %s of the loopback is answered, at whatever port',
    async (host) => {
      const { port } = await openServer(polling);
      expect((await ask(port, '/healthz', { headers: { host } })).status).toBe(200);
    },
  );

  test('under a host that is allowed is answered, and pages of that host may read', async () => {
    const { port } = await openServer(polling, {}, { host: { allowedHosts: ['Lab.example'] } });
    const headers = { host: `lab.example:${port}`, origin: `http://lab.example:${port}` };
    expect((await ask(port, '/healthz', { headers })).status).toBe(200);
    expect((await ask(port, '/healthz', { headers: { host: 'other.example' } })).status).toBe(421);
  });

  test('under any address is answered where all are bound, under a name it is not', async () => {
    const { port } = await openServer(polling, {}, { host: { address: '0.0.0.0' } });
    expect((await ask(port, '/healthz', { headers: { host: '192.0.2.7:8080' } })).status).toBe(200);
    expect((await ask(port, '/healthz', { headers: { host: 'evil.example' } })).status).toBe(421);
  });

  test('with two hosts is refused with a 400', async () => {
    const { port } = await openServer(polling);
    for (const second of ['localhost', 'evil.example']) {
      const request = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: ${second}\r\n\r\n`;
      expect(await answerTo(port, request)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test.each(['gzip, chunked', 'gzip', 'chunked, chunked', 'identity'])(
    'in the transfer coding %s is refused with a 400',
    async (coding) => {
      const { port } = await openServer(polling);
      const request = `POST /upstream HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`;
      expect(await answerTo(port, request)).toMatch(/^HTTP\/1\.1 400 /);
    },
  );

  test.each(['/healthz', '/polling', '/websocket', '/nowhere'])(
    'for %s that ends its connection has it ended',
    async (path) => {
      const { port } = await openServer(websocket);
      const client = await RawClient.connect(port);
      client.send(getRequest(path, { Connection: 'close' }));
      await client.seesEnd();
      expect(client.text).toContain('\r\nConnection: close\r\n');
    },
  );
});

describe('a page', () => {
  test('may ask first whether it may resume a stream', async () => {
    const origin = 'https://app.example';
    const { port } = await openServer(sse, {}, { host: { allowedOrigins: [origin] } });
    const headers = {
      origin,
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'last-event-id',
    };
    const { status, headers: answer } = await ask(port, '/sse', { method: 'OPTIONS', headers });
    expect(status).toBe(204);
    expect(answer['access-control-allow-origin']).toBe(origin);
    expect(answer['access-control-allow-headers']).toMatch(/\bLast-Event-ID\b/);
    expect(answer['access-control-allow-methods']).toMatch(/\bGET\b/);
    const foreign = { ...headers, origin: 'https://evil.example' };
    expect((await ask(port, '/sse', { method: 'OPTIONS', headers: foreign })).status).toBe(403);
  });

  test('of one name of the loopback is one of all its names', async () => {
    const { port } = await openServer(polling, {}, { host: { allowedOrigins: ['http://localhost:3000'] } });
    for (const origin of ['http://127.0.0.1:3000', 'http://[::1]:3000', 'http://localhost:3000']) {
      const { status, headers } = await ask(port, '/healthz', { headers: { origin } });
      expect(status).toBe(200);
      expect(headers['access-control-allow-origin']).toBe(origin);
    }
    for (const origin of ['http://127.0.0.1:3001', 'https://127.0.0.1:3000']) {
      expect((await ask(port, '/healthz', { headers: { origin } })).status).toBe(403);
    }
  });

  test.each(['https://evil.example', 'null', 'http://127.0.0.1'])('of the origin %s is refused', async (origin) => {
    const { port } = await openServer(polling);
    for (const path of ['/polling', '/healthz', '/nowhere']) {
      const { status, headers, body } = await ask(port, path, { headers: { origin } });
      expect(status).toBe(403);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(JSON.parse(body)).toMatchObject({ error: { header: 'Origin', value: origin } });
    }
  });

  test("of the server's own origin may read", async () => {
    const { port } = await openServer(polling);
    for (const name of ['localhost', '127.0.0.1', '[::1]']) {
      const origin = `http://${name}:${port}`;
      const { status, headers } = await ask(port, '/polling', { headers: { origin } });
      expect(status).toBe(204);
      expect(headers['access-control-allow-origin']).toBe(origin);
    }
  });

  test('of an allowed origin may read, and the cursor too', async () => {
    const origin = 'https://app.example';
    const { port } = await openServer(polling, {}, { host: { allowedOrigins: [origin] } });
    for (const path of ['/polling', '/polling?since=abc']) {
      const { headers } = await ask(port, path, { headers: { origin } });
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'Event-Cursor',
        vary: 'Origin',
      });
    }
  });
});

describe('bad input harms nobody else', () => {
  const isWell = async ({ port, feed }: TestServer) => {
    feed.publish(eventOf(feed.lastSeq + 1));
    expect((await ask(port, `/polling?since=${feed.lastSeq - 1}`)).body).toBe(`${eventOf(feed.lastSeq).text}\n`);
  };

  test.each([
    ['garbage', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff, 0x00, 0x0a, 0x0d, 0x0a])],
    ['a version that is none', Buffer.from('GET /polling HTTP/9.9\r\nHost: a\r\n\r\n')],
    ['a request without a host', Buffer.from('GET /polling HTTP/1.1\r\n\r\n')],
    ['a header without a name', Buffer.from('GET /polling HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n')],
    ['a head that does not end', Buffer.from(`GET /polling HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(20_000)}`)],
  ])('%s is refused and its connection ended', async (_name, bytes) => {
    const server = await openServer(polling);
    const client = await RawClient.connect(server.port);
    client.send(bytes);
    await client.seesEnd();
    expect(client.text).toMatch(/^HTTP\/1\.1 4\d\d /);
    await isWell(server);
    client.socket.destroy();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'a client that goes in the middle of its request (%s)',
    async (go) => {
      const server = await openServer(polling);
      const client = await RawClient.connect(server.port);
      client.send('GET /polling?since=0 HTTP/1.1\r\nHost: a');
      await eventually(() => expect(server.host.meter.read().receivedBytes).toBeGreaterThan(0));
      client.socket[go]();
      await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
      await isWell(server);
    },
  );

  test('a client that says nothing at all does not keep the server from closing', async () => {
    const server = await openServer(polling);
    const client = await RawClient.connect(server.port);
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
    await isWell(server);
    await server.close();
    expect(server.host.meter.openSockets.size).toBe(0);
    await client.seesEnd();
  });

  test('a request to upgrade where nothing can be upgraded is a plain request', async () => {
    const server = await openServer(polling);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/polling', { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c' }));
    await client.sees('HTTP/1.1 204');
  });
});

describe('a host', () => {
  test('says which port is in use', async () => {
    const taken = createServer();
    onTestFinished(() => void taken.close());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const host = new Host(new EventLog(), { httpPort: port, tcpPort: port });
    const message = `port ${port} on 127.0.0.1 is in use; choose another, or 0 for a free one`;
    await expect(host.http('http')).rejects.toThrow(message);
    await expect(host.tcp(() => {})).rejects.toThrow(message);
    await host.close([]);
  });

  test('waits for a port that is about to be free, but only as long as it is told to', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const impatient = new Host(new EventLog(), { tcpPort: port, portWaitMs: 30 });
    await expect(impatient.tcp(() => {})).rejects.toThrow('is in use');
    const host = new Host(new EventLog(), { httpPort: port, portWaitMs: 10_000 });
    const listening = host.http('http');
    setTimeout(() => taken.close(), 50);
    expect((await listening).addressOf('/')).toEqual({ url: `http://127.0.0.1:${port}/` });
    await host.close([]);
  });

  test('hides no error that comes once it listens, however often it tried', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const server = createServer();
    onTestFinished(() => void server.close());
    const listening = listen(server, { portWaitMs: 10_000 }, port);
    setTimeout(() => taken.close(), 50);
    await listening;
    expect(server.listenerCount('error')).toBe(0);
    expect(server.listenerCount('listening')).toBe(0);
  });

  test('says why an address can not be had', async () => {
    const host = new Host(new EventLog(), { address: '192.0.2.1' });
    await expect(host.http('http')).rejects.toThrow(/^port 0 on 192\.0\.2\.1: \S/);
    await host.close([]);
  });

  test('lends its TCP port once', async () => {
    const host = new Host(new EventLog());
    onTestFinished(() => host.close([]));
    await host.tcp(() => {});
    await expect(host.tcp(() => {})).rejects.toThrow('taken by another mount');
  });

  test('closes when nothing was ever mounted', async () => {
    await new Host(new EventLog()).close([]);
  });

  test('refuses connections once it closed', async () => {
    const server = await openServer(polling);
    expect((await ask(server.port, '/healthz')).status).toBe(200);
    await server.close();
    await expect(ask(server.port, '/healthz')).rejects.toThrow('ECONNREFUSED');
  });
});
