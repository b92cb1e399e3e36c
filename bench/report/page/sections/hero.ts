/** The head of the page as HTML: the headline, what may be believed, the matrix, and how to take it along. */

import type { Estimate } from '../../../contract/result.ts';
import { citationId } from '../../view/citation.ts';
import type { Hero } from '../../view/parts/hero/hero.ts';
import type { Matrix, MatrixCell, MatrixColumn, MatrixRow } from '../../view/parts/hero/matrix.ts';
import { matrixSvg } from '../../view/parts/hero/matrix-svg.ts';
import { keyText, matrixCsv, matrixMarkdown } from '../../view/parts/hero/matrix-text.ts';
import type { Trust } from '../../view/parts/hero/trust.ts';
import { markup } from '../../view/svg/markup.ts';
import { PARTS } from '../../view/words/anchors.ts';
import { UNCITABLE_MARK } from '../../view/words/standing.ts';
import { Html, html } from '../html.ts';
import { laneMark } from '../parts.ts';

/**
 * @param origin run, version, machine: stands below what is taken along
 * @param parts ids of the sections that the page has: links lead to no other
 */
export function heroHtml(hero: Hero, origin: string, parts: ReadonlySet<string>): Html {
  const { headline, source, lead, matrix, nothingMeasured } = hero;
  const more = parts.has(PARTS.numbers) ? html` <a href="#${PARTS.numbers}">With my numbers</a>` : undefined;
  return html`<header id="${PARTS.hero}" class="hero">
<p class="brand"><strong>Pushlab</strong> ${source.join(' · ')}</p>
<h1>${headline}</h1>
${nothingMeasured && html`<p class="note">${nothingMeasured}</p>`}
${lead && html`<p class="lead">${lead}${more}</p>`}
${trustHtml(hero)}
${matrix && matrixHtml(hero, matrix, origin)}
</header>`;
}

function trustHtml({ trust, reasons }: Hero): Html | undefined {
  if (trust.length === 0) return undefined;
  const why = reasons.length > 0 ? html`<ul class="reasons">${reasons.map((one) => html`<li>${one}</li>`)}</ul>` : '';
  return html`<div class="trust"><p><span class="asked">May be cited:</span> ${trust.map(trustItem)}</p>${why}</div>`;
}

function trustItem({ name, isCitable, but }: Trust): Html {
  const aside = but === undefined ? undefined : html` (<a href="#${PARTS.uncited}">${but}</a>)`;
  const [glyph, word] = isCitable ? ['✓', 'yes'] : ['✗', 'no'];
  return html`<span class="${word}">${name} <span aria-hidden="true">${glyph}</span><span class="unseen">${word}</span>${aside}</span> `;
}

function matrixHtml({ headline }: Hero, matrix: Matrix, origin: string): Html {
  const { columns, rows, missing, setting } = matrix;
  // Roles are written out: a narrow screen lays the table out as blocks, and it would be no table then.
  const head = html`<tr role="row"><th scope="col" role="columnheader"><span class="unseen">Transport</span></th>${columns.map(
    ({ title, what }) =>
      html`<th scope="col" role="columnheader" class="number">${title} <span class="unit">${what}</span></th>`,
  )}</tr>`;
  return html`<table role="table" class="matrix" id="${PARTS.matrix}">
<caption class="unseen">Transports by what they take: ${setting}</caption>
<thead role="rowgroup">${head}</thead>
<tbody role="rowgroup">
${rows.map((row) => matrixRow(row, columns))}</tbody>
</table>
<p class="key">${keyText(matrix)}</p>
${missing.map(
  ({ titles, command }) =>
    html`<p class="key">Not measured in this run: ${titles.join(', ').toLowerCase()}. ${command && html`<code>${command}</code>`}</p>`,
)}
${actionsHtml(headline, matrix, origin)}`;
}

function matrixRow({ label, isControl, polls, cells }: MatrixRow, columns: readonly MatrixColumn[]): Html {
  const under = isControl ? 'the floor' : label.isReference ? 'the reference' : polls;
  return html`<tr role="row"${isControl ? html` class="control"` : undefined}><th scope="row" role="rowheader">${laneMark(label)}<span class="name">${label.title}${
    under && html` <span class="under">${under}</span>`
  }</span></th>${cells.map((cell, at) => matrixCell(cell, columns[at]))}</tr>
`;
}

function matrixCell(cell: MatrixCell, column: MatrixColumn | undefined): Html {
  const { value, interval, verdict, ratio, difference, beside, refusal, figures } = cell;
  const mark = refusal === undefined ? undefined : html`<sup title="not citable: ${refusal}">${UNCITABLE_MARK}</sup>`;
  const title = interval && html` title="${interval}"`;
  const judged =
    verdict || ratio
      ? html`<small>${verdict && html`<span aria-hidden="true">${verdict.glyph}</span> ${verdict.words} `}${ratio}</small>`
      : undefined;
  const aside = [difference, beside].filter((part) => part !== undefined).join(', ');
  return html`<td role="cell" class="${verdict?.is}" data-label="${column && `${column.title}, ${column.what}`}"><b${title}>${citing(value ?? '–', figures[0]?.estimate)}${mark}</b>${judged}${aside && html`<small>${aside}</small>`}</td>`;
}

/** Leads to the sentence that cites the figure, of several to that of the least. */
function citing(text: string, estimate: Estimate | undefined): Html {
  return estimate ? html`<a href="#${citationId(estimate)}">${text}</a>` : html`${text}`;
}

function actionsHtml(headline: string, matrix: Matrix, origin: string): Html {
  const save = (name: string, type: string, text: string) =>
    html`download="pushlab-matrix.${name}" href="data:${type};charset=utf-8,${encodeURIComponent(text)}"`;
  const drawing = matrixSvg(headline, matrix, { source: origin, colour: (name) => `var(${name})` });
  return html`<div class="actions" id="${PARTS.matrix}-charts"><div class="drawing" hidden>${new Html(markup(drawing))}</div>
<a ${save('md', 'text/markdown', matrixMarkdown(matrix, `${matrix.setting}. ${origin}`))} data-copy>Markdown</a>
<a ${save('csv', 'text/csv', matrixCsv(matrix))}>CSV</a>
${['SVG', 'PNG'].map((format) => html`<button type="button" data-save="${format}" hidden>${format}</button>\n`)}<a href="#${PARTS.cite}">Cite</a></div>`;
}
