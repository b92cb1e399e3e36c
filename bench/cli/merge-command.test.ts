import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Store } from '../record/store.ts';
import { makeResult } from '../tests/fixture.ts';
import { merge } from './merge-command.ts';

it('runs whose files are of two schema versions are not joined, though both are read as one of this version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pushlab-merge-'));
  try {
    const store = new Store(folder);
    store.load = (name) => ({
      result: makeResult({ replace: { id: name } }),
      path: name,
      schemaVersion: name === 'old' ? 3 : 4,
    });
    expect(() => merge(store, ['new', 'old'], {})).toThrow('merge: new is of schema version 4, and old of 3');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
