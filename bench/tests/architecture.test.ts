/** docs/ARCHITECTURE.md against the folders that exist, and what a folder may hold. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../contract/paths.ts';

/** Folders whose own folders are rooms too. */
const DIVIDED = ['servers', 'clients', 'bench', 'bench/report'];

function folders(path: string): string[] {
  return (
    readdirSync(join(projectRoot, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && (entry.name !== 'tests' || path === 'bench'))
      // Git keeps no empty folder, but leaves one behind where files moved away.
      .filter(({ name }) => readdirSync(join(projectRoot, path, name)).length > 0)
      .map(({ name }) => `${path}/${name}`)
  );
}

const text = readFileSync(join(projectRoot, 'docs/ARCHITECTURE.md'), 'utf8');

test('its table has each room once, and no other', () => {
  const [, rooms = ''] = /## Rooms\n([\s\S]*?)\n## /.exec(text) ?? [];
  const named = [...rooms.matchAll(/^\| `([^`]+)\/` \|/gm)].map(([, room = '']) => room);
  const existing = ['servers', 'clients', 'results', ...DIVIDED.flatMap(folders)].filter(
    (room) => room !== 'bench/report',
  );
  expect(named.toSorted()).toEqual(existing.toSorted());
});

test('every path that it names exists', () => {
  const paths = [...text.matchAll(/`((?:servers|clients|bench|results)\/[\w./-]*)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(20);
  const missing = paths.filter((path) => {
    const parent = join(projectRoot, path.replace(/\/$/, ''), '..');
    return !readdirSync(parent).includes(path.replace(/\/$/, '').split('/').at(-1) ?? '');
  });
  expect(missing).toEqual([]);
});

/** What a newcomer sees at a glance; tests and their helpers stand beside it. */
const MOST_ENTRIES = 16;

test.each(['servers', 'clients', 'bench'])(`no folder in %s has more than ${MOST_ENTRIES} entries`, (room) => {
  const root = join(projectRoot, room);
  const below = readdirSync(root, { withFileTypes: true, recursive: true }).filter((entry) => entry.isDirectory());
  const counts = [root, ...below.map(({ parentPath, name }) => join(parentPath, name))]
    .filter((folder) => !folder.endsWith('tests'))
    .map((folder) => ({
      folder,
      entries: readdirSync(folder).filter((name) => !/\.test\.ts$|^test-|^tests$/.test(name)).length,
    }));
  expect(counts.length).toBeGreaterThan(3);
  expect(counts.filter(({ entries }) => entries > MOST_ENTRIES)).toEqual([]);
});
