/** Where the project is on the web, by its package.json. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../contract/paths.ts';

export interface UrlFields {
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

/** The homepage, else the repository as a browser opens it; undefined where package.json names neither. */
export function urlOf({ homepage, repository }: UrlFields): string | undefined {
  const source = typeof repository === 'string' ? repository : repository?.url;
  const named = homepage ?? source?.replace(/^git\+(?=https:)/, '').replace(/\.git$/, '');
  return named !== undefined && /^https?:\/\//.test(named) ? new URL(named).href : undefined;
}

export const projectUrl = urlOf(JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')));
