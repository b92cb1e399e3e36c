/** Anchors of the page: stable, so that a table can be linked to. */

export const PARTS = {
  summary: 'summary',
  checks: 'trust',
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
  cite: 'cite',
  reproduce: 'reproduce',
} as const;

export class Anchors {
  readonly #taken = new Set<string>(Object.values(PARTS));

  /** An anchor made from names of the result; numbered where another part has it already. */
  take(name: string): string {
    const slug = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    let id = slug || 'part';
    for (let copy = 2; this.#taken.has(id); copy++) id = `${slug || 'part'}-${copy}`;
    this.#taken.add(id);
    return id;
  }
}
