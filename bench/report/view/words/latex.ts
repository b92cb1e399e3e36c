/** Text and numbers for LaTeX, of any input encoding: nothing but ASCII comes out. */

const SYMBOLS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  // Not \{: BibTeX counts braces, escaped or not.
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  // Bare ones would end or begin the option of a command beside them.
  '[': '{[}',
  ']': '{]}',
  '#': '\\#',
  $: '\\$',
  '%': '\\%',
  '&': '\\&',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '`': '\\textasciigrave{}',
  '"': "''",
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '\u00a0': '~',
  '·': '\\textperiodcentered{}',
  '…': '\\ldots{}',
  '–': '--',
  '—': '---',
  '‘': '`',
  '’': "'",
  '“': '``',
  '”': "''",
  '®': '\\textregistered{}',
  '™': '\\texttrademark{}',
  '°': '\\textdegree{}',
  µ: '\\textmu{}',
  μ: '\\textmu{}',
  '×': '\\ensuremath{\\times}',
  '−': '\\ensuremath{-}',
  '±': '\\ensuremath{\\pm}',
  '≈': '\\ensuremath{\\approx}',
  '≤': '\\ensuremath{\\leq}',
  '≥': '\\ensuremath{\\geq}',
  '↓': '\\ensuremath{\\downarrow}',
  '↑': '\\ensuremath{\\uparrow}',
  '†': '\\textdagger{}',
};

/** Prints as it reads. What has no sign in the fonts that every LaTeX has is spelt by its number, so that it compiles. */
export function escapeLatex(text: string): string {
  return (
    text
      .replace(/(?!\u00a0)[\s\p{Cc}]+/gu, ' ')
      // Two hyphens would print as a dash.
      .replace(/-(?=-)|[\\{}[\]#$%&_^~`"<>|]|[^ -~]/gu, (sign) =>
        sign === '-' ? '-{}' : (SYMBOLS[sign] ?? codeOf(sign)),
      )
  );
}

function codeOf(sign: string): string {
  return `{[}U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}{]}`;
}

/** Text of a table, with long numbers set as its other numbers are: `65,536 B` → `\num{65536} B`. */
export function textLatex(text: string): string {
  return escapeLatex(text).replace(/\d{1,3}(?:,\d{3})+/g, (number) => `\\num{${plainNumber(number)}}`);
}

/** A number as siunitx reads it, which groups digits itself: `1,234.5` → `1234.5`, `−3` → `-3`. */
export function plainNumber(formatted: string): string {
  return formatted.replaceAll(',', '').replace('−', '-');
}

/** `[1,184, 1,371]` → `[\num{1184}, \num{1371}]`: an interval or a range, its numbers set as all others are. */
export function intervalLatex(formatted: string): string {
  const number = /−?\d+(?:,\d{3})*(?:\.\d+)?/g;
  const between = formatted.split(number).map((text) => text.replace('–', '--'));
  return [...formatted.matchAll(number)].reduce(
    (text, [found], at) => `${text}\\num{${plainNumber(found)}}${between[at + 1]}`,
    between[0] ?? '',
  );
}

const UNITS: Readonly<Record<string, string>> = {
  s: '\\second',
  ms: '\\milli\\second',
  µs: '\\micro\\second',
  B: '\\byte',
  KiB: '\\kibi\\byte',
  MiB: '\\mebi\\byte',
  '/s': '\\per\\second',
};

/** A unit of a table's head, with siunitx where it knows it. */
export function unitLatex(unit: string): string {
  const known = UNITS[unit];
  return known ? `\\unit{${known}}` : escapeLatex(unit);
}

/** `3.2`: how many digits a column of numbers needs before and after the point, with its sign. */
export function tableFormat(numbers: readonly string[]): string {
  const parts = numbers.map((number) => number.replace('-', '').split('.'));
  const longest = (at: number) => Math.max(at === 0 ? 1 : 0, ...parts.map((part) => part[at]?.length ?? 0));
  const sign = numbers.some((number) => number.startsWith('-')) ? '-' : '';
  return `${sign}${longest(0)}.${longest(1)}`;
}
