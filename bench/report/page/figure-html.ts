/** Charts of the page as HTML, with their legends. */

import { type KeyItem, keyOf } from '../view/charts/key.ts';
import type { Drawing } from '../view/charts/plot.ts';
import { type ChartGroup, type Figure, isBeside, type Panel } from '../view/page-model.ts';
import { figureSvg } from '../view/svg/figure-svg.ts';
import { markup } from '../view/svg/markup.ts';
import { Html, html } from './html.ts';
import { laneMark, prose } from './parts.ts';

/** What figures need besides themselves. */
export interface Drawn {
  readonly lanes: Drawing['lanes'];
  /** In pixels, of the canvas of each plot, by its id. */
  readonly heights: ReadonlyMap<string, number>;
  readonly source: string;
}

/** The drawing stands where scripts don't run and on paper; where they do, charts take its place on the screen. */
export function chartsHtml(figure: Figure, drawn: Drawn): Html {
  const { lanes, source } = drawn;
  const { charts = [] } = figure;
  const drawing = figureSvg(figure, lanes, { colour: (name) => `var(${name})`, source, isInPage: true });
  if (!drawing) return html`<p class="note">There is no chart: no lane has a value to show.</p>`;
  const buttons = ['SVG', 'PNG'].map(
    (format) =>
      html`<button type="button" data-save="${format}" aria-label="${format} of ${figure.title}">${format}</button>`,
  );
  return html`<div class="chart" id="${figure.id}-charts"><div class="drawing">${new Html(markup(drawing))}</div>
<div class="plots" hidden>
<div class="above"><ul class="legend">${keyOf(charts).map(keyItem)}</ul><p class="save">${buttons}</p></div>
${charts.map((group) => groupHtml(figure, group, drawn))}</div></div>
`;
}

function groupHtml(figure: Figure, group: ChartGroup, drawn: Drawn): Html {
  const { title, panels } = group;
  return html`${title && html`<h4 class="sweep">${title}</h4>`}
<div class="panels${isBeside(group) ? ' many' : ''}">${panels.map((panel) => panelHtml(figure, panel, drawn))}</div>
`;
}

export function findingHtml({ id, finding }: Figure): Html | undefined {
  return finding && html`<p class="finding" id="${id}-finding">${prose(finding)}</p>`;
}

function panelHtml(figure: Figure, { id, title, chart }: Panel, { heights }: Drawn): Html {
  const said = figure.finding && html` aria-describedby="${figure.id}-finding"`;
  const details = figure.tables[0]?.id;
  return html`<div class="panel">${title && html`<p class="panel-title">${title}</p>`}
<div class="plot" style="height: ${(heights.get(id) ?? 0) / 16}rem"><canvas id="${id}" tabindex="0" role="application" aria-roledescription="chart" aria-label="${chart.label} Arrow keys go from value to value."${said}${
    details && html` aria-details="${details}"`
  }></canvas></div></div>
`;
}

function keyItem({ text, lane, swatch, sign }: KeyItem): Html {
  if (lane) {
    return html`<li><button type="button" data-lane="${lane.index}" aria-pressed="true">${laneMark(lane)}${text}</button></li>`;
  }
  if (!swatch) {
    return html`<li class="reading">${sign && html`<span class="symbol" aria-hidden="true">${sign}</span>`}${text}</li>`;
  }
  const name = `swatch${swatch.isHatched ? ' hatched' : ''}`;
  return html`<li><span class="${name}" style="--colour: var(${swatch.colour})" aria-hidden="true"></span>${text}</li>`;
}
