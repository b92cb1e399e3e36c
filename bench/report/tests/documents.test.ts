/** README and `docs/`: what a reader is told to run can be run, and what is linked is there. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../catalogue/scenarios.ts';
import { addBenchFlags, type BenchFlags, configure } from '../../cli/configure.ts';
import { projectRoot } from '../../contract/paths.ts';
import { makeResult } from '../../tests/fixture.ts';
import { exportResult } from '../export/export.ts';

const textOf = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const readme = textOf('README.md');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(projectRoot, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];
const SUBCOMMANDS = ['list', 'doctor', 'self', 'compare', 'merge', 'report', 'export'];
/** Flags of all commands, which stand before those of a run. */
const COMMON = /--(?:strict|node|resume)(?: \S+)?/g;

describe.each(DOCUMENTS)('%s', (path) => {
  const text = textOf(path);
  // Code spans may go over two lines.
  const commands = [...text.matchAll(/npm (?:run )?([^`|#&\n]*(?:\n[^`|#&\n]+(?=`))?)/g)].map(([, rest = '']) =>
    rest.trim().replace(/\s+/g, ' '),
  );

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = commands
      .map((command) => /^[\w:-]*\w/.exec(command)?.[0] ?? '')
      .filter((name) => !['ci', ''].includes(name));
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('has commands of bench that a run takes', () => {
    for (const command of commands.filter((one) => one.startsWith('bench -- '))) {
      const words = command.replace('bench -- ', '').replace(COMMON, '').trim().split(' ').filter(Boolean);
      if (SUBCOMMANDS.includes(words[0] ?? '') || command.includes('<')) continue;
      const parser = addBenchFlags(new Command()).exitOverride();
      const flags = parser.parse(words, { from: 'user' }).opts<BenchFlags>();
      const machine = { workers: 1, fileDescriptors: null, localPorts: null };
      expect(configure(flags, machine).lanes.length).toBeGreaterThan(0);
    }
  });

  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(projectRoot, dirname(path), link)))).toEqual([]);
  });
});

describe('the README', () => {
  test('is short, and says on its first screen what it is, two commands, a picture and a table', () => {
    const lines = readme.split('\n');
    expect(lines.length).toBeLessThan(120);
    const screen = lines.slice(0, 40).join('\n');
    for (const part of [
      '](docs/page.png)',
      'npm run bench',
      'npm test',
      '| lane | Latency, one client, p50',
      '**To cite a figure**',
    ]) {
      expect(screen).toContain(part);
    }
  });

  test('has a row for each scenario', () => {
    for (const { id } of scenarios) expect(readme).toContain(`\n| \`${id}\` | `);
  });

  test.each(['docs/page.png', 'docs/live.png'])('has a picture that is quickly loaded: %s', (path) => {
    expect(readme).toContain(`](${path})`);
    expect(statSync(join(projectRoot, path)).size).toBeLessThanOrEqual(150_000);
  });

  test('says no sentence that another document says, too', () => {
    const sentences = DOCUMENTS.flatMap((path) =>
      textOf(path)
        .replace(/\s+/g, ' ')
        .split(/(?<=[.:;]) /)
        .filter((sentence) => sentence.length > 60),
    );
    expect(sentences.filter((sentence, at) => sentences.indexOf(sentence) !== at)).toEqual([]);
  });
});

test('docs/FILES.md names every file that a run leaves', () => {
  const files = textOf('docs/FILES.md');
  for (const path of ['result.json', 'report.html', ...exportResult(makeResult()).keys()]) {
    expect(files).toContain(`\`${path.replace(/\/.*(?=\.)/, '/*')}\``);
  }
});
