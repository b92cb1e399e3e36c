/** The live page in a real browser: every column, every control, and who is refused. */

import { request as requestHttp } from 'node:http';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { EventLog } from '../../servers/feed/feed.ts';
import { Host } from '../../servers/http/host.ts';
import { type Live, mountLive } from '../../servers/live/live.ts';
import { countDrawn, openRow, shownBytes, tryAll, tryRestart } from '../../servers/live/page/test-probe.ts';
import { COLUMNS, type Column, type Settings } from '../../servers/live/protocol.ts';
import { lanes } from '../catalogue/lanes.ts';
import type { MountedTransport } from '../contract/transport.ts';
import { sumWire } from '../measure/byte-meter.ts';
import { accessibilityFindings, pageWidth } from '../report/page/browser/test-probe.ts';
import { launchBrowser } from './browser.ts';

const browser = await launchBrowser();
const isMissing = typeof browser === 'string';
if (isMissing) console.warn(`SKIPPED: the live page was not opened in a browser: ${browser}`);
afterAll(async () => {
  if (!isMissing) await browser.close();
});

/** What Chromium itself says of a connection that was cut: no page can keep it from that. */
const NETWORK =
  /^error: (Failed to load resource: (net::ERR_|the server responded with a status of 410)|WebSocket connection to )/;

interface Started {
  readonly live: Live;
  readonly port: number;
  /** Of all servers that the page was connected to, one after another. */
  readonly stages: readonly Host[];
}

async function start(hasControl = true, allowedOrigins: readonly string[] = []): Promise<Started> {
  const host = new Host(new EventLog(), { allowedOrigins });
  const stages: Host[] = [];
  const http = await host.http('http');
  const live = await mountLive(http, {
    address: '127.0.0.1',
    allowedHosts: [],
    hasControl,
    pace: { eventsPerSecond: 20, payloadBytes: 128, isSilent: false },
    seed: 1,
    async mountAll(stage, feed) {
      stages.push(stage);
      const mounts: MountedTransport[] = [];
      for (const id of ['polling', 'long-polling', 'sse', 'websocket', 'streaming']) {
        const lane = lanes.find((one) => one.id === id);
        const transport = await lane?.server();
        if (transport) mounts.push(await transport.mount(stage, feed, { ...transport.defaults, retryMs: 300 }));
      }
      return mounts;
    },
  });
  onTestFinished(async () => {
    await live.close();
    await host.close([]);
  });
  return { live, port: Number(new URL(http.addressOf('/').url).port), stages };
}

interface Visit {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

async function open(port: number, width = 1440, colorScheme: 'light' | 'dark' = 'light'): Promise<Visit> {
  if (isMissing) throw new Error(browser);
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`http://localhost:${port}/`);
  await page.locator('[data-ready]').waitFor();
  // Folded at first: here it is watched as the others are.
  await page.locator('#more > summary').click();
  await page.locator('[data-column="streaming"] .toggle').click();
  return { page, complaints, requests };
}

const columnOf = (page: Page, name: Column) => page.locator(`[data-column="${name}"]`);

async function textOf(page: Page, name: Column, selector: string): Promise<string> {
  return (await columnOf(page, name).locator(selector).first().textContent()) ?? '';
}

const countOf = async (page: Page, name: Column, counter: 'events' | 'missed') =>
  Number((await textOf(page, name, `dd[data-counter="${counter}"]`)).replace(/,/g, ''));

const events = (page: Page, name: Column) => countOf(page, name, 'events');
const missed = (page: Page, name: Column) => countOf(page, name, 'missed');

async function seesEvents(page: Page, name: Column, more = 3): Promise<void> {
  const before = await events(page, name);
  await expect.poll(() => events(page, name)).toBeGreaterThanOrEqual(before + more);
}

describe.skipIf(isMissing)('the live page', () => {
  test.each([
    [1440, 'light'],
    [360, 'dark'],
  ] as const)('shows events in every column, fits %i px, and axe finds nothing: %s', async (width, scheme) => {
    const { port } = await start();
    const { page, complaints, requests } = await open(port, width, scheme);
    for (const name of COLUMNS) await seesEvents(page, name);
    expect(await page.evaluate(pageWidth)).toBe(width);
    await page.evaluate(axe.source);
    expect(await page.evaluate(accessibilityFindings)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !/^(http|ws):\/\/(localhost|127\.0\.0\.1):\d+\/|^data:/.test(url))).toEqual([]);
  });

  test('draws what was said in the colour of its column, on both sides of the axis', async () => {
    const { port } = await start();
    const { page } = await open(port);
    for (const name of COLUMNS) await seesEvents(page, name);
    await expect
      .poll(() => page.evaluate(countDrawn))
      .toSatisfy((drawn: { quiet: number; event: number }[]) => {
        return drawn.length === COLUMNS.length && drawn.every(({ quiet, event }) => quiet > 20 && event > 20);
      });
  });

  test.each(COLUMNS)('connects and disconnects by a button: %s', async (name) => {
    const { port, live, stages } = await start();
    const { page, complaints } = await open(port);
    await page.click('#disconnect-all');
    const column = columnOf(page, name);
    await expect.poll(() => column.getAttribute('data-state')).toBe('closed');
    const before = await events(page, name);
    await column.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect.poll(() => events(page, name)).toBeGreaterThan(before);
    await column.getByRole('button', { name: 'Disconnect' }).click();
    await expect.poll(() => column.getAttribute('data-state')).toBe('closed');
    if (name !== 'polling' && name !== 'long-polling') {
      await expect.poll(() => live.pages[0]?.counts[name].openConnections).toBe(0);
    }
    expect(complaints).toEqual([]);
    expect(stages).toHaveLength(1);
  });

  test('sends from every column, and the echo is in its log', async () => {
    const { port } = await start();
    const { page, complaints } = await open(port);
    await page.getByRole('button', { name: 'Silence' }).click();
    for (const name of COLUMNS) {
      const column = columnOf(page, name);
      await expect.poll(() => column.getAttribute('data-state')).toBe('open');
      await column.getByRole('textbox').fill(`“${name}” <b>&`);
      await column.getByRole('button', { name: 'Send' }).click();
      await expect
        .poll(() => column.locator('.echo').allInnerTexts())
        .toSatisfy((texts: string[]) => texts.some((text) => text.includes(`“${name}” <b>&`)));
    }
    expect(complaints).toEqual([]);
  });

  test('opens up heads, chunks and frames', async () => {
    const { port } = await start();
    const { page } = await open(port);
    const opened = (column: Column, title: string) => page.evaluate(openRow, { column, title });
    for (const name of COLUMNS) await seesEvents(page, name);
    expect(await opened('polling', 'GET /polling')).toMatch(
      /^GET \/polling.*\nHost: 127\.0\.0\.1:\d+\n[\s\S]*User-Agent: /,
    );
    expect(await opened('long-polling', '200 OK')).toMatch(/^HTTP\/1\.1 200 OK\n[\s\S]*\n\n\{"seq":\d+,/);
    expect(await opened('sse', 'event ')).toMatch(/^chunk of \d+ bytes[\s\S]*\nid:\d+\ndata:\{"seq":/);
    expect(await opened('websocket', 'text frame')).toMatch(/4 bytes of head: 81 7e 00 80\n[\s\S]*no mask, 128 bytes/);
    expect(await opened('streaming', 'event ')).toMatch(/^chunk of 129 bytes/);
  });

  test("counts the server's sockets to the byte", async () => {
    const { port, stages } = await start();
    const { page } = await open(port);
    for (const name of COLUMNS) await seesEvents(page, name);
    await columnOf(page, 'polling').getByRole('button', { name: 'Send' }).click();
    await columnOf(page, 'websocket').getByRole('button', { name: 'Send' }).click();
    await page.click('#do-restart');
    for (const name of COLUMNS) await seesEvents(page, name, 10);
    await page.click('#disconnect-all');
    const counted = () => {
      const { sentBytes, receivedBytes } = sumWire(stages.map(({ meter }) => meter.read()));
      return { up: receivedBytes, down: sentBytes };
    };
    await expect
      .poll(async () => JSON.stringify(await page.evaluate(shownBytes)) === JSON.stringify(counted()))
      .toBe(true);
    expect(counted().down).toBeGreaterThan(10_000);
    expect(stages).toHaveLength(2);
  });

  test('every column returns after a restart and has missed nothing; what the server forgets is told as a gap', async () => {
    const { port, stages } = await start();
    const { page, complaints } = await open(port);
    for (const name of COLUMNS) await seesEvents(page, name);
    await page.click('#do-restart');
    await expect.poll(() => page.locator('#state').textContent()).toContain('away');
    await expect.poll(() => stages.length).toBe(2);
    for (const name of COLUMNS) await seesEvents(page, name, 10);
    for (const name of COLUMNS) expect(await missed(page, name)).toBe(0);
    expect(await columnOf(page, 'websocket').locator('.log').textContent()).toContain('1001');
    await page.click('#do-restart-empty');
    await expect.poll(() => stages.length).toBe(3);
    for (const name of COLUMNS) await expect.poll(() => missed(page, name)).toBeGreaterThan(0);
    for (const name of COLUMNS) await seesEvents(page, name);
    expect(complaints.filter((text) => !NETWORK.test(text))).toEqual([]);
  });

  test('without a cursor, a WebSocket that was cut misses what came meanwhile', async () => {
    const { port } = await start();
    const { page, complaints } = await open(port);
    for (const name of COLUMNS) await seesEvents(page, name);
    await page.locator('#resumes').uncheck();
    await page.click('#do-cut');
    await expect.poll(() => missed(page, 'websocket')).toBeGreaterThan(0);
    await seesEvents(page, 'sse');
    expect(await missed(page, 'sse')).toBe(0);
    expect(await missed(page, 'long-polling')).toBe(0);
    expect(await columnOf(page, 'websocket').locator('.log').textContent()).toContain('1006');
    expect(complaints.filter((text) => !NETWORK.test(text))).toEqual([]);
  });

  test('every control sets what it says', async () => {
    const { port, live } = await start();
    const { page, complaints } = await open(port);
    const settings = () => ({ ...live.stage.ticker.pace, ...live.pages[0]?.way });
    const slide = async (name: string, value: number) => {
      await page.locator(`#set-${name}`).focus();
      await page.keyboard.press('Home');
      for (let step = 0; step < value; step++) await page.keyboard.press('ArrowRight');
    };
    const becomes = async (wanted: Partial<Settings>) => await expect.poll(settings).toMatchObject(wanted);
    await slide('eventsPerSecond', 4);
    await becomes({ eventsPerSecond: 5 });
    await slide('payloadBytes', 3);
    await becomes({ payloadBytes: 512 });
    await slide('rttMs', 2);
    await becomes({ rttMs: 20 });
    await slide('bandwidthBitsPerSecond', 2);
    await becomes({ bandwidthBitsPerSecond: 10e6 });
    await page.click('#set-isSilent');
    await becomes({ isSilent: true });
    await expect.poll(() => page.locator('#set-isSilent').getAttribute('aria-pressed')).toBe('true');
    await page.click('#set-isSilent');
    await becomes({ isSilent: false });
    await page.click('#set-isReading');
    await becomes({ isReading: false });
    await page.click('#set-isReading');
    await becomes({ isReading: true });
    await slide('pollMs', 0);
    await expect.poll(() => page.locator('output[for="set-pollMs"]').textContent()).toBe('100 ms');
    await slide('holdSeconds', 1);
    await expect.poll(() => columnOf(page, 'long-polling').locator('.log').textContent()).toContain('hold=5');
    await page.click('#reset');
    for (const name of COLUMNS) await seesEvents(page, name);
    expect(complaints).toEqual([]);
  });

  test('every lesson sets the controls, and says what to look at', async () => {
    const { port, live } = await start();
    const { page, complaints } = await open(port);
    const names = await page.locator('#lessons button').allInnerTexts();
    expect(names).toHaveLength(8);
    for (const name of names) {
      await page.getByRole('button', { name, exact: true }).click();
      await expect
        .poll(() => page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed'))
        .toBe('true');
      expect((await page.locator('#lesson .look').textContent())?.length).toBeGreaterThan(60);
    }
    await expect
      .poll(() => ({ ...live.stage.ticker.pace, ...live.pages[0]?.way }))
      .toEqual({
        eventsPerSecond: 50,
        payloadBytes: 65_536,
        isSilent: false,
        rttMs: 0,
        bandwidthBitsPerSecond: 0,
        isReading: false,
      });
    expect(complaints.filter((text) => !NETWORK.test(text))).toEqual([]);
  });

  test('of two pages each has its own connections; a page that goes leaves none', async () => {
    const { port, live, stages } = await start();
    const first = await open(port);
    const second = await open(port);
    await seesEvents(second.page, 'websocket');
    await second.page.click('#disconnect-all');
    await seesEvents(first.page, 'websocket');
    await first.page.close();
    await second.page.close();
    await expect.poll(() => live.pages.every(({ isFree }) => isFree)).toBe(true);
    await expect.poll(() => stages[0]?.meter.openSockets.size).toBe(0);
  });

  test('only watches with --no-control: columns connect, nothing else is offered or taken', async () => {
    const { port, live } = await start(false);
    const { page, complaints } = await open(port);
    for (const name of COLUMNS) await seesEvents(page, name);
    for (const id of ['set-eventsPerSecond', 'set-rttMs']) expect(await page.locator(`#${id}`).count()).toBe(0);
    expect(await page.locator('#do-restart').isVisible()).toBe(false);
    expect(await page.locator('#lessons button:enabled').count()).toBe(0);
    expect(complaints).toEqual([]);
    const refused = await page.evaluate(tryRestart);
    expect(refused).toBe(403);
    expect(live.stage.isUp).toBe(true);
  });
});

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function ask(port: number, { path = '/', method = 'GET', headers = {}, body }: Asked) {
  return new Promise<{ status: number; text: string; allowed: string | undefined }>((resolve, reject) => {
    const request = requestHttp({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      const finish = () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, text, allowed: response.headers['access-control-allow-origin'] });
      };
      response.on('data', (chunk: Buffer) => {
        text += chunk;
        // A stream that is let in does not end.
        if (response.headers['content-type'] === 'text/event-stream') finish();
      });
      response.on('end', finish);
    });
    request.once('error', reject);
    request.end(body);
  });
}

describe('who is not the page itself', () => {
  const control = (port: number, token: string): Required<Asked> => ({
    path: '/live/control',
    method: 'POST',
    headers: {
      Host: `localhost:${port}`,
      Origin: `http://localhost:${port}`,
      'Content-Type': 'application/json',
      'Live-Token': token,
    },
    body: JSON.stringify({ page: 0, set: { eventsPerSecond: 200 } }),
  });
  const tokenOf = async (port: number) => /data-token="(\w+)"/.exec((await ask(port, {})).text)?.[1] ?? '';

  test('is refused under a foreign name: its server may have been given our address', async () => {
    const { port, live } = await start();
    const token = await tokenOf(port);
    expect(token).toMatch(/^\w{32}$/);
    for (const Host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example']) {
      for (const path of ['/', '/live/page.js', `/live/clock?token=${token}`, `/live/watch?token=${token}`]) {
        const { status, text } = await ask(port, { path, headers: { Host } });
        expect([400, 421], `${Host} ${path}`).toContain(status);
        expect(text).not.toContain(token);
      }
      const gate = live.pages[0]?.ports.polling ?? 0;
      expect((await ask(gate, { path: '/polling', headers: { Host } })).status).toBe(421);
      const asked = control(port, token);
      expect([400, 403, 421]).toContain((await ask(port, { ...asked, headers: { ...asked.headers, Host } })).status);
    }
  });

  test.each(['https://evil.example', 'null', 'http://localhost', 'https://app.example'])(
    'is refused as a page of %s, also of one that may read events',
    async (Origin) => {
      const { port, live } = await start(true, ['https://app.example']);
      const token = await tokenOf(port);
      for (const path of ['/', `/live/clock?token=${token}`, `/live/watch?token=${token}`]) {
        const { status, text, allowed } = await ask(port, { path, headers: { Origin } });
        expect(status).toBe(403);
        expect(allowed).toBeUndefined();
        expect(text).not.toContain(token);
      }
      const asked = control(port, token);
      expect((await ask(port, { ...asked, headers: { ...asked.headers, Origin } })).status).toBe(403);
      const [gate] = live.pages.map(({ ports }) => ports.polling);
      expect((await ask(gate ?? 0, { path: '/polling', headers: { Origin } })).status).toBe(403);
      expect(live.stage.ticker.pace.eventsPerSecond).toBe(20);
    },
  );

  test('changes nothing without the token, without an origin, and by GET', async () => {
    const { port, live } = await start();
    const token = await tokenOf(port);
    const asked = control(port, token);
    const { Origin, 'Live-Token': _, ...others } = asked.headers;
    const wrong = '0'.repeat(token.length);
    expect((await ask(port, { ...asked, headers: { ...others, Origin: Origin ?? '' } })).status).toBe(403);
    expect((await ask(port, { ...asked, headers: { ...asked.headers, 'Live-Token': wrong } })).status).toBe(403);
    expect((await ask(port, { ...asked, headers: { ...others, 'Live-Token': token } })).status).toBe(403);
    expect((await ask(port, { path: `/live/control?token=${token}` })).status).toBe(404);
    expect((await ask(port, { path: '/live/watch' })).status).toBe(403);
    const site = { headers: { 'Sec-Fetch-Site': 'same-site' } };
    expect((await ask(port, { path: `/live/watch?token=${token}`, ...site })).status).toBe(403);
    expect(live.stage.ticker.pace.eventsPerSecond).toBe(20);
    expect(live.pages.every(({ isFree }) => isFree)).toBe(true);
  });

  test('is told what a control may be', async () => {
    const { port, live } = await start();
    const asked = control(port, await tokenOf(port));
    // Nobody watches: there is no page whose settings could change.
    expect((await ask(port, asked)).status).toBe(400);
    for (const body of [
      '',
      '[]',
      '{"page":0,"set":{"eventsPerSecond":1e9}}',
      '{"page":0,"action":"exit"}',
      'x'.repeat(2_000),
    ]) {
      expect((await ask(port, { ...asked, body })).status).toBe(400);
    }
    expect(live.stage.ticker.pace.eventsPerSecond).toBe(20);
  });

  test.skipIf(isMissing)('reads, connects and controls nothing from a page of another origin', async () => {
    if (isMissing) return;
    const { port, live } = await start();
    const other = await start();
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    // A page of another port is another origin, of the same site.
    await page.goto(`http://127.0.0.1:${other.port}/healthz`);
    const token = await tokenOf(port);
    const tried = await page.evaluate(tryAll, { port, gates: live.pages[0]?.ports ?? {}, token });
    expect(Object.values(tried).every((result) => result === 'refused')).toBe(true);
    expect(Object.keys(tried)).toHaveLength(6);
    expect(live.stage.ticker.pace.eventsPerSecond).toBe(20);
    expect(live.pages.every(({ isFree }) => isFree)).toBe(true);
  });
});
