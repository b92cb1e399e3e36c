/** Values of flags, checked; an error says what is allowed. */

/** Wrong use: the message names the flag, the value and what is allowed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** commander recognises it by its code and adds flag and value. Its own class would load commander in servers and clients. */
class InvalidArgumentError extends Error {
  readonly code = 'commander.invalidArgument';
  readonly exitCode = 1;
}

type RangeParser = (least: number, most: number) => (value: string) => number;

function numbers(pattern: RegExp, allowed: string): RangeParser {
  return (least, most) => (value) => {
    const number = Number(value);
    if (pattern.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Allowed is ${allowed} from ${least} to ${most}.`);
  };
}

export const wholeNumber = numbers(/^\d+$/, 'a whole number');
export const decimal = numbers(/^\d+(\.\d+)?$/, 'a number');

const BITS = { '': 1, k: 1e3, M: 1e6 } as const;

/** `500k` → 500,000: bits per second, with or without a suffix. */
export function bitsPerSecond(least: number, most: number): (value: string) => number {
  return (value) => {
    const [, amount, suffix] = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(value) ?? [];
    const bits = Number(amount) * BITS[suffix as keyof typeof BITS];
    if (bits >= least && bits <= most) return bits;
    throw new InvalidArgumentError(
      `Allowed are ${least / 1e3}k to ${most / 1e6}M bit/s, such as 1500000, 1500k or 1.5M.`,
    );
  };
}

export function splitList(value: string): string[] {
  const items = value.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '') && new Set(items).size === items.length) return items;
  throw new InvalidArgumentError('Allowed are names, each once, separated by commas.');
}

/** @returns a parser that throws UsageError for a name that is not among them */
export function oneOf<T extends string>(flag: string, names: readonly T[]): (value: string) => T {
  return (value) => {
    const found = names.find((name) => name === value);
    if (found !== undefined) return found;
    throw new UsageError(`${flag} ${value}: allowed are ${names.join(', ')}`);
  };
}
