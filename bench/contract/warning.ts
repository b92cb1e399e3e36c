/** A warning: its code, what was seen, what to do. A severe one forbids to cite. */

import type { Warning } from './result.ts';

export const severe = (code: string, text: string, hint: string): Warning => ({ code, severity: 'severe', text, hint });
export const notice = (code: string, text: string, hint: string): Warning => ({ code, severity: 'notice', text, hint });

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
