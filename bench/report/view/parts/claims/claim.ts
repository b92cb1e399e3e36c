import type { Evidence, Finding } from './evidence.ts';

export interface Claim {
  readonly id: string;
  /** Stands before the others. */
  readonly isAskedOften?: true;
  /** As it is said. */
  readonly text: string;
  readonly source: Source;
  /** The measurement that decides it. */
  readonly decides: string;
  /** Measures what decides it; undefined where this lab can't. */
  readonly command?: string;
  /** @returns undefined where the run did not measure it */
  readonly judge: (run: Evidence) => Finding | undefined;
}

export interface Source {
  readonly name: string;
  readonly year?: number;
  readonly url?: string;
}

export const TUTORIALS: Source = { name: 'tutorials' };
export const QUANTUM: Source = {
  name: 'Lubbers & Greco, A Quantum Leap in Scalability',
  url: 'http://www.websocket.org/quantum.html',
};
export const RFC_6202: Source = { name: 'RFC 6202', year: 2011, url: 'https://www.rfc-editor.org/rfc/rfc6202' };
export const BOZDAG: Source = {
  name: 'Bozdag et al., Push and Pull Techniques for Ajax',
  year: 2007,
  url: 'https://arxiv.org/abs/0706.3984',
};
export const TIMEPLUS: Source = { name: 'Timeplus', year: 2022, url: 'https://www.timeplus.com/post/websocket-vs-sse' };

/** Of some scenarios and lanes, with what else is set. */
export function commandOf(scenario: string, lanes: string, more = ''): string {
  return `npm run bench -- --scenarios ${scenario} --lanes ${lanes}${more}`;
}
