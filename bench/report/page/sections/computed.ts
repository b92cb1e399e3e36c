/** Parts of the page that formulas make: what they say in a sentence, its charts, and folded below what they are made of. */

import type { Figure, Missing } from '../../view/page-model.ts';
import { chartsHtml, type Drawn, findingHtml } from '../figure-html.ts';
import { type Html, html } from '../html.ts';
import { table } from '../parts.ts';

export function computedHtml(model: Figure | Missing, drawn: Drawn): Html {
  if ('command' in model) return missingHtml(model);
  const { id, definition, tables } = model;
  return html`${findingHtml(model)}
${chartsHtml(model, drawn)}
<details class="fold" id="${id}"><summary>Definition and table</summary><p class="definition">${definition}</p>
${tables.map((one) => table({ ...one, folded: undefined }))}</details>`;
}

export function missingHtml({ text, command }: Missing): Html {
  return html`<p class="note">${text} <code>${command}</code></p>`;
}
