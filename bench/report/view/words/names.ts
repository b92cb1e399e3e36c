/** Names of files, labels and anchors, made from what the result says: lower-case letters, digits and hyphens, on any file system. */

/** Below the 255 bytes that file systems take, with a number and an ending after it. */
const MAX_LENGTH = 160;

export function slug(text: string): string {
  const dashed = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH);
  return dashed.replace(/^-|-$/g, '') || 'unnamed';
}

/** Gives each name once: a second one that reads the same is numbered. */
export function uniqueNames(reserved: readonly string[] = []): (text: string) => string {
  const taken = new Set(reserved);
  return (text) => {
    const name = slug(text);
    let unique = name;
    for (let copy = 2; taken.has(unique); copy++) unique = `${name}-${copy}`;
    taken.add(unique);
    return unique;
  };
}
