import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../../contract/paths.ts';
import { type CompletedCell, FIGURES, type Result, severe } from '../../contract/result.ts';
import { failed, makeResult, POINT, SCENARIO, withLedger } from '../../tests/fixture.ts';
import type { Drawing } from '../view/charts/plot.ts';
import { bibtexEntry, citationId, citationSentence } from '../view/citation.ts';
import { html } from './html.ts';
import { renderReport } from './render.ts';

const ids = (page: string): string[] => [...markup(page).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id ?? '');
const markup = (page: string): string => page.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>/g, '');

describe('the page', () => {
  test('is the same for the same result', () => {
    expect(renderReport(makeResult())).toBe(renderReport(makeResult()));
  });

  test('names no address to load from', () => {
    const page = markup(renderReport(makeResult()));
    // Sources of claims are linked to; that loads nothing.
    const linked = page.replace(/<a href="https?:[^"]*" rel="external noreferrer">/g, '');
    expect(linked.match(/(?:src|href|action)="(?!#|data:)[^"]*"/g)).toBeNull();
    expect(page).toContain('content="default-src &#39;none&#39;;');
  });

  test('gives each anchor once, and every link to an anchor has its goal', () => {
    const points = [10, 100].map((clients) => ({ ...POINT, clients }));
    const page = renderReport(makeResult({ points, change: withLedger }));
    const all = ids(page);
    expect(all.length).toBe(new Set(all).size);
    const links = [...markup(page).matchAll(/(?:href="#|aria-labelledby=")([^"]*)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) expect(all).toContain(link);
  });

  test('keeps anchors apart from those of its own parts', () => {
    const scenarios = [{ ...SCENARIO, id: 'conditions', title: 'Conditions' }];
    const cells = makeResult().cells.map((cell) => ({ ...cell, scenario: 'conditions' }));
    const all = ids(renderReport(makeResult({ replace: { scenarios, cells } })));
    expect(all.length).toBe(new Set(all).size);
    expect(all).toContain('conditions-2');
  });

  test('of a result with a ledger and many points is as sound: anchors, links, captions, words', () => {
    const points = [64, 128].map((payloadBytes) => ({ ...POINT, payloadBytes }));
    const scenarios = [{ ...SCENARIO, figures: [...FIGURES] }];
    const page = renderReport(makeResult({ points, change: withLedger, replace: { scenarios } }));
    const all = ids(page);
    expect(all.length).toBe(new Set(all).size);
    for (const [, id] of markup(page).matchAll(/(?:href="#|aria-labelledby="|aria-details=")([^"]*)"/g)) {
      expect(all).toContain(id);
    }
    for (const id of ['wire', 'spread-layers-table', 'wire-bars-table', 'ledger']) {
      expect(all).toContain(id);
    }
    expect(markup(page)).not.toMatch(/NaN|undefined|Infinity|\[object|null/);
    expect(markup(page).match(/<th scope="rowgroup" colspan="\d+"/g)?.length).toBeGreaterThan(6);
  });

  test('gives each table a caption and each header a scope', () => {
    const page = markup(renderReport(makeResult()));
    expect(page.match(/<table/g)?.length).toBe(page.match(/<caption/g)?.length);
    expect(page.match(/<th(?! scope="(?:col|row|rowgroup)")[\s>]/g)).toBeNull();
  });

  test('tells verdicts by a sign and its words, not by a colour', () => {
    const result = makeResult();
    const verdicts = ['lower', 'higher', 'equivalent', 'inconclusive'] as const;
    const comparisons = result.comparisons.map((one, at) => ({ ...one, verdict: verdicts[at % 4] ?? 'lower' }));
    const page = markup(renderReport({ ...result, comparisons }));
    for (const [glyph, words] of [
      ['↓', 'lower'],
      ['↑', 'higher'],
      ['≈', 'no practical difference (within ±5\u00a0%)'],
      ['?', 'not decided by these rounds'],
    ]) {
      expect(page).toContain(`<i role="img" aria-label="${words}" title="${words}">${glyph}</i>`);
    }
  });

  test('gives what it folds away a title that says what is in it', () => {
    const folds = [...markup(renderReport(makeResult())).matchAll(/<summary[^>]*>(.*?)<\/summary>/gs)].map(
      ([, text]) => text,
    );
    expect(folds.length).toBeGreaterThan(4);
    // A claim says its own words.
    for (const text of folds) expect(text).toMatch(/^<span class="claim-verdict">|^\S.* <span class="folded">\S/);
  });

  test('leads from the figures of its tables to what cites them, and has an entry for a bibliography', () => {
    const result = makeResult();
    const page = markup(renderReport(result));
    for (const metric of ['latency.p50Us', 'server.cpuPerDeliveryUs']) {
      const estimate = result.estimates.find((one) => one.metric === metric && one.lane === 'gamma');
      if (!estimate) throw new Error(`no estimate of ${metric}`);
      expect(page).toContain(`<a href="#${citationId(estimate)}">`);
      expect(page).toContain(`<li id="${citationId(estimate)}"`);
    }
    const [first] = result.estimates.filter(({ lane }) => lane === result.reference);
    expect(page).toContain(
      html`<p class="sentence" aria-live="polite">${first && citationSentence(result, first)}</p>`.text,
    );
    expect(page).toContain(html`<code>${bibtexEntry(result)}</code>`.text);
  });

  test('gives each canvas a name and a table with the same numbers', () => {
    const page = renderReport(makeResult());
    const canvases = page.match(/<canvas[^>]*>/g) ?? [];
    expect(canvases).toHaveLength(4);
    for (const canvas of canvases) {
      expect(canvas).toMatch(/tabindex="0" role="application" aria-roledescription="chart" aria-label="[^"]{40,}"/);
      expect(ids(page)).toContain(canvas.match(/aria-details="(.*?)"/)?.[1]);
    }
  });
});

describe('the page cannot be tricked', () => {
  const evil = `</script><script>alert(1)</script><!--<img src=x onerror="alert('2')">&amp;\u2028"'\``;

  function poison(result: Result): Result {
    const infect = (value: unknown, key: string): unknown => {
      if (typeof value === 'string') return KEPT.has(key) ? value : `${value}${evil}`;
      if (Array.isArray(value)) return value.map((one) => infect(one, key));
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, infect(one, name)]));
    };
    return infect(result, '') as Result;
  }
  /** Those that have a meaning for the program, or name another part. */
  const KEPT = new Set([
    'state',
    'severity',
    'startedAt',
    'endedAt',
    'finishedAt',
    'metric',
    'figures',
    'headers',
    'procedure',
    'spread',
    'verdict',
  ]);

  const warnings = [severe('code', 'text', 'hint')];
  const withProblem = (cell: CompletedCell): CompletedCell => {
    const { wire } = withLedger(cell);
    return { ...cell, wire: { ...wire, ...(wire.ledger && { ledger: { ...wire.ledger, problems: ['problem'] } }) } };
  };
  const sound = makeResult({
    lanes: ['alpha', 'beta', 'gamma', 'again'],
    duplicates: { again: 'beta' },
    change: (cell) => (cell.round === 1 ? failed(cell) : withProblem({ ...cell, warnings: [...warnings] })),
    replace: {
      scenarios: [{ ...SCENARIO, figures: [...FIGURES] }],
      warnings: [...warnings],
    },
  });
  const page = renderReport(poison(sound));

  test('by a string of the result that ends a script or opens one', () => {
    expect(page.match(/<script/g)?.length).toBe(renderReport(sound).match(/<script/g)?.length);
    expect(page.match(/<\/script/g)?.length).toBe(renderReport(sound).match(/<\/script/g)?.length);
  });

  test('by a string of the result that is HTML', () => {
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<!--');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;2&#39;)&quot;&gt;&amp;amp;');
  });

  test('by what the reader of the ledger could not read', () => {
    expect(page).toContain('could not read: problem&lt;/script&gt;');
  });

  test('and shows such a string as what it is', () => {
    const data = page.match(/<script type="application\/json" id="charts">(.*?)<\/script>/s)?.[1] ?? '';
    const { plots } = JSON.parse(data) as Drawing;
    expect(plots[0]?.y.ticks[0]?.[1]).toBe(`Lane alpha${evil}, p50`);
  });

  test('by text that looks like a replacement pattern or a placeholder', () => {
    const title = "$& $1 $` $' {{title}}";
    const lanes = makeResult().lanes.map((lane) => ({ ...lane, title }));
    expect(renderReport(makeResult({ replace: { lanes } }))).toContain('$&amp; $1 $` $&#39; {{title}}');
  });
});

describe('a page is made of', () => {
  test('a run that was interrupted at once', () => {
    const page = renderReport(
      makeResult({
        rounds: 1,
        change: (cell) => cell,
        replace: { cells: [], estimates: [], comparisons: [], finishedAt: null },
      }),
    );
    expect(page).toContain('No cell was measured');
    expect(page).not.toContain('<canvas');
    expect(page).toContain('did not end');
  });

  test('a run of which every cell failed', () => {
    const page = markup(renderReport(makeResult({ change: failed })));
    expect(page).not.toContain('<canvas');
    expect(page.match(/SIGSEGV/g)).toHaveLength(9);
    expect(page).toContain('Lane alpha, Lane beta, Lane gamma are not charted');
  });

  test('one round: values without intervals', () => {
    const page = markup(renderReport(makeResult({ rounds: 1 })));
    expect(page).not.toMatch(/\[\d/);
  });

  test('lanes of which some repeat another: the page says so', () => {
    const page = markup(
      renderReport(
        makeResult({ lanes: ['beta', 'gamma', 'again', 'third'], duplicates: { again: 'beta', third: 'beta' } }),
      ),
    );
    expect(page.match(/measured twice/g)).toHaveLength(2);
    expect(page).toContain('<span class="tag">repeat</span>');
  });

  test('a run that was resumed after a failure', () => {
    const result = makeResult();
    const [first] = result.cells;
    if (first?.state !== 'completed') throw new Error('no cell');
    const [session] = result.sessions;
    const sessions = session ? [{ ...session, endedAt: null, after: null, cells: 1 }, session] : [];
    const again = { ...first, order: 100 };
    const page = markup(renderReport({ ...result, sessions, cells: [failed(first), ...result.cells.slice(1), again] }));
    expect(page).toContain('interrupted, and resumed once');
    expect(page).toContain('measured again');
    expect(page).not.toContain('is charted without');
  });

  test('one lane, which is compared with nothing', () => {
    const page = markup(renderReport(makeResult({ lanes: ['beta'] })));
    expect(page).not.toContain('Ratio ');
    expect(page).not.toContain('There are no ratios');
  });

  test.each(['NaN', 'undefined', 'Infinity', '[object', 'null'])('never the word %s', (word) => {
    for (const result of [makeResult(), makeResult({ rounds: 1 }), makeResult({ change: failed })]) {
      expect(markup(renderReport(result))).not.toContain(word);
    }
  });
});

describe('colours', () => {
  const css = readFileSync(join(projectRoot, 'bench/report/page/style/colours.css'), 'utf8');
  const [light, dark] = [...css.matchAll(/--paper: #[\s\S]*?--layer-client: #\w+/g)].map(
    ([block]) => new Map([...block.matchAll(/(--[\w-]+): (#\w{6})/g)].map(([, name = '', hex = '']) => [name, hex])),
  );
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** WCAG 2.2, contrast ratio */
  const contrast = (a: string, b: string): number => {
    const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (bright + 0.05) / (dim + 0.05);
  };

  test.each([
    ['light', light],
    ['dark', dark],
  ])('of text and of marks stand out from the paper: %s', (_, colours) => {
    const paper = colours?.get('--paper') ?? '';
    for (const name of ['--ink', '--ink-quiet', '--accent', '--warning']) {
      expect(contrast(colours?.get(name) ?? '', paper), name).toBeGreaterThanOrEqual(4.5);
    }
    const marks = [...(colours?.keys() ?? [])].filter((name) => /^--(lane|layer)-/.test(name));
    expect(marks).toHaveLength(12);
    for (const name of marks) expect(contrast(colours?.get(name) ?? '', paper), name).toBeGreaterThanOrEqual(3);
  });

  /** CIE L*a*b*, for the white of a screen */
  const labOf = (hex: string): number[] => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    const [x = 0, y = 0, z = 0] = [
      (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
      0.2126 * r + 0.7152 * g + 0.0722 * b,
      (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    ].map((part) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116));
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };

  test.each([
    ['light', light],
    ['dark', dark],
  ])('of layers are not those of lanes: %s', (_, colours) => {
    const named = (kind: string) => [...(colours ?? [])].filter(([name]) => name.startsWith(`--${kind}-`));
    for (const [layer, one] of named('layer')) {
      for (const [lane, other] of named('lane')) {
        const apart = Math.hypot(...labOf(one).map((part, at) => part - (labOf(other)[at] ?? 0)));
        expect(apart, `${layer}, ${lane}`).toBeGreaterThan(15);
      }
    }
  });
});
