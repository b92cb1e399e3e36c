import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../contract/paths.ts';
import { makeResult } from '../../tests/fixture.ts';
import { bibtexEntry, urlOf } from '../view/citation.ts';
import { citationFile, type PackageFields } from './citation-file.ts';

const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');
const manifest: PackageFields = JSON.parse(read('package.json'));

test('CITATION.cff is what package.json gives', () => {
  expect(read('CITATION.cff')).toBe(citationFile(manifest));
});

test('the file has what CFF 1.2.0 requires, and each key once', () => {
  const entries = [...citationFile(manifest).matchAll(/^([a-z-]+):(?: (.+))?$/gm)].map(([, key, value]) => [
    key,
    value,
  ]);
  const fields = Object.fromEntries(entries);
  expect(entries).toHaveLength(Object.keys(fields).length);
  expect(fields).toMatchObject({
    'cff-version': '1.2.0',
    type: 'software',
    license: 'MIT',
    title: '"Pushlab"',
    version: JSON.stringify(manifest.version),
  });
  expect(JSON.parse(fields['message'] ?? '')).not.toBe('');
  expect(citationFile(manifest)).toMatch(/^authors:\n {2}- name: "\S.*"$/m);
});

test('what YAML could read as something else is quoted', () => {
  const text = citationFile({ ...manifest, version: '1.10', description: 'a: "b" # c', author: 'no' });
  expect(text).toContain('version: "1.10"');
  expect(text).toContain('abstract: "a: \\"b\\" # c"');
  expect(text).toContain('- name: "no"');
});

test.each([
  [{ homepage: 'https://pushlab.example/', repository: 'https://example.org/a.git' }, 'https://pushlab.example/'],
  [{ repository: { url: 'git+https://example.org/a/b.git' } }, 'https://example.org/a/b'],
  [{ homepage: 'https://example.org/{a}"b' }, 'https://example.org/%7Ba%7D%22b'],
])('%j gives both citations their URL', (fields, url) => {
  expect(citationFile({ ...manifest, ...fields })).toContain(`\nurl: "${url}"\n`);
  expect(bibtexEntry(makeResult(), urlOf(fields))).toContain(`  url    = {${url}},\n}`);
});

test.each([{}, { repository: 'github:a/b' }, { homepage: 'file:///a' }])('%j gives none', (fields) => {
  const { homepage: _, repository: _own, ...rest } = manifest;
  expect(citationFile({ ...rest, ...fields })).not.toContain('url:');
  expect(urlOf(fields)).toBeUndefined();
});

test('an entry of a bibliography names the same author', () => {
  expect(bibtexEntry(makeResult())).toContain(`author = {{${manifest.author}}}`);
});
