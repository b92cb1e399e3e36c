import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { parseResult } from '../contract/result.ts';
import { renderReport } from '../report/page/render.ts';
import { launchBrowser } from './browser.ts';

const browser = await launchBrowser();
const isMissing = typeof browser === 'string';
if (isMissing) console.warn(`SKIPPED: answers for a reader's own numbers were not computed in a browser: ${browser}`);

const folder = mkdtempSync(join(tmpdir(), 'pushlab-numbers-'));
const path = join(folder, 'report.html');
const published = parseResult(readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8'));
writeFileSync(path, renderReport(published));
afterAll(async () => {
  if (!isMissing) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(fragment = '', javaScriptEnabled = true): Promise<{ page: Page; complaints: string[] }> {
  if (isMissing) throw new Error(browser);
  const page = await browser.newPage({ javaScriptEnabled });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${pathToFileURL(path).href}${fragment}`);
  return { page, complaints };
}

const monthOf = (page: Page, row: number) => page.locator(`[data-shown="${row}.month"]`).textContent().then(String);

describe.skipIf(isMissing)('the part for a reader’s own numbers', () => {
  test('says the same with scripts as without them, where it has no fields', async () => {
    const read = async ({ page }: { page: Page }) => ({
      shown: await page.locator('#chooser [data-shown]').allTextContents(),
      findings: await page.locator('#chooser .answers li').allTextContents(),
      lines: await page.locator('#chooser [data-line]').evaluateAll((all) => all.map((one) => one.getAttribute('d'))),
    });
    const scripted = await open();
    const plain = await open('', false);
    expect(await read(scripted)).toEqual(await read(plain));
    expect(scripted.complaints).toEqual([]);
    expect(await plain.page.locator('#chooser form').isVisible()).toBe(false);
    expect(await scripted.page.locator('#chooser form').isVisible()).toBe(true);
  });

  test('computes anew as a number changes, and the address keeps it', async () => {
    const { page, complaints } = await open();
    const before = await monthOf(page, 0);
    await page.locator('input[name=clients]').fill('20000');
    const after = await monthOf(page, 0);
    expect(Number.parseFloat(after) / Number.parseFloat(before)).toBeCloseTo(2, 1);
    expect(page.url()).toContain('#numbers?clients=20000&');
    const again = await open(page.url().slice(page.url().indexOf('#')));
    expect(await monthOf(again.page, 0)).toBe(after);
    expect(await again.page.locator('input[name=clients]').inputValue()).toBe('20000');
    expect([...complaints, ...again.complaints]).toEqual([]);
  });

  test('takes a usual case, with what the table of cases has for it', async () => {
    const { page } = await open();
    const row = page.locator('.presets tbody tr').nth(1);
    await row.locator('button').click();
    const [month = ''] = await row.locator('td').allTextContents();
    expect(month.startsWith(await monthOf(page, 0))).toBe(true);
    expect(await page.locator('input[name=clients]').inputValue()).toBe('1000');
  });

  test('takes nothing from an address that makes no sense', async () => {
    const { page, complaints } = await open('#numbers?clients=x&level=%3Cb%3E&intervalMs=0');
    expect(await page.locator('input[name=clients]').inputValue()).toBe('10000');
    expect(await page.locator('#chooser').textContent()).not.toMatch(/NaN|undefined|Infinity|<b>/);
    expect(complaints).toEqual([]);
  });
});
