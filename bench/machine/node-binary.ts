/** The Node binary that measured processes run on. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { readText } from '../measure/system-files.ts';
import { measuredEnvironment } from './node-settings.ts';

export interface NodeBinary {
  /** As it was given. Never recorded: a path may hold its user's name. */
  readonly path: string;
  readonly versions: z.infer<typeof versionsSchema>;
}

const versionsSchema = z.object({
  node: z.string(),
  v8: z.string(),
  uv: z.string(),
  llhttp: z.string().optional(),
  openssl: z.string().optional(),
  // Bun and Deno answer with the version of Node that they stand in for.
  bun: z.never().optional(),
  deno: z.never().optional(),
});

const DEADLINE_MS = 10_000;
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it is not a file that may be executed',
  ENOEXEC: 'it is not a program',
  ETIMEDOUT: `it did not tell its version within ${DEADLINE_MS / 1e3} s`,
};

/** @throws Error that names the flag, the value and what is allowed when it can't be run, is not Node, or is too old */
export function inspectNode(path: string, projectRoot: string): NodeBinary {
  const required = requiredNode(projectRoot);
  const refuse = (why: string) =>
    new Error(`--node ${path}: ${why}; allowed is the path of a Node binary, version ${required} or newer`);
  const versions = parseVersions(askForVersions(path, refuse));
  if (!versions) throw refuse('it is not Node');
  if (!isAtLeast(versions.node, required)) throw refuse(`it is Node ${versions.node}`);
  return { path, versions };
}

function askForVersions(path: string, refuse: (why: string) => Error): string {
  try {
    return execFileSync(path, ['-p', 'JSON.stringify(process.versions)'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: DEADLINE_MS,
      env: measuredEnvironment(),
      killSignal: 'SIGKILL',
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw refuse(REASONS[code] ?? 'it is not Node, or its start fails');
  }
}

function parseVersions(text: string): NodeBinary['versions'] | undefined {
  try {
    return versionsSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The oldest version that this project runs on, as its package.json says. */
export function requiredNode(projectRoot: string): string {
  const manifest: { engines?: { node?: string } } = JSON.parse(readText(join(projectRoot, 'package.json')) ?? '{}');
  const version = /^>=(\d+(?:\.\d+)*)$/.exec(manifest.engines?.node ?? '')?.[1];
  if (version === undefined) throw new Error("package.json: engines.node must be of the form '>=20.19'");
  return version;
}

/** Compares versions number by number; missing ones are 0. */
export function isAtLeast(version: string, required: string): boolean {
  const [numbers, least] = [version, required].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  for (const [place, wanted] of (least ?? []).entries()) {
    const number = numbers?.[place] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
