/** Sections of what was measured: what was found in a sentence, the charts of it, and folded below what they are made of. */

import { type Figure, isBeside, type Section } from '../../view/page-model.ts';
import { countOf } from '../../view/words/format.ts';
import { chartsHtml, type Drawn, findingHtml } from '../figure-html.ts';
import { type Html, html } from '../html.ts';
import { anchorLink, table } from '../parts.ts';
import { laddersHtml } from './ladder.ts';

export function measuredHtml(section: Section, drawn: Drawn): Html {
  return html`<div class="measured">${contentHtml(section, drawn)}
${foldHtml(section)}</div>`;
}

/** The scenarios that no other section shows; undefined where there are none. */
export function furtherHtml(sections: readonly Section[], drawn: Drawn): Html | undefined {
  if (sections.length === 0) return undefined;
  return html`${sections.map((section) => {
    const { id, title } = section;
    return html`<section class="scenario" aria-labelledby="${id}">
<h3 id="${id}">${title}${anchorLink(id, title)}</h3>
${measuredHtml(section, drawn)}
</section>
`;
  })}`;
}

function contentHtml({ question, notes, figures, missing = [] }: Section, drawn: Drawn): Html {
  return html`${question && html`<p class="lead">${question}</p>`}
${notes.map((note) => html`<p class="note">${note}</p>`)}
${figures[0] && findingHtml(figures[0])}
<div class="figures">${figures.map((figure, at) => figureHtml(figure, at > 0, drawn))}</div>
${missing.map(({ text, command }) => html`<p class="note">${text} <code>${command}</code></p>`)}`;
}

/** The first one's finding stands above all. Panels side by side are as wide as the page; those below each other stand beside another figure's. */
function figureHtml(figure: Figure, hasFinding: boolean, drawn: Drawn): Html | undefined {
  const { finding, charts, diagram } = figure;
  if (!(hasFinding && finding) && !charts && !diagram) return undefined;
  const isWide = (charts ?? []).some(isBeside);
  return html`<div class="figure${isWide ? ' wide' : ''}">
${hasFinding ? findingHtml(figure) : undefined}
${charts && chartsHtml(figure, drawn)}
${diagram && laddersHtml([diagram])}
</div>
`;
}

function foldHtml({ id, title, setting, figures }: Section): Html | undefined {
  const tables = figures.flatMap((figure) => figure.tables);
  if (tables.length === 0) return undefined;
  const definitions = figures.flatMap(({ definition }) => (definition === '' ? [] : definition));
  return html`<details class="fold" id="${id}-details"><summary>${title}: definitions and tables <span class="folded">${countOf(
    tables.length,
    'table',
  )}</span></summary>
${setting && html`<p class="setting">${setting}</p>`}
${definitions.map((definition) => html`<p class="definition">${definition}</p>`)}
${tables.map((one) => table({ ...one, folded: undefined }))}
</details>`;
}
