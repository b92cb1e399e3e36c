/** Parts of the page's HTML that return: tables, lists of facts, headings that can be linked to. */

import { laneColour, markOf } from '../view/charts/lane-marks.ts';
import type { Column, Entry, LaneLabel, Prose, Row, Table, TableCell } from '../view/page-model.ts';
import { UNCITABLE_MARK } from '../view/words/standing.ts';
import { type Html, html } from './html.ts';

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

/** A coloured mark in the shape that the lane has in charts, a ring where it repeats another: its name stands beside it, so that colour only helps. */
export function laneMark(lane: LaneLabel | undefined): Html | undefined {
  if (!lane) return undefined;
  const shape = lane.duplicateOf === undefined ? markOf(lane) : 'ring';
  return html`<i class="mark ${shape} ${laneColour(lane).slice(2)}"></i>`;
}

/** Copied as a whole: a button appears beside it where scripts run. */
export function copyable(content: Html): Html {
  return html`<div class="copyable" data-copyable>${content}</div>`;
}

export function table(model: Table): Html {
  const { id, title, folded } = model;
  const notes = [...(model.notes ?? []), ...refusalsIn(model)];
  const below = notes.length > 0 ? html`<p class="below">${notes.join(' ')}</p>` : undefined;
  if (folded === undefined) return html`${tableBox(model)}${below}`;
  return html`<details class="fold"><summary id="${id}-title">${title} <span class="folded">${folded}</span></summary>
${tableBox(model)}${below}</details>`;
}

/** What the sign beside a figure that may not be cited says, with all reasons of the table. */
function refusalsIn({ rows }: Table): string[] {
  const reasons = new Set(rows.flatMap(({ cells }) => cells.flatMap(({ refusal }) => refusal ?? [])));
  return reasons.size === 0 ? [] : [`${UNCITABLE_MARK} not citable: ${[...reasons].join(' ')}`];
}

/** The table may be wider than the page: then its box scrolls, by keyboard too. */
function tableBox({ id, title, definition, columns, rows, folded }: Table): Html {
  // The summary of a folded table has its title already.
  const heading = folded === undefined ? html`<strong>${title}</strong>` : undefined;
  const name = folded === undefined ? `${id}-caption` : `${id}-title`;
  return html`<div class="table" role="region" aria-labelledby="${name}" tabindex="0"><table id="${id}">
<caption id="${id}-caption"><span class="caption">${heading}<span class="definition">${definition}${anchorLink(id, `the table ${title}`)}</span></span></caption>
<thead><tr>${columns.map(columnHead)}</tr></thead>
${rowGroups(rows).map((group) => tableBody(group, columns))}
</table></div>
`;
}

function columnHead({ label, unit, numeric }: Column): Html {
  const shown = unit ? html`${label} <span class="unit">${unit}</span>` : label;
  return html`<th scope="col"${numeric ? html` class="number"` : undefined}>${shown}</th>`;
}

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
  const tag = tagOf(lane);
  const data = cells.map((cell, at) => tableCell(cell, columns[at]?.numeric ?? false));
  return html`<tr><th scope="row">${laneMark(lane)}${header}${tag && html` <span class="tag">${tag}</span>`}${data}
`;
}

function tagOf(lane: LaneLabel | undefined): string | undefined {
  if (lane?.isReference) return 'reference';
  return lane?.duplicateOf === undefined ? undefined : 'repeat';
}

function tableCell({ text, interval, verdict, aside, isRemark, cite, refusal }: TableCell, numeric: boolean): Html {
  // Most cells hold numbers: those have no class.
  const name = [numeric ? '' : 'text', isRemark ? 'remark' : ''].filter(Boolean).join(' ');
  const bounds = interval === undefined ? undefined : html` <span class="interval">${interval}</span>`;
  // The sign is seen; its words are read aloud, and shown under the pointer.
  const { glyph, text: words } = verdict ?? {};
  const sign = words && html` <i role="img" aria-label="${words}" title="${words}">${glyph}</i>`;
  const mark = refusal === undefined ? undefined : html`<sup title="not citable: ${refusal}">${UNCITABLE_MARK}</sup>`;
  const shown = cite === undefined ? text : html`<a href="#${cite}">${text}</a>`;
  return html`<td${name ? html` class="${name}"` : undefined}>${shown}${bounds}${sign}${mark}${
    aside && html` <span class="interval">${aside}</span>`
  }`;
}
