/** The section of claims: a verdict for each, by sign and word. */

import type { ClaimsModel, JudgedClaim } from '../../view/parts/claims/claims.ts';
import { countOf } from '../../view/words/format.ts';
import { type Html, html } from '../html.ts';

export function claimsHtml({ counts, shown, folded }: ClaimsModel): Html {
  return html`<p class="definition">${counts}</p>
${shown.length > 0 ? list(shown) : undefined}
<details class="fold"><summary>Further claims <span class="folded">${countOf(folded.length, 'claim')}</span></summary>
${list(folded)}</details>`;
}

function list(claims: readonly JudgedClaim[]): Html {
  return html`<ul class="claims">${claims.map(claimHtml)}</ul>`;
}

function claimHtml({ id, text, source, decides, outcome, sign, word, sentence, command }: JudgedClaim): Html {
  const { name, year, url } = source;
  const link = url === undefined ? name : html`<a href="${url}" rel="external noreferrer">${name}</a>`;
  return html`<li><details id="${id}" class="claim ${outcome}"><summary><span class="claim-verdict"><span aria-hidden="true">${sign}</span> ${word}</span> ${text}</summary>
<p>${sentence}${command && html` <code>${command}</code>`} <span class="claim-source">${link}${year && ` ${year}`} · by ${decides}</span></p></details>
`;
}
