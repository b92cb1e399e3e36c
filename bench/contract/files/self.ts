/** results/self.json: how far the laboratory is from the smallest programs that do the same, as ratios. */

import { z } from 'zod';
import { environmentSchema } from '../result.ts';

const positive = z.number().positive();

const ratioSchema = z.strictObject({
  pair: z.string(),
  subject: z.string().describe('What is measured'),
  reference: z.string().describe('What it is divided by'),
  measure: z.string(),
  ratio: positive,
  low: positive.nullable().describe('Of the 95 % interval of its logarithm; null with fewer than two turns'),
  high: positive.nullable(),
  turns: z.int().positive().describe('In each of which both sides were measured once'),
  isNarrow: z.boolean().describe('Whether the interval is within ± 5 %; else the turns were over before'),
});

export const selfSchema = z.strictObject({
  schemaVersion: z.literal(1),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable().describe('null while it goes on, or when it was interrupted'),
  command: z.string(),
  environment: environmentSchema,
  ratios: z.array(ratioSchema),
  problems: z.array(z.strictObject({ pair: z.string(), text: z.string() })).describe('Why a pair has no ratios'),
  run: z
    .strictObject({ id: z.string(), windowSeconds: z.number(), wallSeconds: positive, pageBuildMs: positive })
    .nullable()
    .describe(
      'A finished run: the sum of its windows, from its start to its end, and how long its page takes to build',
    ),
});

export type Self = z.infer<typeof selfSchema>;
export type SelfRatio = z.infer<typeof ratioSchema>;
