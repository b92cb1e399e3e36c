/** Sections, figures and charts of the page as HTML. */

import { shapeOf } from './charts.ts';
import { type Html, html } from './html.ts';
import type { ChartGroup, DotChart, Figure, Panel, Section, StackChart } from './page-model.ts';
import { anchorLink, prose, table } from './parts.ts';

/** Of the charts, by canvas. */
export type Heights = ReadonlyMap<string, number>;

export function sectionHtml({ id, title, question, setting, notes, figures }: Section, heights: Heights): Html {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}${anchorLink(id, title)}</h2>
${question === undefined ? undefined : html`<p class="lead">${question}</p>`}
<p class="setting">${setting}</p>
${notes.map((note) => html`<p class="note">${note}</p>`)}
${figures.map((figure) => figureHtml(figure, heights))}
</section>`;
}

function figureHtml({ id, title, definition, finding, charts, tables }: Figure, heights: Heights): Html {
  return html`<section class="figure" aria-labelledby="${id}">
<h3 id="${id}">${title}${anchorLink(id, title)}</h3>
<p class="definition">${definition}</p>
${finding && html`<p class="finding">${prose(finding)}</p>`}
${charts && chartsHtml(charts, tables[0]?.id, heights)}
${tables.map(table)}
</section>`;
}

function chartsHtml(groups: readonly ChartGroup[], tableId: string | undefined, heights: Heights): Html {
  const first = groups[0]?.panels[0]?.chart;
  if (!first) return html`<p class="note">There is no chart: no lane has a value to show.</p>`;
  return html`${first.kind === 'dots' ? dotLegend(first) : stackLegend(first)}
${groups.map(
  ({ title, panels }) => html`${title && html`<h4 class="sweep">${title}</h4>`}
<div class="panels${panels.length > 1 ? ' many' : ''}">${panels.map((panel) => panelHtml(panel, tableId, heights))}</div>
`,
)}`;
}

function panelHtml({ id, title, chart }: Panel, tableId: string | undefined, heights: Heights): Html {
  return html`<div class="panel">${title && html`<p class="panel-title">${title}</p>`}
<div class="plot" style="height: ${heights.get(id)}px"><canvas id="${id}" role="img" aria-label="${chart.label}"${
    tableId && html` aria-details="${tableId}"`
  }></canvas></div></div>
`;
}

function dotLegend({ series, spread, lanes }: DotChart): Html {
  const symbol = (glyph: string) => html`<span class="symbol" aria-hidden="true">${glyph}</span>`;
  const shapes =
    series.length > 1 ? series.map(({ label }, at) => html`<li>${symbol(shapeOf(at).glyph)}${label}</li>`) : [];
  const line = spread === 'range' ? 'from the least to the most of the rounds' : 'its 95 % interval';
  const hasRepeat = lanes.some(({ repeats }) => repeats !== undefined);
  return html`<ul class="legend">${shapes}<li>filled: mean of the rounds</li>
<li>${symbol('├─┤')}${line}</li><li>small: one round</li>${
    hasRepeat ? html`<li>${symbol('○')}ring: the same lane, measured a second time</li>` : undefined
  }</ul>`;
}

function stackLegend({ parts }: StackChart): Html {
  return html`<ul class="legend">${parts.map(
    ({ label, colour, isHatched }) =>
      html`<li><span class="swatch${isHatched ? ' hatched' : ''}" style="--colour: var(${colour})" aria-hidden="true"></span>${label}</li>`,
  )}</ul>`;
}
