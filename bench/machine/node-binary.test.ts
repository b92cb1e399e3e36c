import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { inspectNode, isAtLeast, requiredNode } from './node-binary.ts';

const folder = mkdtempSync(join(tmpdir(), 'pushlab-node-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says this when it is asked for its versions. */
function pretender(name: string, says: string, exitCode = 0): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${says}'\nexit ${exitCode}\n`, { mode: 0o755 });
  return path;
}

const versions = (node: string, others = {}) => JSON.stringify({ node, v8: '11.3', uv: '1.46', ...others });

describe('a Node binary', () => {
  it('tells its versions', () => {
    expect(inspectNode(process.execPath, projectRoot)).toMatchObject({
      path: process.execPath,
      versions: { node: process.versions.node, v8: process.versions.v8, uv: process.versions.uv },
    });
  });

  it('need not tell of libraries that it was built without', () => {
    const path = pretender('bare', versions('99.0.0'));
    expect(inspectNode(path, projectRoot).versions).toEqual({ node: '99.0.0', v8: '11.3', uv: '1.46' });
  });

  const plain = join(folder, 'plain');
  writeFileSync(plain, 'not a program', { mode: 0o644 });

  it.each([
    ['is not there', join(folder, 'nix'), /no such file/],
    ['is below a file', join(plain, 'node'), /no such file/],
    ['is a folder', folder, /may be executed/],
    ['may not be executed', plain, /may be executed/],
    ['says nothing of use', pretender('chatty', 'hello'), /it is not Node/],
    ['says something else in JSON', pretender('json', '[1]'), /it is not Node/],
    ['fails', pretender('failing', versions('99.0.0'), 9), /not Node, or its start fails/],
    ['stands in for Node', pretender('bun', versions('99.0.0', { bun: '1.3.0' })), /it is not Node/],
    ['is too old', pretender('old', versions('20.18.3')), /it is Node 20\.18\.3/],
  ])('that %s is refused, with the flag, the value and what is allowed', (_, path, reason) => {
    const message = messageOf(() => inspectNode(path, projectRoot));
    expect(message).toMatch(reason);
    expect(message).toContain(`--node ${path}: `);
    expect(message).toContain(`allowed is the path of a Node binary, version ${requiredNode(projectRoot)} or newer`);
  });
});

describe('the version that is needed', () => {
  it('is that of package.json', () => {
    expect(requiredNode(projectRoot)).toMatch(/^\d+\.\d+$/);
  });

  it('must be there', () => {
    expect(() => requiredNode(folder)).toThrow(/engines\.node/);
  });

  it.each([
    ['20.19.0', '20.19', true],
    ['20.19.0', '20.19.1', false],
    ['20.9.9', '20.19', false],
    ['20.100.0', '20.19', true],
    ['22.0.0', '20.19', true],
    ['19.99.0', '20.19', false],
    ['25.0.0-nightly20261101', '20.19', true],
    ['20', '20.0', true],
  ])('%s is at least %s: %s', (version, required, expected) => {
    expect(isAtLeast(version, required)).toBe(expected);
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return '';
}
