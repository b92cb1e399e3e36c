/** The conditions that several runs have in common. Pure. */

import { type Environment, environmentSchema } from '../../contract/result.ts';
import { sha256 } from '../../machine/checkout.ts';

export interface CommonEnvironment {
  readonly environment: Environment;
  /** `cpu.model ("A", "B")`: what differs between the runs, but for the fingerprint and the commit, which tell them apart. */
  readonly differences: readonly string[];
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * The first environment, with null for what differs where null may stand; where it may not, the first one's value stays, and the
 * difference is told. The fingerprint of several machines is one of its own; the commit is the first one, and one dirty checkout
 * makes the whole dirty.
 */
export function commonEnvironment(all: readonly [Environment, ...Environment[]]): CommonEnvironment {
  const [first] = all;
  const differing = leafPaths(first).flatMap((path) => {
    const values = all.map((one) => JSON.stringify(valueAt(one, path)));
    return new Set(values).size > 1 ? [{ path, values }] : [];
  });
  const nulled = differing.reduce((environment: Environment, { path }) => {
    const parsed = environmentSchema.safeParse(withValue(environment, path, null));
    return parsed.success ? parsed.data : environment;
  }, first);
  const fingerprints = [...new Set(all.map(({ fingerprint }) => fingerprint))].sort();
  const isDirty = all.some(({ git }) => git.dirty === true);
  return {
    environment: {
      ...nulled,
      git: { ...first.git, ...(isDirty && { dirty: true }) },
      fingerprint:
        fingerprints.length === 1 ? first.fingerprint : sha256(fingerprints.join()).slice(0, first.fingerprint.length),
    },
    differences: differing
      .filter(({ path }) => path[0] !== 'fingerprint' && path[0] !== 'git')
      .map(({ path, values }) => `${path.join('.')} (${values.join(', ')})`),
  };
}

/** Of values that are no objects; a list is one value. */
function leafPaths(tree: object): string[][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) ? leafPaths(value).map((path) => [key, ...path]) : [[key]],
  );
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(tree: unknown, [key, ...rest]: readonly string[]): unknown {
  return key === undefined ? tree : valueAt(isTree(tree) ? tree[key] : undefined, rest);
}

function withValue(tree: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  return { ...(isTree(tree) ? tree : {}), [key]: withValue(isTree(tree) ? tree[key] : undefined, rest, value) };
}
