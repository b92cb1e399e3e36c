import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { lanes } from './lanes.ts';

describe.each(lanes)('the summary of $id', ({ summary, wire, options: { over, compression } }) => {
  test('says what the client has done with the bytes when latency ends, and what not yet', () => {
    const says = (words: string) => summary.includes(words);
    expect(says('Latency ends after the client has decrypted')).toBe(over !== undefined);
    expect(says('decrypted and read the frames')).toBe(wire === 'http2');
    expect(says('Latency ends before the client inflates')).toBe(compression !== undefined);
  });
});

test.each(lanes.filter(({ keepAlive }) => keepAlive))(
  'the keep-alive of $id is one of its options, in its unit',
  ({ keepAlive = { option: '', unitMs: 0 }, options, idlePeriodMs }) => {
    expect(Number(options[keepAlive.option]) * keepAlive.unitMs).toBe(idlePeriodMs);
  },
);

// --- which files import transports: beyond Biome's rules ---

const NAMES = new Set(lanes.flatMap(({ id, transport }) => [id, transport]));
/** They choose among lanes, by name, as a user does; claims are made about transports by their names, and bare programs are of one. */
const CHOOSERS =
  /^bench\/(catalogue\/|cli\/configure\.ts$|self\/(pairs\.ts$|bare\/)|report\/view\/(parts\/claims\/|words\/transports\.ts$))/;

/** What a source does against a rule; `wrong` and `fine` are made-up sources that do and do not break it. */
const rules = [
  {
    name: 'the catalogue loads servers and clients when asked for, so that a process holds one transport alone',
    appliesTo: (path: string) => path.startsWith('bench/catalogue/'),
    breaches: (code: string) => code.match(/^(import|export)\b[^;]*?['"][^'"\n]*\/(servers|clients)\/.*/gm) ?? [],
    wrong: ["import {\n  tcp,\n} from '../../servers/tcp.ts';", "export type { Tcp } from '../../clients/tcp.ts';"],
    fine: ["import type { Lane } from '../contract/lane.ts';\nconst y = () => import('../../servers/y.ts');"],
  },
  {
    name: 'no import is computed, or Biome would not see where it leads',
    appliesTo: () => true,
    breaches: (code: string) => code.match(/\bimport\s*\((?!\s*['"][^'"]+['"]\s*\)).*/g) ?? [],
    wrong: ['await import(path)', "await import('./' + name)", 'await import(`./y.ts`)'],
    fine: ["await import('./y.ts')", '// as import(path) would'],
  },
  {
    name: 'outside of the tables no source of bench names a transport: it asks the row what it can',
    appliesTo: (path: string) => path.startsWith('bench/') && !CHOOSERS.test(path),
    breaches: (code: string) =>
      [...code.matchAll(STRING)].flatMap(([text]) => (NAMES.has(text.slice(1, -1)) ? [text] : [])),
    wrong: ["if (lane.transport === 'websocket') bend();", 'const colours = { "polling": 1 };', 'const floor = `tcp`;'],
    fine: ["/* as in 'websocket' */ const why = 'a websocket is one';"],
  },
];

const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
const COMMENT_OR_STRING = new RegExp(`//[^\\n]*|/\\*[\\s\\S]*?\\*/|${STRING.source}`, 'g');
const withoutComments = (text: string) => text.replace(COMMENT_OR_STRING, (found) => (found[0] === '/' ? ' ' : found));

const sources = ['servers', 'clients', 'bench'].flatMap((room) =>
  readdirSync(join(projectRoot, room), { recursive: true, encoding: 'utf8' })
    .map((name) => `${room}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/test-|\/tests\//.test(path))
    .map((path) => ({ path, code: withoutComments(readFileSync(join(projectRoot, path), 'utf8')) })),
);

test.each(rules)('$name', ({ appliesTo, breaches, wrong, fine }) => {
  for (const sample of wrong)
    expect({ sample, breaches: breaches(withoutComments(sample)) }).not.toEqual({ sample, breaches: [] });
  for (const sample of fine)
    expect({ sample, breaches: breaches(withoutComments(sample)) }).toEqual({ sample, breaches: [] });
  const held = sources.filter(({ path }) => appliesTo(path));
  expect(held.length).toBeGreaterThan(2);
  expect(held.flatMap(({ path, code }) => breaches(code).map((what) => `${path}: ${what}`))).toEqual([]);
});
