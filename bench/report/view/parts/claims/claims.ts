/** Pure: what is said about these transports, each with the verdict of this run. */

import { countOf } from '../../words/format.ts';
import type { Report } from '../../words/quotes.ts';
import { byteClaims } from './byte-claims.ts';
import type { Claim, Source } from './claim.ts';
import { Evidence, type Outcome } from './evidence.ts';
import { serverClaims } from './server-claims.ts';
import { timeClaims } from './time-claims.ts';

export const claims: readonly Claim[] = [...timeClaims, ...byteClaims, ...serverClaims].toSorted(
  (a, b) => Number(b.isAskedOften ?? false) - Number(a.isAskedOften ?? false),
);

const VERDICTS = {
  holds: { sign: '✓', word: 'holds', many: 'hold' },
  fails: { sign: '✗', word: 'does not hold', many: 'do not' },
  depends: { sign: '±', word: 'depends', many: 'depend' },
  undecided: { sign: '?', word: 'not decided', many: 'not decided' },
  unmeasured: { sign: '–', word: 'not measured', many: 'not measured in this run' },
} as const satisfies Record<Outcome | 'unmeasured', { sign: string; word: string; many: string }>;

/** Each as a line with its verdict; the others are folded. */
const SHOWN = 10;

export interface JudgedClaim extends Pick<Claim, 'id' | 'text' | 'decides'> {
  readonly source: Source;
  readonly outcome: keyof typeof VERDICTS;
  readonly sign: string;
  readonly word: string;
  readonly sentence: string;
  /** Measures what is missing. */
  readonly command: string | undefined;
}

export type ClaimsModel = ReturnType<typeof claimsOf>;

export function claimsOf(report: Report) {
  const judged = claims.map((claim) => judgedBy(report, claim));
  const isDecided = ({ outcome }: JudgedClaim) => !['undecided', 'unmeasured'].includes(outcome);
  const sorted = [...judged.filter(isDecided), ...judged.filter((claim) => !isDecided(claim))];
  const counts = (Object.keys(VERDICTS) as JudgedClaim['outcome'][]).flatMap((outcome) => {
    const count = judged.filter((claim) => claim.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${VERDICTS[outcome][count === 1 ? 'word' : 'many']}`];
  });
  const shown = sorted.filter(isDecided).slice(0, SHOWN);
  return {
    counts: `${countOf(claims.length, 'claim')}, by the figures of this run: ${counts.join(', ')}.`,
    shown,
    folded: sorted.slice(shown.length),
  };
}

function judgedBy(report: Report, { id, text, source, decides, command, judge }: Claim): JudgedClaim {
  const run = new Evidence(report);
  const finding = judge(run);
  const reasons = [...run.refusals].join(' ');
  const outcome = finding?.outcome ?? (run.refusals.size > 0 ? 'undecided' : 'unmeasured');
  const { sign, word } = VERDICTS[outcome];
  return {
    ...{ id: `claim_${id}`, text, source, decides, outcome, sign, word },
    sentence: finding?.text ?? (reasons === '' ? `Needs ${decides}.` : `Its figures decide nothing: ${reasons}`),
    command: finding?.outcome === 'undecided' ? command && `${command} --rounds 30` : finding ? undefined : command,
  };
}
