/** Sections, figures and charts of the page as HTML. */

import { shapeOf } from '../view/charts/charts.ts';
import type { Chart, ChartGroup, DotChart, Figure, LineChart, Panel, Section, StackChart } from '../view/page-model.ts';
import { inOrder } from '../view/words/places.ts';
import { type Html, html } from './html.ts';
import { anchorLink, laneMark, prose, table } from './parts.ts';

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

export function chartsHtml(groups: readonly ChartGroup[], tableId: string | undefined, heights: Heights): Html {
  if (groups.length === 0) return html`<p class="note">There is no chart: no lane has a value to show.</p>`;
  return html`${groups.map((group, at) => {
    const { title, panels } = group;
    const charts = chartsIn(group);
    const following = groups.slice(at).map(chartsIn);
    const others = following.findIndex((ones) => ones[0]?.kind !== charts[0]?.kind);
    const isFirst = chartsIn(groups[at - 1])[0]?.kind !== charts[0]?.kind;
    return html`${isFirst ? legendOf(following.slice(0, others === -1 ? undefined : others).flat()) : undefined}
${title && html`<h4 class="sweep">${title}</h4>`}
<div class="panels${panels.length > 1 ? ' many' : ''}">${panels.map((panel) => panelHtml(panel, tableId, heights))}</div>
`;
  })}`;
}

function chartsIn(group: ChartGroup | undefined): Chart[] {
  return group?.panels.map(({ chart }) => chart) ?? [];
}

function legendOf(charts: readonly Chart[]): Html | undefined {
  const [first] = charts;
  if (!first) return undefined;
  if (first.kind === 'stack') return stackLegend(first);
  const same = charts.filter((chart) => chart.kind !== 'stack');
  return first.kind === 'dots'
    ? dotLegend(same.filter((chart) => chart.kind === 'dots'))
    : lineLegend(same.filter((chart) => chart.kind === 'lines'));
}

function panelHtml({ id, title, chart }: Panel, tableId: string | undefined, heights: Heights): Html {
  return html`<div class="panel">${title && html`<p class="panel-title">${title}</p>`}
<div class="plot" style="height: ${heights.get(id)}px"><canvas id="${id}" role="img" aria-label="${chart.label}"${
    tableId && html` aria-details="${tableId}"`
  }></canvas></div></div>
`;
}

const symbol = (glyph: string) => html`<span class="symbol" aria-hidden="true">${glyph}</span>`;

function dotLegend(charts: readonly DotChart[]): Html {
  const names = charts.map(({ series }) => series.map(({ label }) => label));
  const most = Math.max(...names.map((labels) => labels.length));
  const shapes = Array.from({ length: most > 1 ? most : 0 }, (_, at) => {
    const labels = new Set(names.filter(({ length }) => length > 1).flatMap((labels) => labels[at] ?? []));
    return html`<li>${symbol(shapeOf(at).glyph)}${[...labels].join(', ')}</li>`;
  });
  return html`<ul class="legend">${shapes}${readingOf(charts)}</ul>`;
}

function lineLegend(charts: readonly LineChart[]): Html | undefined {
  if (charts.every(({ shape }) => shape === 'steps')) return undefined;
  const labels = new Map(charts.flatMap(({ lanes }) => lanes.map((label) => [label.index, label] as const)));
  return html`<ul class="legend">${[...labels.values()]
    .sort(inOrder)
    .map((label) => html`<li>${laneMark(label)}${label.title}</li>`)}</ul>
<ul class="legend reading">${readingOf(charts)}</ul>`;
}

function readingOf(charts: readonly (DotChart | LineChart)[]): Html {
  const own = charts.find(({ reading }) => reading)?.reading;
  if (own) return html`${own.map((text) => html`<li>${text}</li>`)}`;
  const spreads = new Set(charts.map(({ spread }) => spread));
  const lines = [
    ...(spreads.has('interval') ? ['95 % interval'] : []),
    ...(spreads.has('range') ? ['from the least to the most of the rounds'] : []),
  ];
  const [curve] = charts.flatMap((chart) => (chart.kind === 'lines' && chart.expected ? [chart.expected] : []));
  const hasDuplicate = charts.some(({ lanes }) => lanes.some(({ duplicateOf }) => duplicateOf !== undefined));
  return html`<li>filled: mean of the rounds</li><li>${symbol('├─┤')}${lines.join(', or ')}</li><li>small: one round</li>${
    curve && html`<li>${symbol('╌╌')}${curve.text}</li>`
  }${hasDuplicate ? html`<li>${symbol('○')}ring: the same lane, measured a second time</li>` : undefined}`;
}

function stackLegend({ parts }: StackChart): Html {
  return html`<ul class="legend">${parts.map(
    ({ label, colour, isHatched }) =>
      html`<li><span class="swatch${isHatched ? ' hatched' : ''}" style="--colour: var(${colour})" aria-hidden="true"></span>${label}</li>`,
  )}</ul>`;
}
