/** The part that answers for a reader's own numbers: its common case as HTML; where scripts run, fields compute any other one. */

import { laneColour } from '../../view/charts/lane-marks.ts';
import { FIELDS, PLANE, planeX, planeY, type Shown } from '../../view/formulas/answers.ts';
import { LEVELS } from '../../view/formulas/formulas.ts';
import type { Missing } from '../../view/page-model.ts';
import type { Numbers } from '../../view/parts/numbers/numbers.ts';
import { PARTS } from '../../view/words/anchors.ts';
import { embedJson, type Html, html } from '../html.ts';
import { laneMark } from '../parts.ts';
import { missingHtml } from './computed.ts';

export function numbersHtml(model: Numbers | Missing | undefined): Html | undefined {
  if (!model) return undefined;
  return 'command' in model ? missingHtml(model) : chooser(model);
}

function chooser(model: Numbers): Html {
  const { answer, constants, settings, notes } = model;
  return html`<div id="chooser">
${form(constants.profiles)}
<p class="setting" data-unscripted>${settings}</p>
${answerTable(model)}
${model.refusal && html`<p class="below">The constants are ${model.refusal}</p>`}
${model.missing && missingHtml(model.missing)}
<div class="chooser-more"><div>
<ul class="answers" aria-live="polite">${answer.findings.map((text) => html`<li>${text}</li>`)}</ul>
${presetTable(model)}
</div>${planeFigure(model)}</div>
<details class="fold"><summary>Formulas, constants and what they leave out</summary>
<dl class="formulas">${model.lanes.map(
    ({ label }, at) =>
      html`<div><dt>${laneMark(label)}${label.title}</dt><dd data-shown="${at}.formula">${answer.rows[at]?.formula}</dd></div>`,
  )}</dl>
<p class="below">Each is the bytes of one client a second.${notes.map((note) => html` ${note}`)}</p></details>
<script type="application/json" id="constants">${embedJson(constants)}</script></div>`;
}

/** Hidden until the script that computes is there. */
function form(profiles: readonly string[]): Html {
  const option = (value: string, title: string) => html`<option value="${value}">${title}</option>`;
  const levels = Object.entries(LEVELS).map(([level, { title }]) => option(level, title));
  const fields = FIELDS.map(
    ({ key, label, range: [least, most] }) =>
      html`<label>${label}<input name="${key}" type="number" min="${least}" max="${most}" step="any" required></label>\n`,
  );
  return html`<form hidden>${fields}<label>request headers<select name="headers">${profiles.map((one) => option(one, one))}</select></label>
<label>TLS<select name="tls">${option('0', 'no')}${option('1', 'yes')}</select></label>
<label>bytes<select name="level">${levels}</select></label></form>`;
}

const COLUMNS = ['Mean delay', 'On the wire', 'A month', 'Requests', 'Server CPU, as measured'] as const;

function answerTable({ lanes, answer }: Numbers): Html {
  const figure = (at: number, name: keyof Shown, note?: keyof Shown) =>
    html`<td><span class="large" data-shown="${at}.${name}">${answer.rows[at]?.[name]}</span>${
      note && html`<span class="small" data-shown="${at}.${note}">${answer.rows[at]?.[note]}</span>`
    }</td>`;
  const rows = lanes.map(
    ({ label, cpu }, at) =>
      html`<tr><th scope="row">${laneMark(label)}${label.title}</th>${figure(at, 'delay', 'delayNote')}${figure(at, 'rate', 'rateNote')}${figure(at, 'month')}${figure(at, 'requests')}<td>${cpu}</td></tr>
`,
  );
  return html`<div class="table" role="region" aria-label="By transport" tabindex="0"><table class="answer">
<thead><tr><td></td>${COLUMNS.map((title) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function presetTable({ lanes, presets }: Numbers): Html {
  const rows = presets.map(
    ({ title, index, setting, answer }) =>
      html`<tr><th scope="row"><button type="button" data-preset="${index}" disabled>${title}</button><span class="small">${setting}</span></th>${answer.rows.map(
        ({ delay, month }) => html`<td>${month}<span class="small">${delay}</span></td>`,
      )}</tr>
`,
  );
  return html`<div class="table" role="region" aria-label="Usual cases" tabindex="0"><table class="presets">
<caption>Usual cases: bytes a month, and mean delay</caption>
<thead><tr><td></td>${lanes.map(({ label }) => html`<th scope="col" class="number">${laneMark(label)}${label.title}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

const RATE_TICKS = [
  [1 / 3_600, '1/h'],
  [1 / 60, '1/min'],
  [1, '1/s'],
  [20, '20/s'],
] as const;
const INTERVAL_TICKS = [
  [100, '0.1 s'],
  [1e3, '1 s'],
  [10e3, '10 s'],
  [60e3, '1 min'],
  [600e3, '10 min'],
  [3_600e3, '1 h'],
] as const;
/** Lines that fall together are told apart without their colours. */
const DASHES = ['', '9 3', '2 3', ''] as const;

/** Where polling takes as many bytes as each other lane, over the rate of events and the poll interval. */
function planeFigure({ lanes, constants, plane, answer }: Numbers): Html | undefined {
  const timed = constants.lanes.find(({ way }) => way === 'timed');
  if (!plane || !timed) return undefined;
  const { width, height } = PLANE;
  const others = lanes.flatMap(({ label }, at) => (constants.lanes[at] === timed ? [] : [{ label, at }]));
  const stroke = ({ label, at }: (typeof others)[number], path: Html) =>
    html`<g class="line" style="--colour: var(${laneColour(label)})" stroke-dasharray="${DASHES[at % DASHES.length]}">${path}</g>`;
  const lines = others.map((one) => stroke(one, html`<path data-line="${one.at}" d="${plane.lines[one.at]}"/>`));
  const keys = others.map(
    (one) =>
      html`<li><svg viewBox="0 0 28 8" aria-hidden="true">${stroke(one, html`<path d="M0 4H28"/>`)}</svg>${one.label.title}</li>`,
  );
  const [x, y] = plane.marker;
  const finding = answer.findings.at(-1);
  return html`<figure class="plane"><figcaption id="${PARTS.numbers}-plane">Where ${timed.title.toLowerCase()} takes fewer bytes than another (above its line; shaded: than all)</figcaption>
<svg viewBox="-52 -8 ${width + 60} ${height + 48}" role="img" aria-labelledby="${PARTS.numbers}-plane ${PARTS.numbers}-plane-text"><desc id="${PARTS.numbers}-plane-text" data-shown="plane">${finding}</desc>
<path class="region" d="${plane.region}"/>
${RATE_TICKS.map(
  ([rate, text]) =>
    html`<path class="grid" d="M${planeX(rate).toFixed(1)} 0V${height}"/><text x="${planeX(rate).toFixed(1)}" y="${height + 16}" text-anchor="middle">${text}</text>`,
)}${INTERVAL_TICKS.map(
  ([interval, text]) =>
    html`<path class="grid" d="M0 ${planeY(interval).toFixed(1)}H${width}"/><text x="-6" y="${(planeY(interval) + 4).toFixed(1)}" text-anchor="end">${text}</text>`,
)}<text x="${width}" y="${height + 34}" text-anchor="end">events to each client (logarithmic)</text><text x="4" y="12">poll interval (logarithmic)</text>
${lines}<circle class="here" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="5"/></svg>
<ul class="legend">${keys}<li><span class="symbol" aria-hidden="true">◯</span>these numbers</li></ul></figure>`;
}
