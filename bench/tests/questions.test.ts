/**
 * The questions that readers bring, each answered by one section of the page of the published run. What is looked for is
 * computed here from the cells of the result, by other ways than the page's.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { type CompletedCell, type Estimate, type Point, parseResult } from '../contract/result.ts';
import { chosenSentences } from '../report/page/browser/test-probe.ts';
import { renderReport } from '../report/page/render.ts';
import { citationId, citationSentence } from '../report/view/citation.ts';
import { claims } from '../report/view/parts/claims/claims.ts';
import { launchBrowser } from './browser.ts';

const browser = await launchBrowser();
const isMissing = typeof browser === 'string';
if (isMissing) console.warn(`SKIPPED: the page's answers were not read in a browser: ${browser}`);

const folder = mkdtempSync(join(tmpdir(), 'pushlab-questions-'));
afterAll(async () => {
  if (!isMissing) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const result = parseResult(readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8'));
const page = isMissing ? undefined : await open(renderReport(result));

async function open(html: string): Promise<Page> {
  if (isMissing) throw new Error(browser);
  const path = join(folder, 'report.html');
  writeFileSync(path, html);
  const opened = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await opened.goto(pathToFileURL(path).href);
  return opened;
}

const sectionOf = (id: string) => {
  if (!page) throw new Error('no browser');
  return page.locator(id === 'hero' ? '#hero' : `section:has(> #${id})`);
};

/** What a reader sees, without opening anything. */
async function textOf(id: string): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is folded has text content too, and is not seen.
  const text = await sectionOf(id).innerText();
  return text.replace(/\s+/g, ' ');
}

/** A row of a table in the section: the number before a unit, below the header of a lane. */
async function numberIn(id: string, row: string, lane: string, unit: string): Promise<number> {
  const section = sectionOf(id);
  const head = section.page().locator('th[scope=row]', { hasText: row });
  const table = section.locator('table', { has: head }).first();
  const heads = await table.locator('thead :is(th, td)').allTextContents();
  const at = heads.findIndex((text) => text.trim().startsWith(lane));
  const cell = table.locator('tbody tr', { has: head }).locator('th, td').nth(at);
  const text = (await cell.textContent()) ?? '';
  return unit === 'TB' && / GB/.test(text.replace('\u00a0', ' '))
    ? numberBefore('GB', text) / 1e3
    : numberBefore(unit, text);
}

function numberBefore(unit: string, text: string): number {
  const found = new RegExp(`([\\d.,]+) ${unit}`).exec(text)?.[1];
  if (found === undefined) throw new Error(`no number of ${unit} in: ${text}`);
  return Number(found.replaceAll(',', ''));
}

type Wanted = Partial<Point> & { readonly lane: string; readonly scenario: string };

function cellsOf({ lane, scenario, ...settings }: Wanted): CompletedCell[] {
  const cells = result.cells.filter((cell) => cell.state === 'completed');
  const found = cells.filter(
    (cell) =>
      cell.lane === lane &&
      cell.scenario === scenario &&
      Object.entries(settings).every(([key, value]) => cell.point[key as keyof Point] === value),
  );
  if (found.length === 0) throw new Error(`no cell of ${lane} in ${scenario}`);
  return found;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOf = (wanted: Wanted, of: (cell: CompletedCell) => number) => mean(cellsOf(wanted).map(of));

const EVENT = { scenario: 'anatomy', payloadBytes: 128, headers: 'browser' } as const;
/** B with TCP/IP headers, of one event of so many bytes. */
const eventBytes = (lane: string, payloadBytes: number) =>
  meanOf({ ...EVENT, lane }, ({ wire }) => wire.packets?.tcpIpBytesPerDelivery ?? 0) - 128 + payloadBytes;
const silentBytes = (lane: string) =>
  meanOf({ scenario: 'idle', lane }, ({ wire, point, window }) => {
    const { sentBytes, receivedBytes } = wire.window.server;
    const { sentSegments = 0, receivedSegments = 0, headerBytesPerSegment = 0 } = wire.packets ?? {};
    const all = sentBytes + receivedBytes + (sentSegments + receivedSegments) * headerBytesPerSegment;
    return all / point.clients / window.seconds;
  });
/** B of one keep-alive; the run sent one every 2 s. */
const pingBytes = () => silentBytes('websocket') * 2;
const emptyPollBytes = () => silentBytes('polling');

/** Terabytes in thirty days, of so many clients with so many bytes a second each. */
const monthTb = (clients: number, bytesPerSecond: number) => (clients * bytesPerSecond * 86_400 * 30) / 1e12;
const websocketTb = (clients: number, eventsPerSecond: number, payloadBytes: number) =>
  monthTb(clients, eventsPerSecond * eventBytes('websocket', payloadBytes) + pingBytes() / 30);

const within = (share: number, found: number, expected: number) => {
  expect(found).toBeGreaterThan(expected * (1 - share));
  expect(found).toBeLessThan(expected * (1 + share));
};

const asked = test.skipIf(isMissing);

describe('the page answers', () => {
  asked('which for a dashboard with one update a second and 10,000 viewers', async () => {
    within(0.03, await numberIn('numbers', 'Dashboard', 'WebSocket', 'TB'), websocketTb(10_000, 1, 128));
    const polled = monthTb(10_000, eventBytes('polling', 128) - emptyPollBytes());
    within(0.03, await numberIn('numbers', 'Dashboard', 'Polling', 'TB'), polled);
    expect(await textOf('numbers')).toContain('10,000 clients, 1/s of 128 B');
    expect(await textOf('numbers')).toMatch(/Fewest bytes[^.]*: WebSocket/);
  });

  asked('which for a chat', async () => {
    within(0.03, await numberIn('numbers', 'Chat', 'WebSocket', 'TB'), websocketTb(1_000, 0.2, 256));
  });

  asked('which for notifications once an hour on a phone', async () => {
    within(0.03, await numberIn('numbers', 'Notifications', 'WebSocket', 'TB'), websocketTb(10_000, 1 / 3_600, 256));
    const polled = monthTb(10_000, emptyPollBytes() / 60);
    within(0.05, await numberIn('numbers', 'Notifications', 'Polling', 'TB'), polled);
  });

  asked('what 10,000 silent clients cost a month', async () => {
    within(0.03, await numberIn('numbers', 'Silence', 'WebSocket', 'TB'), monthTb(10_000, pingBytes() / 30));
    within(0.03, await numberIn('numbers', 'Silence', 'Polling', 'TB'), monthTb(10_000, emptyPollBytes() / 5));
  });

  asked('whether WebSocket is faster than SSE, by how much in ms, and whether a network hides it', async () => {
    const p50 = (lane: string) => {
      const burst = { scenario: 'fanout', lane, clients: 100 };
      return Math.exp(meanOf(burst, ({ latency }) => Math.log(latency.p50Us))) / 1e3;
    };
    const text = await textOf('hero');
    const [sentence = ''] = /Server-Sent Events[^.]* WebSocket by [\d.]+ ms/.exec(text) ?? [];
    within(0.15, numberBefore('ms', sentence), p50('sse') - p50('websocket'));
    expect(text).toMatch(/round trip of [\d.]+ ms/);
  });

  asked('at which interval polling costs what WebSocket costs', async () => {
    const withEvent = eventBytes('polling', 128) - emptyPollBytes();
    const line = 129;
    const events = (withEvent - line) / (eventBytes('websocket', 128) - line);
    const found = /WebSocket at ([\d.]+)/.exec(await textOf('break-even'))?.[1];
    within(0.03, Number(found), events);
    expect(await textOf('numbers')).toMatch(/as many bytes as WebSocket when it polls every [\d.]+ s/);
  });

  asked('what a frame adds at 128 B', async () => {
    const overhead = meanOf({ ...EVENT, lane: 'websocket' }, ({ wire }) => wire.perDeliveryBytes - 128);
    expect(await textOf('wire')).toMatch(new RegExp(`WebSocket.* framing ${overhead} B`));
  });

  asked('why long-polling is late', async () => {
    expect(await textOf('time')).toMatch(/Long-polling[^.]* between an answer and the next poll waits/);
    expect(await textOf('time')).toContain('npm run bench -- --scenarios distance');
  });

  asked('whether it may be cited, how, and how not', async () => {
    const marks = Object.entries({ bytes: 'bytes', CPU: 'cpu', latency: 'latency' } as const);
    const hero = await textOf('hero');
    for (const [word, kind] of marks) expect(hero).toContain(`${word} ${result.citable[kind].ok ? '✓' : '✗'}`);
    expect(await textOf('cite')).toContain('Times are of this machine and session');
    expect(await textOf('cite')).toMatch(/\d (µs|ms), the mean of \d+ rounds (of \d+ runs )?with a 95 % t interval/);
  });

  asked('which machine, and which versions', async () => {
    const text = await textOf('cite');
    const { cpu, versions, git } = result.environment;
    for (const part of [cpu.model, `${cpu.cores} cores`, `Node ${versions.node}`, `Pushlab ${versions.pushlab}`]) {
      expect(text).toContain(part);
    }
    expect(text).toContain(git.commit?.slice(0, 12));
  });

  asked('how one number is got again: each of them has its sentence and its command', async () => {
    const chosen = page ? await page.evaluate(chosenSentences) : [];
    const estimates = new Map(result.estimates.map((one): [string, Estimate] => [citationId(one), one]));
    expect(chosen.length).toBeGreaterThan(100);
    for (const { id, sentence, command } of chosen) {
      const estimate = estimates.get(id);
      if (!estimate) throw new Error(`no figure of ${id}`);
      expect(sentence).toBe(citationSentence(result, estimate));
      expect(command).toMatch(
        new RegExp(`--scenarios ${estimate.scenario} --lanes \\S*${estimate.lane}.* --seed ${result.seed}$`),
      );
    }
  });

  asked('so from each table, by a link', async () => {
    const link = page?.locator('td a').first();
    const id = (await link?.getAttribute('href'))?.slice(1) ?? '';
    await link?.evaluate((element) => (element as unknown as { click: () => void }).click());
    const estimate = result.estimates.find((one) => citationId(one) === id);
    await expect
      .poll(() => page?.locator('#cite-chosen .sentence').textContent())
      .toBe(estimate && citationSentence(result, estimate));
  });

  asked('what would change over a real network, and what would not', async () => {
    const text = await textOf('limits');
    const overheads = { WebSocket: 'websocket', 'Server-Sent Events': 'sse' };
    for (const [title, lane] of Object.entries(overheads)) {
      const bytes = meanOf({ scenario: 'fanout', lane, clients: 1 }, ({ wire }) => wire.perDeliveryBytes - 128);
      expect(text).toContain(`${title} + ${bytes} B`);
    }
    expect(text).toContain('Add RTT/2 to a push');
  });

  asked('what is said, with a verdict for each claim', async () => {
    expect(await sectionOf('claims').locator('.claim').count()).toBe(claims.length);
    const lost = result.cells.filter((cell) => cell.state === 'completed').map(({ delivery }) => delivery.missing);
    const { length } = lost.filter((missing) => missing > 0);
    const verdict = sectionOf('claims').locator('#claim_streaming-drops-messages .claim-verdict');
    expect(await verdict.textContent()).toBe(length === 0 ? '✗ does not hold' : '✓ holds');
  });
});
