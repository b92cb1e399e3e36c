/** The section on citing: one figure's sentence with its command, and, folded, those of all others and of the run. */

import type { CitedLane, CiteModel } from '../../view/citation.ts';
import type { PageModel } from '../../view/model.ts';
import { PARTS } from '../../view/words/anchors.ts';
import { countOf } from '../../view/words/format.ts';
import { UNCITABLE_MARK } from '../../view/words/standing.ts';
import { type Html, html } from '../html.ts';
import { copyable, laneMark } from '../parts.ts';

export function citeHtml(model: CiteModel, reproduce: PageModel['reproduce']): Html {
  const { text, refused, example, run, figures, kinds, forms, scenarios, plain, bibtex } = model;
  return html`<p class="definition">${text}</p>${refused && html`<p class="refused">${refused}</p>`}
${example && exampleHtml(example)}
<details class="fold every-figure"><summary>Every figure <span class="folded">${countOf(figures, 'sentence')}, and the command of each</span></summary>
<p class="definition">A sentence is made of a line below, in which a small number stands for words at the end, of its lane and its place, and: <span id="cite-run">${run}</span>.</p>
${scenarios.map(({ title, lanes }) => lanes.map((lane) => laneHtml(title, lane, model)))}
<p>What each figure is:</p>
<ul class="kinds">${kinds.map((kind) => html`<li>${kind}</li>`)}</ul>
<p>What the numbers stand for:</p>
<ol class="forms">${forms.map((form) => html`<li>${form}</li>`)}</ol></details>
<details class="fold"><summary id="${PARTS.reproduce}">The whole run <span class="folded">its commands; to cite as text or by BibTeX</span></summary>
<p class="definition">${reproduce.text}</p>
${copyable(html`<pre><code>${reproduce.lines.join('\n')}</code></pre>`)}
${copyable(html`<p class="sentence">${plain}</p>`)}
${copyable(html`<pre><code>${bibtex}</code></pre>`)}</details>`;
}

/** Where scripts run, a list to choose from appears, and this becomes the sentence of what was chosen. */
function exampleHtml({ id, sentence, command }: NonNullable<CiteModel['example']>): Html {
  return html`<div id="cite-chosen" data-figure="${id}"><p hidden><label>Figure <select></select></label></p>
${copyable(html`<p class="sentence" aria-live="polite">${sentence}</p>`)}
${copyable(html`<pre><code>${command}</code></pre>`)}</div>`;
}

function laneHtml(scenario: string, { label, command, places }: CitedLane, { forms }: CiteModel): Html {
  return html`<details class="cited"><summary>${laneMark(label)}${label.title} <span class="folded">${scenario}</span></summary>
${places.map(({ lane, place, versus, figures }) => {
  const lines = figures.map(({ id, metric, caveat, value, form, bounds }) => {
    const mark = caveat === '' ? undefined : html`<sup title="${caveat}">${UNCITABLE_MARK}</sup>`;
    return html`<li id="${id}">${metric.title}: <b>${value}</b><i>${forms.indexOf(form) + 1}</i> <span>${bounds}</span>${mark}\n`;
  });
  return html`<p><span>${lane}</span>, <span>${place}</span>${versus && html`; ratios are<span>${versus}</span>`}</p><ul>${lines}</ul>\n`;
})}<pre><code>${command}</code></pre></details>\n`;
}
