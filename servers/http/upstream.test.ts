import { describe, expect, test } from 'vitest';
import { ask, getRequest, openServer, RawClient, type TestServerOptions } from '../tests/support.ts';
import { longPolling } from '../transports/long-polling.ts';
import { polling } from '../transports/polling.ts';
import { sse } from '../transports/sse.ts';
import { websocket } from '../transports/websocket.ts';

const TYPE = { 'Content-Type': 'application/json' };

async function open(options: TestServerOptions = {}) {
  const { port } = await openServer(polling, {}, options);
  const post = (body: string | Buffer, headers: Record<string, string> = TYPE) =>
    ask(port, '/upstream', { method: 'POST', headers }, body);
  return { port, post };
}

describe('POST /upstream', () => {
  test.each(['"hello"', '""', ' { "any":\n[1.0, "é🚀"] } ', JSON.stringify('x'.repeat(65_534))])(
    'is answered with the same bytes: %.20s',
    async (body) => {
      const { post } = await open();
      const answer = await post(body);
      expect(answer).toMatchObject({ status: 200, body });
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'cache-control': 'no-store',
      });
    },
  );

  test.each(Object.entries({ polling, longPolling, sse }))('is there with %s', async (_name, transport) => {
    const { port } = await openServer(transport as typeof polling);
    const { status } = await ask(port, '/upstream', { method: 'POST', headers: TYPE }, '"hello"');
    expect(status).toBe(200);
  });

  test('is not there with a transport whose own channel goes both ways', async () => {
    const { port } = await openServer(websocket);
    expect((await ask(port, '/upstream', { method: 'POST', headers: TYPE }, '"hello"')).status).toBe(405);
  });

  test.each(['Content-Length', 'Transfer-Encoding'])(
    'is answered 413 above the limit, which it names (%s)',
    async (name) => {
      const { post } = await open();
      const body = JSON.stringify('x'.repeat(65_535));
      const length = name === 'Content-Length' ? String(body.length) : 'chunked';
      const answer = await post(body, { ...TYPE, [name]: length });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body)).toEqual({
        error: { message: 'the message is too long', allowed: 'at most 65536 bytes' },
      });
    },
  );

  test.each([
    ['Content-Length: 1000000', ''],
    ['Transfer-Encoding: chunked', `${(100_000).toString(16)}\r\n${'x'.repeat(70_000)}`],
  ])('is answered 413 before a body above the limit has come (%s)', async (header, bytes) => {
    const { port } = await open();
    const client = await RawClient.connect(port);
    client.send(
      `POST /upstream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${header}\r\n\r\n${bytes}`,
    );
    await client.sees('the message is too long');
    expect(client.text).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('is answered 413 to a client that asks first, which is not told to go on', async () => {
    const { port } = await open();
    const head =
      'POST /upstream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n';
    const refused = await RawClient.connect(port);
    refused.send(`${head}Content-Length: 1000000\r\n\r\n`);
    await refused.sees('the message is too long');
    expect(refused.text).not.toContain('100 Continue');
    const taken = await RawClient.connect(port);
    taken.send(`${head}Content-Length: 7\r\n\r\n`);
    await taken.sees('HTTP/1.1 100 Continue\r\n\r\n');
    taken.send('"hello"');
    await taken.sees('\r\n\r\n"hello"');
  });

  test('leaves the connection to the next request after a 413', async () => {
    const { port } = await open();
    const client = await RawClient.connect(port);
    client.send(
      'POST /upstream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 70000\r\n\r\n',
    );
    await client.sees('HTTP/1.1 413 ');
    client.send(`${'x'.repeat(70_000)}${getRequest('/healthz')}`);
    await client.sees('HTTP/1.1 200 ');
  });

  test.each(['', 'hello', '{"a":', '"a" "b"'])('is answered 400 when the body is not JSON: %j', async (body) => {
    const { post } = await open();
    const answer = await post(body, { ...TYPE, 'Content-Length': String(body.length) });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ error: { message: 'the body is not JSON' } });
  });

  test('is answered 415 when the body is something else', async () => {
    const { post } = await open();
    const plain = await post('"hello"', { 'Content-Type': 'text/plain' });
    expect(plain.status).toBe(415);
    expect(JSON.parse(plain.body)).toMatchObject({ error: { header: 'Content-Type', value: 'text/plain' } });
    expect((await post('"hello"', { ...TYPE, 'Content-Encoding': 'gzip' })).status).toBe(415);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])(
    'is there with OPTIONS alone: %s is answered 405, with what is allowed',
    async (method) => {
      const { port } = await open();
      const { status, headers } = await ask(port, '/upstream', { method });
      expect(status).toBe(405);
      expect(headers.allow).toBe('POST, OPTIONS');
    },
  );
});

describe('a page', () => {
  const origin = 'https://app.example';
  const allowed = { host: { allowedOrigins: [origin] } };

  test('of a foreign origin can not post', async () => {
    const { post, port } = await open(allowed);
    expect((await post('"hello"', { ...TYPE, Origin: 'https://evil.example' })).status).toBe(403);
    const preflight = { method: 'OPTIONS', headers: { Origin: 'https://evil.example' } };
    expect((await ask(port, '/upstream', preflight)).status).toBe(403);
  });

  test('of an allowed origin can, once it has asked', async () => {
    const { post, port } = await open(allowed);
    const preflight = await ask(port, '/upstream', {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': expect.stringContaining('Content-Type'),
      },
    });
    const { status, headers } = await post('"hello"', { ...TYPE, Origin: origin });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe(origin);
  });
});
