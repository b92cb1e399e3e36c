/** Charts of the page as HTML, with their legends. */

import { shapeOf } from '../view/charts/charts.ts';
import type { Chart, ChartGroup, DotChart, LineChart, Panel, StackChart } from '../view/page-model.ts';
import { inOrder } from '../view/words/places.ts';
import { type Html, html } from './html.ts';
import { laneMark } from './parts.ts';

export type Heights = ReadonlyMap<string, number>;

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
  return html`<ul class="legend">${shapes}<li>filled: mean of the rounds</li>${readingOf(charts)}</ul>`;
}

function lineLegend(charts: readonly LineChart[]): Html | undefined {
  if (charts.every(({ shape }) => shape === 'steps')) return undefined;
  const labels = new Map(charts.flatMap(({ lanes }) => lanes.map((label) => [label.index, label] as const)));
  return html`<ul class="legend">${[...labels.values()]
    .sort(inOrder)
    .map((label) => html`<li>${laneMark(label)}${label.title}</li>`)}</ul>
<ul class="legend reading"><li>filled: mean of the rounds</li>${readingOf(charts)}</ul>`;
}

function readingOf(charts: readonly (DotChart | LineChart)[]): Html {
  const spreads = new Set(charts.map(({ spread }) => spread));
  const lines = [
    ...(spreads.has('interval') ? ['95 % interval'] : []),
    ...(spreads.has('range') ? ['from the least to the most of the rounds'] : []),
  ];
  const [curve] = charts.flatMap((chart) => (chart.kind === 'lines' && chart.expected ? [chart.expected] : []));
  const hasDuplicate = charts.some(({ lanes }) => lanes.some(({ duplicateOf }) => duplicateOf !== undefined));
  return html`<li>${symbol('├─┤')}${lines.join(', or ')}</li><li>small: one round</li>${
    curve && html`<li>${symbol('╌╌')}${curve.text}</li>`
  }${hasDuplicate ? html`<li>${symbol('○')}ring: the same lane, measured a second time</li>` : undefined}`;
}

function stackLegend({ parts }: StackChart): Html {
  return html`<ul class="legend">${parts.map(
    ({ label, colour, isHatched }) =>
      html`<li><span class="swatch${isHatched ? ' hatched' : ''}" style="--colour: var(${colour})" aria-hidden="true"></span>${label}</li>`,
  )}</ul>`;
}
