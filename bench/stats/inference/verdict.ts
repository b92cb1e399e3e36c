/**
 * What comparisons say, each held against its margin: higher, lower, equivalent, or nothing yet.
 *
 * One with an interval makes one claim, by the side of the margin's edge on which its mean lies. The claim's p-value is that
 * of the distance from the mean to the edge, and it stands when Holm's correction over its family lets it. Alone in its
 * family, it stands when the 95 % interval lies wholly beyond the margin or wholly within; the latter is two one-sided tests
 * at 2.5 % each (D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987). Steps bound the claims that
 * are wrong in direction too (J. P. Shaffer, Annals of Statistics 8, 1980).
 */

import type { Verdict } from '../../contract/result.ts';
import { groupBy } from '../group.ts';
import { type Evidence, pValueOf } from './evidence.ts';
import { holm } from './holm.ts';
import { roundsNeeded } from './prospect.ts';
import type { Ratio } from './ratio.ts';

interface Tested {
  readonly ratio: Ratio;
  /** Comparisons of one family are corrected together. */
  readonly family: string;
}

/** A ratio, and which comparison it is of. */
export interface Candidate<Identity> extends Tested {
  readonly identity: Identity;
}

export interface Decision {
  readonly verdict: Verdict;
  /** null when over 100. */
  readonly roundsNeeded?: number | null;
}

export interface Claim {
  readonly claim: Exclude<Verdict, 'inconclusive'>;
  /** The edge of the margin on the mean's side, as a logarithm. */
  readonly edge: number;
  readonly p: number;
}

/** @param evidence of the logarithm of a ratio */
export function claimOf(evidence: Evidence, margin: number): Claim {
  const { mean } = evidence;
  const edge = Math.sign(mean || 1) * Math.log(1 + margin);
  const beyond = mean < 0 ? 'lower' : 'higher';
  return { claim: Math.abs(mean) > Math.abs(edge) ? beyond : 'equivalent', edge, p: pValueOf(evidence, edge) };
}

/** @returns each candidate with what is decided of it, in the order given */
export function decide<T extends Tested>(candidates: readonly T[]): [T, Decision][] {
  const decisions = new Map<Tested, Decision>();
  const claims = candidates.flatMap((candidate) => {
    const { prospect, margin } = candidate.ratio;
    return prospect ? [{ candidate, prospect, ...claimOf(prospect.now, margin) }] : [];
  });
  for (const family of groupBy(claims, ({ candidate }) => candidate.family).values()) {
    for (const { candidate, prospect, claim, edge, isRejected, level } of holm(family)) {
      const open = () => ({ verdict: 'inconclusive' as const, roundsNeeded: roundsNeeded(prospect, edge, level) });
      decisions.set(candidate, isRejected ? { verdict: claim } : open());
    }
  }
  return candidates.map((one) => [one, decisions.get(one) ?? { verdict: verdictOf(one.ratio) }]);
}

/** @returns comparisons: the identity, the ratio with its bounds, and the verdict */
export function compareAll<Identity>(candidates: readonly Candidate<Identity>[]) {
  return decide(candidates).map(([{ identity, ratio }, decision]) => {
    const { value, low, high, spread, margin, trimmed } = ratio;
    return { ...identity, ratio: value, low, high, spread, margin, ...decision, ...(trimmed && { trimmed }) };
  });
}

/** Without a test: a range speaks as a whole, one round by its ratio; where an interval is wanted, one round says nothing. */
function verdictOf({ spread, margin, value, low, high }: Ratio): Verdict {
  if (spread === 'interval') return 'inconclusive';
  const [least, most] = [low ?? value, high ?? value];
  const edge = 1 + margin;
  if (least > edge) return 'higher';
  if (most < 1 / edge) return 'lower';
  return least >= 1 / edge && most <= edge ? 'equivalent' : 'inconclusive';
}
