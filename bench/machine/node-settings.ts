/** Variables that change a Node process, or what it allocates with: measured processes have none of them. */

const CHANGES_NODE = /^(NODE_|UV_|V8_|MALLOC_|GLIBC_TUNABLES$|LD_PRELOAD$|DYLD_INSERT_LIBRARIES$)/;
/** Set by npm and container images for all that they start, and without a meaning for Node itself. */
const HARMLESS = new Set(['NODE_ENV', 'NODE_VERSION', 'NODE_HOME']);

/** Read where certificates are checked against the system's, which no measured process does: cleared without a word. */
const UNUSED = new Set(['NODE_EXTRA_CA_CERTS']);

type Variables = Readonly<Record<string, string | undefined>>;

/** Names of those that are set, and that a user should know of, in order. */
export function nodeSettings(env: Variables = process.env): string[] {
  return Object.keys(env)
    .filter((name) => isCleared(name) && !UNUSED.has(name))
    .sort();
}

/** What measured processes get of the environment: all but those. */
export function measuredEnvironment(env: Variables = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isCleared(name)));
}

function isCleared(name: string): boolean {
  return CHANGES_NODE.test(name) && !HARMLESS.has(name);
}
