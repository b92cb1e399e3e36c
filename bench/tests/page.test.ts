import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { FIGURES, parseResult, type Result } from '../contract/result.ts';
import { recomputed } from '../record/recompute.ts';
import { figureFiles } from '../report/export/figures.ts';
import {
  accessibilityFindings,
  announce,
  countPixels,
  extent,
  opacityOf,
  pageWidth,
  paperColour,
  readClipboard,
  unfoldAll,
} from '../report/page/browser/test-probe.ts';
import { renderReport } from '../report/page/render.ts';
import { pageModel } from '../report/view/model.ts';
import { launchBrowser } from './browser.ts';
import { failed, makeResult, POINT, SCENARIO, withLedger } from './fixture.ts';
import { makeSurvey } from './survey.ts';

const browser = await launchBrowser();
const isMissing = typeof browser === 'string';
if (isMissing) console.warn(`SKIPPED: the page was not opened in a browser: ${browser}`);

const folder = mkdtempSync(join(tmpdir(), 'pushlab-report-'));
afterAll(async () => {
  if (!isMissing) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Visit {
  readonly page: Page;
  /** What the console and the page complained of. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

async function open(html: string, width = 1280, colorScheme: 'light' | 'dark' = 'light'): Promise<Visit> {
  if (isMissing) throw new Error(browser);
  const path = join(folder, 'report.html');
  writeFileSync(path, html);
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  return { page, complaints, requests };
}

async function visible(page: Page, selector: string): Promise<number> {
  const found = await page.locator(selector).all();
  return (await Promise.all(found.map((one) => one.isVisible()))).filter(Boolean).length;
}

const points = [10, 100].map((clients) => ({ ...POINT, clients }));
const layered = makeResult({
  points: [
    ...[64, 128, 65_536].map((payloadBytes) => ({ ...POINT, payloadBytes })),
    { ...POINT, headers: 'browser-cookie' },
  ],
  change: withLedger,
  replace: { scenarios: [{ ...SCENARIO, figures: [...FIGURES], varies: ['payloadBytes', 'headers'] }] },
});
const repeated = makeResult({ lanes: ['alpha', 'beta', 'again'], duplicates: { again: 'beta' } });
const published = recomputed(parseResult(readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8')));
const survey = makeSurvey();
const crowded = makeSurvey({ lanes: Array.from({ length: 25 }, (_, at) => `a-long-lane-${at}`), rounds: 2 });
const many = makeResult({ points, lanes: Array.from({ length: 10 }, (_, at) => `a-lane-with-a-long-name-${at}`) });

describe.skipIf(isMissing)('in a browser, from a file, the page', () => {
  const results: [string, Result, number][] = [
    ['a usual result', makeResult(), 4],
    ['many lanes at two points', many, 8],
    // A curve, and a sweep of two charts, in four figures; two of costs against latency, and those of other figures.
    ['layers at two sweeps of points', layered, 18],
    ['a scenario for each thing that can vary', survey, 28],
    ['as many scenarios with 25 lanes', crowded, 25],
    ['one round', makeResult({ rounds: 1 }), 4],
    ['a duplicate lane', repeated, 4],
    ['failed cells only', makeResult({ change: failed }), 0],
  ];

  test.each(results)('complains of nothing and loads nothing: %s', async (_, result, canvases) => {
    const { page, complaints, requests } = await open(renderReport(result));
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('file://') && !url.startsWith('data:'))).toEqual([]);
    expect(requests.filter((url) => url.startsWith('file://'))).toHaveLength(1);
    expect(await page.locator('canvas').count()).toBe(canvases);
    await page.close();
  });

  test.each([1280, 390])('draws lanes and names in every chart, %i px wide', async (width) => {
    const { page } = await open(renderReport(makeResult()), width);
    for (const drawn of await page.evaluate(countPixels, '--ink')) expect(drawn).toBeGreaterThan(20);
    // Edges are blended: few pixels of a mark have its very colour.
    for (const drawn of await page.evaluate(countPixels, '--lane-3')) expect(drawn).toBeGreaterThan(8);
    await page.close();
  });

  test.each([
    [1280, 'a usual result', makeResult()],
    [390, 'a usual result', makeResult()],
    [390, 'a duplicate lane', repeated],
    [390, 'many lanes at two points', many],
    [390, 'layers at two sweeps of points', layered],
    [1280, 'layers at two sweeps of points', layered],
    [320, 'layers at two sweeps of points', layered],
    [320, 'failed cells only', makeResult({ change: failed })],
    [1280, 'a scenario for each thing that can vary', survey],
    [390, 'a scenario for each thing that can vary', survey],
    [320, 'as many scenarios with 25 lanes', crowded],
  ])('is no wider than a screen of %i px: %s', async (width, _, result) => {
    const { page } = await open(renderReport(result), width);
    expect(await page.evaluate(pageWidth)).toBe(width);
    await page.close();
  });

  test.each([1280, 390])('draws the bytes of an event to scale, by layer and direction, %i px wide', async (width) => {
    const { page, complaints } = await open(renderReport(layered), width);
    const drawn = await page
      .locator('.exchange .bar')
      .evaluateAll((bars) =>
        bars.map((bar) => [...bar.querySelectorAll('.segment')].map((one) => one.getBoundingClientRect().width)),
      );
    const bars = pageModel(layered).wire?.bars ?? [];
    expect(drawn).toHaveLength(bars.length);
    const sums = drawn.map((widths) => widths.reduce((sum, one) => sum + one, 0));
    const [longest = 0] = bars.map(({ total }) => total).sort((a, b) => b - a);
    const scale = Math.max(...sums) / longest;
    for (const [at, { total }] of bars.entries()) expect(Math.abs((sums[at] ?? 0) - total * scale)).toBeLessThan(1);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)(
    'draws each lane of a sweep as a line, its name beside it where there is room: %i px wide, %s',
    async (width, scheme) => {
      const { page, complaints } = await open(renderReport(survey), width, scheme);
      const ids = await page.locator('canvas').evaluateAll((all) => all.map(({ id }) => id));
      for (const lane of [1, 2, 3, 4, 6]) {
        const drawn = await page.evaluate(countPixels, `--lane-${lane}`);
        for (const name of ['far-distance', 'many-cpu', 'open-connect', 'often-tradeoff', 'full-knee']) {
          const at = ids.findIndex((id) => id.startsWith(name));
          expect(drawn[at], `${name}, lane ${lane}`).toBeGreaterThan(8);
        }
      }
      const limit = (await page.evaluate(countPixels, '--warning'))[ids.findIndex((id) => id.startsWith('full-knee'))];
      expect(limit).toBeGreaterThan(5);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test('draws a duplicate lane in the colour of that one', async () => {
    const { page } = await open(renderReport(repeated));
    const [latency] = await page.evaluate(countPixels, '--lane-3');
    expect(latency).toBe(0);
    await page.close();
  });

  test('opens what is folded when a link leads into it, from outside and from the page', async () => {
    const { page } = await open(renderReport(makeResult()));
    const fold = (id: string) => page.locator(`details:has(#${id})`).last();
    expect(await fold('delivery-audit').getAttribute('open')).toBeNull();
    await page.goto(`${page.url()}#delivery-audit`);
    await expect.poll(() => fold('delivery-audit').getAttribute('open')).not.toBeNull();
    expect(await fold('harness').getAttribute('open')).toBeNull();
    await page.reload();
    await page.goto(`${page.url().replace(/#.*/, '')}#harness`);
    await expect.poll(() => fold('harness').getAttribute('open')).not.toBeNull();
    await page.close();
  });

  test('leaves what is folded out of print, and fits a default run on eight sheets', async () => {
    const { page } = await open(renderReport(published));
    const pdf = await page.pdf({ format: 'A4' });
    expect(await page.locator('details[open]').count()).toBe(0);
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(8);
    await page.close();
  });

  test('has its matrix within the first screen, and short text before the details, in under 600 kB', async () => {
    const html = renderReport(published);
    expect(Buffer.byteLength(html)).toBeLessThan(600_000);
    const { page } = await open(html);
    const { matrixEndsPx, detailsBeginPx, words } = await page.evaluate(extent);
    expect(matrixEndsPx).toBeLessThanOrEqual(700);
    expect(detailsBeginPx).toBeLessThanOrEqual(5_500);
    expect(words).toBeLessThanOrEqual(1_200);
    await page.close();
  });

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('has no finding of axe-core, folded and unfolded: %i px wide, %s', async (width, scheme) => {
    for (const result of [published, layered]) {
      const { page } = await open(renderReport(result), width, scheme);
      await page.evaluate(`${axe.source};0`);
      expect(await page.evaluate(accessibilityFindings)).toEqual([]);
      await page.evaluate(unfoldAll);
      expect(await page.evaluate(accessibilityFindings)).toEqual([]);
      await page.close();
    }
  });

  test('copies the matrix as Markdown, and lets it be saved', async () => {
    const { page, complaints } = await open(renderReport(makeResult()));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const link = page.locator('.actions [data-copy]');
    await link.click();
    await expect.poll(() => link.textContent()).toBe('Copied');
    expect(await page.evaluate(readClipboard)).toMatch(/^\| Transport \|/);
    const saved = page.waitForEvent('download');
    await page.locator('.actions [data-save=SVG]').click();
    expect((await saved).suggestedFilename()).toBe('matrix.svg');
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('shows the link of a heading and of a table to the mouse and to the keyboard', async () => {
    const { page } = await open(renderReport(makeResult()));
    await page.evaluate(unfoldAll);
    for (const [place, link] of [
      ['#time', '#time .anchor'],
      ['#spread-latency-table caption', '#spread-latency-table .anchor'],
    ] as const) {
      await page.mouse.move(0, 0);
      expect(await page.locator(link).evaluate(opacityOf)).toBe('0');
      await page.locator(place).hover();
      expect(await page.locator(link).evaluate(opacityOf)).toBe('1');
      await page.mouse.move(0, 0);
      await page.locator(link).focus();
      await page.keyboard.press('Shift');
      expect(await page.locator(link).evaluate(opacityOf)).toBe('1');
    }
    await page.close();
  });

  test('copies a sentence to cite, without the button’s own word', async () => {
    const { page, complaints } = await open(renderReport(makeResult()));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const entry = page.locator('#cite-chosen [data-copyable]').first();
    const text = await entry.locator('.sentence').textContent();
    await entry.locator('button').click();
    await expect.poll(() => entry.locator('button').textContent()).toBe('Copied');
    expect(await page.evaluate(readClipboard)).toBe(text?.trim());
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('takes other colours, in its charts too, when the system turns dark', async () => {
    const { page, complaints } = await open(renderReport(makeResult()));
    const lightPaper = await page.evaluate(paperColour);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => page.evaluate(countPixels, '--lane-3').then(([latency]) => latency)).toBeGreaterThan(20);
    expect(await page.evaluate(paperColour)).not.toBe(lightPaper);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('is light on paper, whatever the screen is', async () => {
    const { page } = await open(renderReport(makeResult()), 1280, 'dark');
    const before = await page.evaluate(paperColour);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(paperColour)).not.toBe(before);
    expect(await visible(page, '.drawing svg')).toBe(await page.locator('.chart:has(.plots)').count());
    expect(await visible(page, 'canvas')).toBe(0);
    await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
    expect(await page.evaluate(paperColour)).toBe(before);
    expect(await visible(page, '.drawing svg')).toBe(0);
    expect(await visible(page, 'canvas')).toBe(4);
    await page.close();
  });

  test('fits on a sheet: no table is wider than an A4 page', async () => {
    const { page } = await open(renderReport(layered));
    await page.evaluate(announce, 'beforeprint');
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 680, height: 900 });
    expect(await page.evaluate(pageWidth)).toBe(680);
    await page.close();
  });

  test('has each chart with its keys where scripts do not run', async () => {
    if (isMissing) return;
    const path = join(folder, 'still.html');
    writeFileSync(path, renderReport(survey));
    for (const width of [1280, 390]) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, javaScriptEnabled: false });
      await page.goto(pathToFileURL(path).href);
      const figures = await page.locator('.chart:has(.plots)').count();
      expect(figures).toBeGreaterThan(10);
      expect(await visible(page, '.chart:has(.plots) .drawing svg')).toBe(figures);
      expect(await visible(page, 'canvas')).toBe(0);
      const keys = await page.locator('#full-knee-charts .drawing svg text:visible').allTextContents();
      expect(keys).toEqual(expect.arrayContaining(['Lane bare', 'mean', '95 % interval']));
      expect((await page.locator('#full-knee-charts svg').boundingBox())?.width).toBeGreaterThan(500);
      await page.close();
    }
  });

  test('says each value to who goes there by arrow keys', async () => {
    const { page, complaints } = await open(renderReport(makeResult()));
    await page.locator('#spread-latency-charts canvas').focus();
    const heard: (string | null)[] = [];
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowUp']) {
      await page.keyboard.press(key);
      heard.push(await page.locator('[role=status]').textContent());
    }
    expect(heard[0]).toMatch(/^Lane alpha, p50: [\d.]+ ms \([\d.]+ to [\d.]+\)$/);
    expect(heard[1]).toMatch(/^Lane alpha, p95: /);
    expect(heard[2]).toBe(heard[0]);
    expect(heard[3]).toMatch(/^Lane gamma, p\d+, round 3: [\d.]+ ms$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('takes a lane out of the lines of its figure, and puts it back', async () => {
    const { page } = await open(renderReport(survey));
    const at = await page.locator('canvas').evaluateAll((all) => all.findIndex(({ id }) => id.startsWith('full-knee')));
    const drawnPixels = async () => (await page.evaluate(countPixels, '--lane-2'))[at];
    const button = page.locator('#full-knee-charts button', { hasText: 'Lane asking' });
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(24);
    expect(await drawnPixels()).toBeGreaterThan(20);
    await button.click();
    expect(await button.getAttribute('aria-pressed')).toBe('false');
    expect(await drawnPixels()).toBe(0);
    await button.click();
    expect(await drawnPixels()).toBeGreaterThan(20);
    await page.close();
  });

  test('saves a figure as the file that is exported, and as a picture, light from a dark screen too', async () => {
    const result = makeResult();
    const { page, complaints } = await open(renderReport(result), 1280, 'dark');
    const saved = async (format: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator(`#spread-latency-charts [data-save=${format}]`).click(),
      ]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const [svg, png] = [await saved('SVG'), await saved('PNG')];
    expect([svg.name, png.name]).toEqual(['spread-latency.svg', 'spread-latency.png']);
    const exported = new Map(figureFiles(pageModel(result))).get('figures/spread-latency.svg') ?? '';
    const textsIn = (text: string) => [...text.matchAll(/<text [^>]*>[^<]*/g)].map(([one]) => one);
    expect(textsIn(exported).length).toBeGreaterThan(15);
    expect(textsIn(svg.bytes.toString()).map((one) => one.replace(' class="alone"', ''))).toEqual(
      textsIn(exported).map((one) => one.replace(' class="alone"', '')),
    );
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(png.bytes.readUInt32BE(16)).toBe(2 * Number(/ width="(\d+)"/.exec(exported)?.[1]));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('runs nothing that a result brings, and shows it as text', async () => {
    const title = `</script><script>alert(1)</script><img src="x" onerror="alert(2)">`;
    const lanes = makeResult().lanes.map((lane) => ({ ...lane, title }));
    const { page, complaints, requests } = await open(renderReport(makeResult({ replace: { lanes } })));
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    expect(await page.locator('#spread-latency-table tbody th').first().textContent()).toBe(title);
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });

  test('would not run a script even where one got in', async () => {
    const html = renderReport(makeResult()).replace('</main>', '<script>document.title = "taken"</script></main>');
    const { page, complaints } = await open(html);
    expect(await page.title()).not.toBe('taken');
    expect(complaints.join()).toContain('Content Security Policy');
    await page.close();
  });
});
