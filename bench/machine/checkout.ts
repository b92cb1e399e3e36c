/** Which code this is: its commit, its compiled form, its packages. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../contract/result.ts';
import { readText } from '../measure/system-files.ts';

const ROOMS = ['bench', 'clients', 'servers'];

export function packageVersion(folder: string): string {
  const manifest: { version?: string } = JSON.parse(readText(join(folder, 'package.json')) ?? '{}');
  return manifest.version ?? 'unknown';
}

/** Of the checkout whose root the folder is; null in one that merely lies within another checkout. */
export function gitState(folder: string): Environment['git'] {
  const git = (...args: string[]) => runGit(folder, args);
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(folder))
      return { commit: null, dirty: null };
    return { commit: git('rev-parse', 'HEAD'), dirty: git('status', '--porcelain') !== '' };
  } catch {
    return { commit: null, dirty: null };
  }
}

/** Why git tells no commit of the folder; undefined where it does. */
export function gitProblem(
  folder: string,
): 'git is not installed' | 'git refuses a folder that another user owns' | 'not a git checkout' | undefined {
  if (gitState(folder).commit !== null) return undefined;
  try {
    runGit(folder, ['rev-parse', '--show-toplevel']);
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: string; readonly stderr?: string };
    if (code === 'ENOENT') return 'git is not installed';
    if (/dubious ownership/.test(stderr)) return 'git refuses a folder that another user owns';
  }
  return 'not a git checkout';
}

/** In the words that {@link gitProblem} knows, whatever the language of the user. */
function runGit(folder: string, args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C' };
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env }).trim();
}

/** null where there is no such file. */
export function fileSha256(path: string): string | null {
  return existsSync(path) ? sha256(readFileSync(path)) : null;
}

/**
 * SHA-256 over the compiled code, as in `dist/`:
 * `find bench clients servers -name '*.js' | LC_ALL=C sort | xargs sha256sum | sha256sum`
 *
 * @returns null when nothing is compiled
 */
export function codeSha256(projectRoot: string): string | null {
  const dist = join(projectRoot, 'dist');
  const files = filesBelow(dist, '.js');
  if (files.length === 0) return null;
  return sha256(files.map((path) => `${sha256(readFileSync(join(dist, path)))}  ${path}\n`).join(''));
}

export function buildState(projectRoot: string): 'current' | 'outdated' | 'missing' {
  // The compiler touches it whenever it has looked at all sources.
  const builtMs = modifiedMs(join(projectRoot, 'dist/.tsbuildinfo'));
  if (builtMs === undefined) return 'missing';
  const sources = [...filesBelow(projectRoot, '.ts'), 'tsconfig.json'];
  return sources.some((path) => (modifiedMs(join(projectRoot, path)) ?? 0) > builtMs) ? 'outdated' : 'current';
}

/** Paths within the rooms, relative to the root and with slashes, in the order of their bytes. */
function filesBelow(root: string, ending: string): string[] {
  return ROOMS.filter((room) => existsSync(join(root, room)))
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(ending))
        .map((name) => `${room}/${name.replaceAll('\\', '/')}`),
    )
    .sort();
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
