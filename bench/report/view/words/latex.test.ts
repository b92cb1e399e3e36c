import { describe, expect, test } from 'vitest';
import { escapeLatex, intervalLatex, plainNumber, tableFormat, textLatex, unitLatex } from './latex.ts';

describe('text', () => {
  test.each([
    ['95 % of a_b & #1', '95 \\% of a\\_b \\& \\#1'],
    ['5 µs – 10 μs', '5 \\textmu{}s -- 10 \\textmu{}s'],
    [
      '× 2, −3, ±5\u00a0%, ≈',
      '\\ensuremath{\\times} 2, \\ensuremath{-}3, \\ensuremath{\\pm}5~\\%, \\ensuremath{\\approx}',
    ],
    ['a\\b{c}', 'a\\textbackslash{}b\\textbraceleft{}c\\textbraceright{}'],
    ['$x^2~', '\\$x\\textasciicircum{}2\\textasciitilde{}'],
    ['<b> | "q" `x`', "\\textless{}b\\textgreater{} \\textbar{} ''q'' \\textasciigrave{}x\\textasciigrave{}"],
    ['-- --lanes', '-{}- -{}-lanes'],
    ['Intel® Core™', 'Intel\\textregistered{} Core\\texttrademark{}'],
    ['two\r\n lines\ttab', 'two lines tab'],
    ['日', '{[}U+65E5{]}'],
    ['[a]', '{[}a{]}'],
  ])('%j prints as it reads', (text, latex) => {
    expect(escapeLatex(text)).toBe(latex);
  });

  test('comes out in ASCII, with its braces in pairs and nothing that LaTeX acts on', () => {
    const everything = Array.from({ length: 0x2300 }, (_, code) => String.fromCodePoint(code)).join('');
    const latex = escapeLatex(everything);
    expect(latex).toMatch(/^[ -~]+$/);
    expect(latex.replace(/\\[#$%&_]/g, '')).not.toMatch(/[#$%&_~^]{2}|[#$%&_^]/);
    const depths: number[] = [0];
    for (const brace of latex.match(/[{}]/g) ?? []) depths.push((depths.at(-1) ?? 0) + (brace === '{' ? 1 : -1));
    expect(Math.min(...depths)).toBe(0);
    expect(depths.at(-1)).toBe(0);
  });

  test('has its long numbers set like those of the columns', () => {
    expect(textLatex('65,536 B, 128 B, a,b')).toBe('\\num{65536} B, 128 B, a,b');
  });
});

test('a number loses what siunitx adds', () => {
  expect(['1,234.5', '−3', '0.70'].map(plainNumber)).toEqual(['1234.5', '-3', '0.70']);
});

test('an interval and a range keep their brackets', () => {
  expect(intervalLatex('[11,111, 13,778]')).toBe('[\\num{11111}, \\num{13778}]');
  expect(intervalLatex('[−14.0, −0.5]')).toBe('[\\num{-14.0}, \\num{-0.5}]');
  expect(intervalLatex('(163.2–164.1)')).toBe('(\\num{163.2}--\\num{164.1})');
});

test('a column is as wide as its longest number on each side of the point', () => {
  expect(tableFormat(['1.5', '1234', '0.125'])).toBe('4.3');
  expect(tableFormat(['-12.5', '3'])).toBe('-2.1');
  expect(tableFormat([])).toBe('1.0');
});

test('a unit is one of siunitx, or text', () => {
  expect(unitLatex('µs')).toBe('\\unit{\\micro\\second}');
  expect(unitLatex('MiB')).toBe('\\unit{\\mebi\\byte}');
  expect(unitLatex('%')).toBe('\\%');
});
