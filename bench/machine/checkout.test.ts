import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildState, codeSha256, fileSha256, gitProblem, gitState } from './checkout.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pushlab-checkout-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string, modifiedSeconds?: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  if (modifiedSeconds !== undefined) utimesSync(join(root, path), modifiedSeconds, modifiedSeconds);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the hash of the compiled code', () => {
  beforeEach(() => {
    write('dist/servers/a.js', 'one');
    write('dist/bench/deep/b.js', 'two');
  });

  it('is that of a sorted list of hashes and paths', () => {
    const list = `${sha256('two')}  bench/deep/b.js\n${sha256('one')}  servers/a.js\n`;
    expect(codeSha256(root)).toBe(sha256(list));
  });

  it.each([
    ['changes', 'dist/servers/a.js', 'other'],
    ['is added', 'dist/clients/c.js', 'three'],
  ])('is another when a file %s', (_, path, text) => {
    const before = codeSha256(root);
    write(path, text);
    expect(codeSha256(root)).not.toBe(before);
  });

  it('is another when a file has another name', () => {
    const before = codeSha256(root);
    rmSync(join(root, 'dist/servers/a.js'));
    write('dist/servers/z.js', 'one');
    expect(codeSha256(root)).not.toBe(before);
  });

  it('leaves out what is not code', () => {
    const before = codeSha256(root);
    write('dist/servers/a.js.map', 'map');
    write('dist/.tsbuildinfo', 'info');
    write('dist/elsewhere/a.js', 'else');
    expect(codeSha256(root)).toBe(before);
  });

  it('is null when nothing is compiled', () => {
    rmSync(join(root, 'dist'), { recursive: true });
    expect(codeSha256(root)).toBeNull();
  });
});

it('the hash of a file is that of all its bytes, and null where there is none', () => {
  write('package-lock.json', '{}\n');
  expect(fileSha256(join(root, 'package-lock.json'))).toBe(sha256('{}\n'));
  expect(fileSha256(join(root, 'nix'))).toBeNull();
});

describe('what is compiled', () => {
  beforeEach(() => {
    write('tsconfig.json', '{}', 1_000);
    write('servers/main.ts', '', 1_000);
    write('dist/.tsbuildinfo', '', 1_001);
  });

  it('is current when the compiler came after every source', () => {
    expect(buildState(root)).toBe('current');
  });

  it.each(['servers/main.ts', 'bench/deep/new.ts', 'tsconfig.json'])('is outdated when %s came after it', (path) => {
    write(path, '', 1_002);
    expect(buildState(root)).toBe('outdated');
  });

  it('is missing when the compiler never came', () => {
    rmSync(join(root, 'dist'), { recursive: true });
    expect(buildState(root)).toBe('missing');
  });
});

describe('the commit', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: root,
      stdio: 'ignore',
    });

  it('is null outside a checkout', () => {
    expect(gitState(root)).toEqual({ commit: null, dirty: null });
  });

  it('is told, and whether anything differs from it', () => {
    git('init');
    git('commit', '--allow-empty', '-m', 'first');
    expect(gitState(root)).toEqual({ commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: false });
    write('new.ts', '');
    expect(gitState(root).dirty).toBe(true);
  });

  it('is that of the folder itself, and not of a checkout that it lies in', () => {
    git('init');
    git('commit', '--allow-empty', '-m', 'first');
    mkdirSync(join(root, 'inner'));
    expect(gitState(join(root, 'inner'))).toEqual({ commit: null, dirty: null });
    expect(gitProblem(join(root, 'inner'))).toBe('not a git checkout');
    expect(gitProblem(root)).toBeUndefined();
  });

  it('says why it is null: no git, no checkout, or one of another user', () => {
    const { PATH } = process.env;
    try {
      process.env['PATH'] = root;
      expect(gitProblem(root)).toBe('git is not installed');
      // What git itself says of such a folder.
      writeFileSync(
        join(root, 'git'),
        '#!/bin/sh\necho "fatal: detected dubious ownership in repository at \'/x\'" >&2\nexit 128\n',
        {
          mode: 0o755,
        },
      );
      expect(gitProblem(root)).toBe('git refuses a folder that another user owns');
    } finally {
      process.env['PATH'] = PATH;
    }
    expect(gitProblem(root)).toBe('not a git checkout');
  });
});
