/** Anchors of the page: stable, so that a table can be linked to. */

import { uniqueNames } from './names.ts';

export const PARTS = {
  hero: 'hero',
  matrix: 'matrix',
  wire: 'wire',
  numbers: 'numbers',
  breakEven: 'break-even',
  time: 'time',
  silence: 'silence',
  server: 'server',
  scenarios: 'scenarios',
  model: 'model',
  claims: 'claims',
  limits: 'limits',
  cite: 'cite',
  details: 'details',
  earlier: 'earlier-runs',
  betweenRuns: 'between-runs',
  checks: 'trust',
  uncited: 'uncited',
  warnings: 'warnings',
  rejected: 'rejected-cells',
  audit: 'delivery-audit',
  agreement: 'byte-agreement',
  conditions: 'conditions',
  sessions: 'sessions',
  environment: 'environment',
  lanes: 'lanes',
  phases: 'phases',
  harness: 'harness',
  link: 'link',
  netem: 'netem',
  ledger: 'ledger',
  reading: 'reading',
  reproduce: 'reproduce',
  runs: 'runs',
  self: 'self',
  selfRatios: 'self-ratios',
} as const;

export class Anchors {
  /** An anchor made from names of the result; numbered where another part has it already. */
  readonly take = uniqueNames(Object.values(PARTS));
}
