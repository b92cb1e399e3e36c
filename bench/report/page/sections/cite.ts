/** The section on citing: one figure's sentence with its command, and, folded, those of all others and of the run. */

import type { CitedLane, CitedScenario, CiteModel } from '../../view/citation.ts';
import type { PageModel } from '../../view/model.ts';
import { PARTS } from '../../view/words/anchors.ts';
import { countOf } from '../../view/words/format.ts';
import { UNCITABLE_MARK } from '../../view/words/standing.ts';
import { type Html, html } from '../html.ts';
import { copyable, laneMark } from '../parts.ts';

type Kinds = CiteModel['kinds'];

export function citeHtml(
  { text, refused, example, run, kinds, scenarios, plain, bibtex }: CiteModel,
  reproduce: PageModel['reproduce'],
): Html {
  return html`<p class="definition">${text}</p>${refused && html`<p class="refused">${refused}</p>`}
${example && exampleHtml(example)}
<details class="fold every-figure"><summary>Every figure <span class="folded">${countOf(figuresIn(scenarios), 'sentence')}, and the command of each</span></summary>
<p class="definition">A sentence is made of a line below, its lane and its place, and: <span id="cite-run">${run}</span>.</p>
${scenarios.map(({ title, lanes }) => lanes.map((lane) => laneHtml(title, lane, kinds)))}
<p>What each figure is:</p>
<ul class="kinds">${kinds.map(({ text }) => html`<li>${text}</li>`)}</ul></details>
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

const figuresIn = (scenarios: readonly CitedScenario[]): number =>
  scenarios
    .flatMap(({ lanes }) => lanes.flatMap(({ places }) => places))
    .reduce((sum, { figures }) => sum + figures.length, 0);

function laneHtml(scenario: string, { label, command, places }: CitedLane, kinds: Kinds): Html {
  return html`<details class="cited"><summary>${laneMark(label)}${label.title} <span class="folded">${scenario}</span></summary>
${places.map(({ lane, place, figures }) => {
  const lines = figures.map(
    ({ id, metric, caveat, value }) =>
      html`<li id="${id}" data-of="${kinds.findIndex((kind) => kind.id === metric.id)}"${
        caveat === '' ? undefined : html` data-caveat="${caveat}"`
      }>${metric.title}: <span>${value}</span>${caveat === '' ? undefined : html`<sup>${UNCITABLE_MARK}</sup>`}\n`,
  );
  return html`<p><span>${lane}</span>, <span>${place}</span></p><ul>${lines}</ul>\n`;
})}<pre><code>${command}</code></pre></details>\n`;
}
