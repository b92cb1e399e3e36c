/** What clients send, checked before anything is done with it. */

/** Input that can't be used. As JSON it is `{error}`, the body of a 400: `error` is its one enumerable property. */
export class BadInput extends Error {
  readonly error: object;

  constructor(message: string, error: object = { message }) {
    super(message);
    this.error = error;
  }
}

export class BadParameter extends BadInput {
  constructor(parameter: string, value: string, allowed: string) {
    super(`${parameter}=${value}: allowed is ${allowed}`, { parameter, value, allowed });
  }
}

/**
 * @param query what follows the question mark, or nothing
 * @throws BadParameter on a name that is not among `names`, or on one given twice
 */
export function readQuery<Name extends string>(query: string, names: readonly Name[]): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  if (query === '') return values;
  for (const [key, value] of new URLSearchParams(query)) {
    const name = names.find((known) => known === key);
    if (name === undefined) throw new BadParameter(key, value, `one of the parameters ${names.join(', ')}`);
    if (values[name] !== undefined) throw new BadParameter(name, value, 'one value');
    values[name] = value;
  }
  return values;
}

export function queryOf(target: string | undefined): string {
  const at = target?.indexOf('?') ?? -1;
  return target === undefined || at === -1 ? '' : target.slice(at + 1);
}

/** The cursor of a request whose one parameter is `since`. @throws BadParameter */
export function readSince({ url }: { readonly url?: string | undefined }): number | undefined {
  return readCursor(readQuery(queryOf(url), ['since']).since);
}

/** @throws BadParameter unless it is a seq: digits only, not above 2^53 − 1 */
export function readCursor(value: string | undefined, name = 'since'): number | undefined {
  if (value === undefined) return undefined;
  const cursor = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(cursor)) return cursor;
  throw new BadParameter(name, value, `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, the seq of an event`);
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
