/** Runs of the same settings on the same machine, read from their files as far as they are shown: whole results are large. */

import { z } from 'zod';
import { type Estimate, type Result, resultSchema, SCHEMA_VERSION } from '../../contract/result.ts';
import { type Settings, settingDifferences } from './settings.ts';

/** A run that came before another one, with what it estimated. */
export interface EarlierRun extends Pick<Result, 'id' | 'startedAt'> {
  readonly estimates: readonly Pick<Estimate, 'lane' | 'scenario' | 'point' | 'metric' | 'value'>[];
}

/** What the earlier runs are to be like. */
export interface Like {
  readonly settings: Settings;
  readonly fingerprint: string;
  /** Only runs that began before; all when it is not given. */
  readonly before?: string;
}

const MOST_SHOWN = 20;

const { shape } = resultSchema;
const storedSchema = z.object({
  // The figures of other versions have other definitions.
  schemaVersion: z.literal(SCHEMA_VERSION),
  id: z.string(),
  startedAt: shape.startedAt,
  finishedAt: shape.finishedAt,
  profile: z.string(),
  reference: z.string(),
  workers: z.number(),
  lanes: shape.lanes,
  scenarios: shape.scenarios,
  environment: z.object({ fingerprint: z.string() }),
  merged: z.unknown().optional(),
  // Checked of those alone that are shown: it takes as long as all the rest.
  estimates: z.unknown(),
});

type Stored = z.infer<typeof storedSchema>;

/**
 * The newest of those that ended.
 *
 * @param texts of results, the newest first; what can't be read is left out
 */
export function earlierRuns(texts: Iterable<string>, like: Like): EarlierRun[] {
  const found: EarlierRun[] = [];
  for (const { id, startedAt, finishedAt, ...stored } of runsLike(texts, like)) {
    const estimates = shape.estimates.safeParse(stored.estimates).data;
    if (finishedAt === null || !estimates) continue;
    found.push({ id, startedAt, estimates });
    if (found.length === MOST_SHOWN) break;
  }
  return found;
}

/** How many there are, those that did not end included: a run may be begun anew until it pleases. */
export function countRuns(texts: Iterable<string>, like: Like): number {
  return [...runsLike(texts, like)].length;
}

function* runsLike(texts: Iterable<string>, { settings, fingerprint, before }: Like): Generator<Stored> {
  const beforeMs = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
  for (const text of texts) {
    // Most files of other machines are not parsed: that takes a hundred times as long.
    const stored = text.includes(JSON.stringify(fingerprint)) ? storedOf(text) : undefined;
    if (!stored || stored.merged !== undefined || stored.environment.fingerprint !== fingerprint) continue;
    if (Date.parse(stored.startedAt) >= beforeMs) continue;
    if (settingDifferences([stored, settings]).length === 0) yield stored;
  }
}

function storedOf(text: string): Stored | undefined {
  try {
    return storedSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
