/** `CITATION.cff`, made from what package.json says: Citation File Format 1.2.0. */

import { type UrlFields, urlOf } from '../view/citation.ts';

export interface PackageFields extends UrlFields {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** Cited as one entity, not as a person. */
  readonly author: string;
}

export function citationFile(manifest: PackageFields): string {
  const { name, version, description, license, author } = manifest;
  const url = urlOf(manifest);
  // A string of JSON is one of YAML 1.2, with nothing left to guess: 1.10 would be a number.
  const text = JSON.stringify;
  return [
    '# Made from package.json: npm run citation',
    'cff-version: 1.2.0',
    `message: ${text('If you use this software, please cite it. For numbers, cite the run that they are from: its cite.bib.')}`,
    'type: software',
    `title: ${text(name.charAt(0).toUpperCase() + name.slice(1))}`,
    `version: ${text(version)}`,
    `abstract: ${text(description)}`,
    `license: ${license}`,
    ...(url === undefined ? [] : [`url: ${text(url)}`]),
    'authors:',
    `  - name: ${text(author)}`,
    '',
  ].join('\n');
}
