/** Parts of the page's HTML that return: tables, lists of facts, headings that can be linked to. */

import { laneColour } from './charts.ts';
import { type Html, html } from './html.ts';
import type { Column, Entry, LaneLabel, Prose, Row, Table, TableCell } from './page-model.ts';

/** Appears on hover and on focus; the heading that it stands in has the anchor. */
export function anchorLink(id: string, title: string): Html {
  return html` <a class="anchor" href="#${id}" aria-label="Link to ${title}">#</a>`;
}

export function entries(name: string, list: readonly Entry[]): Html {
  return html`<dl class="${name}">${list.map(
    ({ term, text, code }) => html`<div><dt>${term}</dt><dd>${code ? html`<code>${text}</code>` : text}</dd></div>`,
  )}</dl>`;
}

export function prose(text: Prose): Html {
  return html`${text.map((part) => {
    if (typeof part === 'string') return part;
    return 'strong' in part ? html`<strong>${part.strong}</strong>` : html`<span class="interval">${part.quiet}</span>`;
  })}`;
}

/** A coloured mark: the lane's name stands beside it, so that colour only helps. */
export function laneMark(lane: LaneLabel | undefined): Html | undefined {
  return lane && html`<span class="mark" style="background: var(${laneColour(lane)})" aria-hidden="true"></span>`;
}

/** The table may be wider than the page: then its box scrolls, by keyboard too. */
export function table({ id, title, definition, columns, rows, notes = [] }: Table): Html {
  return html`<div class="table" role="region" aria-labelledby="${id}-caption" tabindex="0"><table id="${id}">
<caption id="${id}-caption"><span class="caption"><strong>${title}</strong>${anchorLink(id, `the table ${title}`)}<span class="definition">${definition}</span></span></caption>
<thead><tr>${columns.map(columnHead)}</tr></thead>
${rowGroups(rows).map((group) => tableBody(group, columns))}
</table></div>
${notes.length > 0 ? html`<p class="below">${notes.join(' ')}</p>` : undefined}`;
}

function columnHead({ label, unit, numeric }: Column): Html {
  const shown = unit ? html`${label} <span class="unit">${unit}</span>` : label;
  return html`<th scope="col"${numeric ? html` class="number"` : undefined}>${shown}</th>`;
}

/** Rows that follow one another under the same head. */
function rowGroups(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last && last[0]?.group === row.group) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function tableBody(rows: readonly Row[], columns: readonly Column[]): Html {
  const group = rows[0]?.group;
  const head =
    group === undefined
      ? undefined
      : html`<tr class="group"><th scope="rowgroup" colspan="${columns.length}"><span>${group}</span></th></tr>
`;
  return html`<tbody>
${head}${rows.map((row) => tableRow(row, columns.slice(1)))}</tbody>`;
}

function tableRow({ header, lane, cells }: Row, columns: readonly Column[]): Html {
  const reference = lane?.isReference ? html` <span class="tag">reference</span>` : undefined;
  const data = cells.map((cell, at) => tableCell(cell, columns[at]?.numeric ?? false));
  return html`<tr><th scope="row">${laneMark(lane)}${header}${reference}</th>${data}</tr>
`;
}

function tableCell({ text, interval, isRemark }: TableCell, numeric: boolean): Html {
  const name = [numeric ? 'number' : '', isRemark ? 'remark' : ''].filter(Boolean).join(' ');
  const shown = interval === undefined ? text : html`${text} <span class="interval">${interval}</span>`;
  return html`<td${name ? html` class="${name}"` : undefined}>${shown}</td>`;
}
