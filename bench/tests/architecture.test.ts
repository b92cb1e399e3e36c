/** docs/ARCHITECTURE.md against the folders that are there. */

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
  const there = ['servers', 'clients', 'results', ...DIVIDED.flatMap(folders)].filter(
    (room) => room !== 'bench/report',
  );
  expect(named.toSorted()).toEqual(there.toSorted());
});

test('every path that it names is there', () => {
  const paths = [...text.matchAll(/`((?:servers|clients|bench|results)\/[\w./-]*)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(20);
  const missing = paths.filter((path) => {
    const parent = join(projectRoot, path.replace(/\/$/, ''), '..');
    return !readdirSync(parent).includes(path.replace(/\/$/, '').split('/').at(-1) ?? '');
  });
  expect(missing).toEqual([]);
});
