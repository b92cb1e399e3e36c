/** The section of limits. */

import type { LimitsModel } from '../../view/parts/limits.ts';
import { type Html, html } from '../html.ts';

export function limitsHtml({ lists, command }: LimitsModel): Html {
  const columns = lists.map(
    ({ title, items }) => html`<div><h3>${title}</h3><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></div>\n`,
  );
  return html`<div class="limits">${columns}</div>${command && html`<p class="below">Asked by: <code>${command}</code></p>`}`;
}
