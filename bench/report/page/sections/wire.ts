/** What goes over the wire for one event, drawn with the page's own boxes and lines: no script is needed. */

import type { Layer } from '../../../contract/ledger.ts';
import { BAR_LAYERS, type BarLayer, type ExchangeBar, sideOf, totalText } from '../../view/parts/wire/exchange-bars.ts';
import { LADDER_TEXT } from '../../view/parts/wire/ladder.ts';
import { LAYER_LETTERS, type SampledLane } from '../../view/parts/wire/samples.ts';
import type { HandshakeCheck } from '../../view/parts/wire/websocket.ts';
import type { WireSection } from '../../view/parts/wire/wire-section.ts';
import { formatCount } from '../../view/words/format.ts';
import { type Html, html } from '../html.ts';
import { laneMark, prose, table } from '../parts.ts';
import { laddersHtml } from './ladder.ts';

export function wireHtml(section: WireSection): Html {
  const { finding, setting, elsewhere, bars, ladders, samples, missing, tables } = section;
  return html`<p class="lead">${prose(finding)}</p>
${barsHtml(bars)}
<p class="below">${setting}</p>
<h3 class="ladder-title">Who sends what, and where an event waits</h3>
<p class="definition">${LADDER_TEXT}</p>
${laddersHtml(ladders)}
${missing && html`<p class="note">${missing.text} <code>${missing.command}</code></p>`}
${samples.length > 0 ? bytesHtml(section) : undefined}
${fold('The same in numbers', 'and every point by layer', html`${elsewhere && html`<p class="below">${elsewhere}</p>`}${table(section.barsTable)}${tables.map(table)}`)}`;
}

const LAYER_NAMES: Readonly<Record<BarLayer, string>> = {
  event: 'event',
  framing: 'framing',
  head: 'HTTP head',
  tls: 'TLS',
  packets: 'TCP/IP headers',
};
/** Of the bar's width: a narrower part has no room for its number. */
const LABELLED_SHARE = 0.07;

function barsHtml(bars: readonly ExchangeBar[]): Html {
  const most = (side: 'up' | 'down') => Math.max(...bars.map(({ bytes }) => sideOf(bytes, side)));
  const [up, down] = [most('up'), most('down')];
  const width = up + down;
  const percent = (bytes: number) => `${((100 * bytes) / width).toFixed(2)}%`;
  const part = (layer: BarLayer, bytes: number) =>
    bytes > 0
      ? html`<span class="segment of-${layer}" style="width:${percent(bytes)}">${
          bytes / width > LABELLED_SHARE
            ? html`<span class="inside">${layer === 'event' ? 'event' : formatCount(bytes)}</span>`
            : undefined
        }</span>`
      : undefined;
  const side = (bar: ExchangeBar, direction: 'up' | 'down') =>
    (direction === 'up' ? BAR_LAYERS.toReversed() : BAR_LAYERS).map((layer) =>
      part(layer, bar.bytes[direction][layer]),
    );
  const seen = BAR_LAYERS.filter((layer) => bars.some(({ bytes }) => bytes.up[layer] + bytes.down[layer] > 0));
  return html`<div class="exchange" style="--up:${percent(up)}">
<p class="sides" aria-hidden="true"><span>← client says</span><span>server says →</span></p>
<ul>${bars.map(
    (
      bar,
    ) => html`<li><span class="name">${laneMark(bar.lane)}${bar.lane.title}${bar.what && html`<span class="what">, ${bar.what}</span>`}</span>
<span class="bar" aria-hidden="true"><span style="width:${percent(up - sideOf(bar.bytes, 'up'))}"></span>${side(bar, 'up')}${side(bar, 'down')}</span>
<span class="total"${bar.refusal === undefined ? undefined : html` title="not citable: ${bar.refusal}"`}><strong>${totalText(bar)}</strong> <span class="says">${bar.says}</span></span></li>
`,
  )}</ul>
<p class="legend">${seen.map((layer) => html`<span><span class="segment of-${layer}" aria-hidden="true"></span>${LAYER_NAMES[layer]}</span>`)}</p>
</div>
`;
}

function bytesHtml({ samples, closeCodes }: WireSection): Html {
  const kinds = 'heads, chunks, lines and frames, byte by byte';
  return fold(
    'The bytes of this run',
    kinds,
    html`${letters(samples)}${samples.map(sampleHtml)}${closeCodes && table(closeCodes)}`,
  );
}

function fold(title: string, folded: string, content: Html): Html {
  return html`<details class="fold"><summary>${title} <span class="folded">${folded}</span></summary>
${content}</details>
`;
}

/** What the letters beside the bytes say. */
function letters(samples: readonly SampledLane[]): Html {
  const layers = new Set(
    samples.flatMap(({ exchanges }) =>
      exchanges.flatMap(({ messages }) => messages.flatMap(({ runs }) => runs.map(({ layer }) => layer))),
    ),
  );
  const names = new Map([...layers].map((layer) => [LAYER_LETTERS[layer].letter, layer]));
  return html`<p class="legend">${[...names].map(
    ([letter, layer]) =>
      html`<span><span class="byte-run of-${runClass(layer)}"><sup>${letter}</sup></span>${LAYER_LETTERS[layer].name}</span>`,
  )}</p>`;
}

const RUN_CLASSES: Partial<Readonly<Record<Layer, string>>> = {
  payload: 'event',
  requestHead: 'head',
  responseHead: 'head',
};

const runClass = (layer: Layer) => RUN_CLASSES[layer] ?? layer;

function sampleHtml({ lane, folded, exchanges, handshake, frames }: SampledLane): Html {
  return html`<details class="fold sample"><summary>${laneMark(lane)}${lane.title} <span class="folded">${folded}</span></summary>
${exchanges.map(
  ({ title, messages }) => html`<h4>${title}</h4>
${messages.map(
  ({ who, size, runs }) => html`<p class="who">${who} <span class="size">${size}</span></p>
<pre class="bytes">${runs.map(
    ({ layer, bytes, text }) =>
      html`<span class="byte-run of-${runClass(layer)}" title="${LAYER_LETTERS[layer].name}, ${bytes}"><sup>${LAYER_LETTERS[layer].letter}\u202f${bytes}</sup>${text}</span>`,
  )}</pre>
`,
)}`,
)}${handshake && handshakeHtml(handshake)}${frames && table(frames)}
</details>
`;
}

function handshakeHtml({ key, guid, computed, sent }: HandshakeCheck): Html {
  const isSame = computed === sent;
  return html`<h4>Key and accept</h4>
<p class="accept">base64(SHA-1(<code>${key}</code> + <code>${guid}</code>)) = <code>${computed}</code>, ${
    isSame
      ? 'which is what the server sent ✓'
      : html`<strong>but the server sent ${sent === undefined ? 'none' : html`<code>${sent}</code>`} ✗</strong>`
  }. The key is random and proves no identity: it shows that the server speaks WebSocket.</p>
`;
}
