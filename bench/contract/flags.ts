/** Values of flags, checked; an error says what is allowed. */

import { InvalidArgumentError } from 'commander';

export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Allowed is a whole number from ${least} to ${most}.`);
  };
}

export function decimal(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+(\.\d+)?$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Allowed is a number from ${least} to ${most}.`);
  };
}

/** `a,b` → `['a', 'b']` */
export function splitList(value: string): string[] {
  const items = value.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '') && new Set(items).size === items.length) return items;
  throw new InvalidArgumentError('Allowed are names, each once, separated by commas.');
}
