import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Check } from '../machine/doctor/check.ts';
import { describeChecks, doctorReport, quickChecks } from './doctor-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'pushlab-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('checks as text', () => {
  it('have a sign each, stand in columns, and say below what to do', () => {
    const checks: Check[] = [
      { id: 'a', state: 'ok', seen: 'fine' },
      { id: 'long', state: 'warn', seen: 'so so', hint: 'Mend it.' },
      { id: 'b', state: 'bad', seen: 'broken', hint: 'Replace it.' },
    ];
    expect(describeChecks(checks)).toBe(
      ['✓ a     fine', '! long  so so', '        Mend it.', '✗ b     broken', '        Replace it.'].join('\n'),
    );
  });
});

describe('the doctor', () => {
  it('shows all checks of this machine and ends with a sentence that fits the worst of them', async () => {
    const { text, worst } = await doctorReport(join(folder, 'not/there/yet'));
    const lines = text.split('\n');
    for (const id of [
      'node',
      'tree',
      'cores',
      'descriptors',
      'disk',
      'loopback',
      'calibration',
      'wake-ups',
      'capture',
      'netem',
    ]) {
      expect(lines.filter((line) => new RegExp(`^[✓!✗] ${id} `).test(line))).toHaveLength(1);
    }
    const sentences = {
      ok: /^This machine is ready/,
      warn: /^A result can be cited; .*\(!\)/,
      bad: /\(✗\) would make a run fail, or its result not citable\.$/,
    };
    expect(lines.at(-1)).toMatch(sentences[worst]);
    expect(lines.at(-2)).toBe('');
    expect(text.includes('✗')).toBe(worst === 'bad');
  });

  it('has each quick check once, with something to do unless it is ok', () => {
    const checks = quickChecks(folder);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { state, hint } of checks) expect(hint === undefined).toBe(state === 'ok');
  });
});
