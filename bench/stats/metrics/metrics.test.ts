import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../../contract/paths.ts';
import { FIGURES } from '../../contract/result.ts';
import { chartedIn, metrics, shownIn } from './metrics.ts';

/** The table, and two that are about that one metric: a scenario's limit, the check of a record's field. */
const MOST_FILES = 3;

const sources = ['bench', 'servers', 'clients']
  .flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, encoding: 'utf8' }).map((path) => `${root}/${path}`),
  )
  .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/tests\/|\/test-[^/]*$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));

/** Those with the id in a string: without quotes it is a field of a record. */
function filesNaming(id: string, all: typeof sources): string[] {
  const name = new RegExp(`['"\`][^'"\`\n]*\\b${id.replace('.', '\\.')}\\b`);
  return all.filter(({ text }) => name.test(text)).map(({ path }) => path);
}

describe('a metric is one row', () => {
  test('no source but the table, and two at most, names its id', () => {
    expect(sources.length).toBeGreaterThan(200);
    const scattered = metrics.map(({ id }) => [id, filesNaming(id, sources)] as const);
    expect(scattered.filter(([, files]) => files.length > MOST_FILES)).toEqual([]);
    expect(sources.filter(({ text }) => text.includes('latency.${')).map(({ path }) => path)).toEqual([
      'bench/stats/metrics/delivery-metrics.ts',
    ]);
  });

  test('an id is found in strings and templates, not as a part of another, and not as a field', () => {
    const texts = ["of('a.bUs')", '"a.bUs"', '/** `lane.a.bUs<5%` */', "'a.bUsual'", "'aXbUs'", 'cell.a.bUs'];
    const fakes = texts.map((text, at) => ({ path: String(at), text }));
    expect(filesNaming('a.bUs', fakes)).toEqual(['0', '1', '2']);
  });

  test('ids and titles are each there once', () => {
    expect(new Set(metrics.map(({ id }) => id)).size).toBe(metrics.length);
    expect(new Set(metrics.map(({ title }) => title)).size).toBe(metrics.length);
  });

  test('every figure has a metric that a table, a sentence or a chart shows', () => {
    const places = ['chart', 'exported', 'terminal'] as const;
    expect(FIGURES.filter((figure) => places.every((place) => shownIn(place, [figure]).length === 0))).toEqual([]);
  });

  test('a figure shows its own metrics before those of others', () => {
    expect(chartedIn('idle').map(({ label }) => label)).toEqual([
      'Bytes',
      'At usual keep-alives',
      'Packets',
      'With TCP/IP',
      'At usual keep-alives, with TCP/IP',
      'Server CPU',
      'Memory',
    ]);
    expect(chartedIn('gap').map(({ label }) => label)).toEqual(['Gap share', 'p50']);
  });

  test('parts stand before their whole in a table', () => {
    const labels = shownIn('exported', ['layers']).map(({ metric, words }) => words.label ?? metric.label);
    expect(labels.slice(0, 3)).toEqual(['Framing', 'Heads', 'On the sockets']);
  });
});
