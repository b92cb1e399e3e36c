/** Who may know whom: the arrows between the rooms. Read from the import statements of all sources. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lanes } from '../catalogue/lanes.ts';
import { projectRoot } from '../contract/paths.ts';

interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  /** A path from the root, or the name of a package; undefined when it is computed. */
  readonly target: string | undefined;
  readonly isDynamic: boolean;
}

interface Rule {
  readonly name: string;
  appliesTo(path: string): boolean;
  /** What this source does against the rule. */
  breaches(source: Source): readonly string[];
}

const sources = ['servers', 'clients', 'bench'].flatMap(readSources);

const TRANSPORTS = new Set(lanes.flatMap(({ id, transport }) => [id, transport]));
const ENTRIES = ['servers/main.ts', 'servers/serve.ts', 'clients/main.ts'];
const RUNNERS = ['bench/run.ts', 'bench/run-cell.ts', 'bench/child.ts', 'bench/lanes.ts', 'servers/', 'clients/'];
const LANES = 'bench/lanes.ts';
/** They choose among lanes: by name, as a user does. */
const CHOOSERS = [LANES, 'bench/profiles.ts', 'bench/configure.ts'];

const rules: readonly Rule[] = [
  importRule(
    'servers and clients know bench/contract, bench/measure and their own folder alone',
    (path) => isIn(path, ['servers/', 'clients/']),
    ({ target = '' }, path) =>
      isIn(target, ['bench/contract/', 'bench/measure/', `${path.split('/')[0]}/`]) ||
      (ENTRIES.includes(path) && target === LANES),
  ),
  importRule(
    'bench/contract knows nothing of ours but itself',
    // Its test-support too: the tests of both sides use it.
    (path) => isIn(path, ['bench/contract/']) && !path.endsWith('.test.ts'),
    ({ target = '' }) => isIn(target, ['bench/contract/']),
  ),
  importRule(
    'bench/measure knows bench/contract and itself alone',
    (path) => isIn(path, ['bench/measure/']) && !isTest(path),
    ({ target = '' }) => isIn(target, ['bench/contract/', 'bench/measure/']),
  ),
  importRule(
    'report, export and stats know results, never runners',
    (path) => isIn(path, ['bench/report/', 'bench/export/', 'bench/stats/']) && !isTest(path),
    ({ target = '' }) => !isIn(target, RUNNERS),
  ),
  importRule(
    'in bench the table of lanes alone knows servers and clients, and loads them when asked',
    (path) => isIn(path, ['bench/']) && !isTest(path),
    ({ target = '', isDynamic }, path) => !isIn(target, ['servers/', 'clients/']) || (path === LANES && isDynamic),
  ),
  {
    name: 'every import says where it goes',
    appliesTo: (path) => !isTest(path),
    breaches: (source) =>
      importsOf(source).flatMap(({ target }) => (target === undefined ? ['a computed import'] : [])),
  },
  {
    name: 'in bench the table of lanes alone names transports',
    appliesTo: (path) => isIn(path, ['bench/']) && !isTest(path) && !CHOOSERS.includes(path),
    breaches: ({ text }) => tokensOf(text).strings.filter((content) => TRANSPORTS.has(content)),
  },
];

describe.each(rules)('$name', (rule) => {
  const held = sources.filter(({ path }) => rule.appliesTo(path));

  test('holds for all sources', () => {
    expect(held.length).toBeGreaterThan(1);
    const breaches = held.flatMap((source) => rule.breaches(source).map((what) => `${source.path}: ${what}`));
    expect(breaches).toEqual([]);
  });

  test('can be broken', () => {
    const samples = SAMPLES[rule.name] ?? [];
    expect(samples.length).toBeGreaterThan(1);
    for (const { path, text, isFine = false } of samples) {
      const isHeld = !rule.appliesTo(path) || rule.breaches({ path, text }).length === 0;
      expect({ path, text, isFine: isHeld }).toEqual({ path, text, isFine });
    }
  });
});

test('imports of every form are seen, and none that is a comment', () => {
  const text = `
    import a from './a.ts';
    import { b,
      type B } from "./b.ts";
    import * as c from '../c.ts';
    import type { D } from './d.ts';
    import './e.ts';
    export { f } from './f.ts';
    export * from './g.ts';
    export type { H } from './h.ts';
    const i = await import('./i.ts');
    type J = import('./j.ts').J;
    const k = import(somewhere);
    import l, { type L } from 'package';
    import { m } from 'node:fs';
    // import no from './no.ts';
    /* import no from './no.ts'; */
    export const n = 'from'; const o = "./no.ts";
  `;
  const seen = importsOf({ path: 'bench/x/y.ts', text });
  const files = ['x/a', 'x/b', 'c', 'x/d', 'x/e', 'x/f', 'x/g', 'x/h'].map((name) => `bench/${name}.ts`);
  const statics = seen.filter(({ isDynamic }) => !isDynamic).map(({ target }) => target);
  expect(new Set(statics)).toEqual(new Set([...files, 'package', 'node:fs']));
  expect(statics).toHaveLength(10);
  expect(seen.filter(({ isDynamic }) => isDynamic).map(({ target }) => target)).toEqual([
    'bench/x/i.ts',
    'bench/x/j.ts',
    undefined,
  ]);
});

test('every source is read, and every import of it', () => {
  expect(sources.map(({ path }) => path)).toEqual(
    expect.arrayContaining([...ENTRIES, LANES, 'bench/report/page/page.ts']),
  );
  for (const source of sources.filter(({ path }) => !isTest(path))) {
    const lines = source.text.match(/^import\b|^export .* from |\bimport\(/gm)?.length ?? 0;
    expect({ path: source.path, imports: importsOf(source).length }).toEqual({ path: source.path, imports: lines });
  }
});

// --- reading sources ---

function readSources(folder: string): Source[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = posix.join(folder, ...name.split(/[\\/]/));
      return { path, text: readFileSync(join(projectRoot, path), 'utf8') };
    });
}

/** Code without comments, and what its string literals say. */
function tokensOf(text: string): { code: string; strings: string[] } {
  const strings: string[] = [];
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  const code = text.replace(token, (found) => {
    if (found.startsWith('/')) return ' ';
    strings.push(found.slice(1, -1));
    return found;
  });
  return { code, strings };
}

function importsOf({ path, text }: Source): Import[] {
  const { code } = tokensOf(text);
  const resolve = (target: string) => (target.startsWith('.') ? posix.join(posix.dirname(path), target) : target);
  const fromClause = /\b(?:import|export)\b[^'"`;()=]*?\bfrom\s*(['"])(.+?)\1/g;
  const bare = /\bimport\s*(['"])(.+?)\1/g;
  const dynamic = /\bimport\s*\(\s*(?:(['"])(.+?)\1\s*\))?/g;
  return [
    ...[fromClause, bare].flatMap((form) =>
      [...code.matchAll(form)].map(([, , target = '']) => ({ target: resolve(target), isDynamic: false })),
    ),
    ...[...code.matchAll(dynamic)].map(([, , target]) => ({
      target: target === undefined ? undefined : resolve(target),
      isDynamic: true,
    })),
  ];
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));
}

/** Tests, and what helps them, may look everywhere, except where the arrows of their room are checked too. */
function isTest(path: string): boolean {
  return /(^|\/)test-[^/]+\.ts$|\.test\.ts$/.test(path);
}

/** A rule about imports of ours; packages are free. */
function importRule(
  name: string,
  appliesTo: (path: string) => boolean,
  allows: (one: Import, path: string) => boolean,
): Rule {
  return {
    name,
    appliesTo,
    breaches: (source) =>
      importsOf(source)
        .filter(({ target = '' }) => isIn(target, ['servers/', 'clients/', 'bench/']))
        .filter((one) => !allows(one, source.path))
        .map(({ target, isDynamic }) => `${isDynamic ? 'loads' : 'imports'} ${target}`),
  };
}

// --- made-up sources, to see that each rule can be broken ---

interface Sample extends Source {
  readonly isFine?: boolean;
}

const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  'servers and clients know bench/contract, bench/measure and their own folder alone': [
    { path: 'servers/x.ts', text: "import { y } from '../clients/y.ts';" },
    { path: 'clients/x.ts', text: "import type { Y } from '../servers/y.ts';" },
    { path: 'servers/x.test.ts', text: "import '../clients/y.ts';" },
    { path: 'clients/x.ts', text: "export { y } from '../run/run.ts';" },
    { path: 'servers/x.ts', text: "const { lanes } = await import('../catalogue/lanes.ts');" },
    { path: 'servers/main.ts', text: "import { run } from '../run/run.ts';" },
    { path: 'servers/x.ts', text: "import { y } from './deep/../../bench/stats/y.ts';" },
    { path: 'servers/main.ts', text: "import { findLane } from '../catalogue/lanes.ts';", isFine: true },
    { path: 'servers/x.ts', text: "import { y } from './y.ts'; import '../bench/contract/z.ts';", isFine: true },
    { path: 'clients/x.ts', text: "import { y } from '../bench/measure/y.ts'; import ws from 'ws';", isFine: true },
  ],
  'bench/contract knows nothing of ours but itself': [
    { path: 'bench/contract/x.ts', text: "import { y } from '../measure/y.ts';" },
    { path: 'bench/contract/x.ts', text: "import type { Y } from '../lanes.ts';" },
    { path: 'bench/contract/test-support.ts', text: "import { y } from '../../servers/y.ts';" },
    { path: 'bench/contract/x.ts', text: "import { z } from 'zod'; import { y } from './y.ts';", isFine: true },
  ],
  'bench/measure knows bench/contract and itself alone': [
    { path: 'bench/measure/x.ts', text: "import { y } from '../stats/y.ts';" },
    { path: 'bench/measure/x.ts', text: "import type { Y } from '../../servers/y.ts';" },
    { path: 'bench/measure/x.ts', text: "import '../contract/y.ts'; import './z/a.ts';", isFine: true },
  ],
  'report, export and stats know results, never runners': [
    { path: 'bench/report/x.ts', text: "import { run } from '../run.ts';" },
    { path: 'bench/export/x.ts', text: "import type { Cell } from '../run-cell.ts';" },
    { path: 'bench/stats/x.ts', text: "import { lanes } from '../lanes.ts';" },
    { path: 'bench/report/page/x.ts', text: "import { y } from '../../../clients/y.ts';" },
    { path: 'bench/report/x.ts', text: "await import('../child.ts')" },
    { path: 'bench/report/x.ts', text: "import { y } from '../contract/result.ts';", isFine: true },
  ],
  'in bench the table of lanes alone knows servers and clients, and loads them when asked': [
    { path: 'bench/x.ts', text: "const { y } = await import('../servers/y.ts');" },
    { path: 'bench/x.ts', text: "import type { Y } from '../clients/y.ts';" },
    { path: 'bench/lanes.ts', text: "import { y } from '../servers/y.ts';" },
    { path: 'bench/lanes.ts', text: "server: async () => (await import('../servers/y.ts')).y", isFine: true },
    { path: 'bench/x.test.ts', text: "import { y } from '../servers/y.ts';", isFine: true },
  ],
  'every import says where it goes': [
    { path: 'bench/x.ts', text: 'await import(path)' },
    { path: 'servers/x.ts', text: "await import('./' + name)" },
    { path: 'servers/x.ts', text: "await import('./y.ts')", isFine: true },
  ],
  'in bench the table of lanes alone names transports': [
    { path: 'bench/x.ts', text: "if (lane.transport === 'websocket') bend();" },
    { path: 'bench/report/x.ts', text: 'const colours = { "polling": "red" };' },
    { path: 'bench/stats/x.ts', text: 'const floor = `tcp`;' },
    { path: 'bench/x.ts', text: "// as in 'websocket'\nconst why = 'a websocket is one';", isFine: true },
    { path: 'bench/lanes.ts', text: "id: 'sse'", isFine: true },
  ],
};
