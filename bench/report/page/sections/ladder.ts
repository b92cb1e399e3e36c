/** Messages between a server above and a client below, along a line of time. */

import { LADDER_MS, type Ladder } from '../../view/parts/wire/ladder.ts';
import { type Html, html } from '../html.ts';

/** Heights of the server's and the client's line, in the drawing's units; its width is the time in ms. */
const SERVER = 10;
const CLIENT = 54;
const HEIGHT = 64;

export function laddersHtml(ladders: readonly Ladder[]): Html {
  return html`<div class="ladders">${ladders.map(ladderHtml)}</div>`;
}

function ladderHtml({ title, messages, waits, arrivals, text }: Ladder): Html {
  const x = (ms: number) => ms.toFixed(0);
  const y = (isServer: boolean) => (isServer ? SERVER : CLIENT);
  const lines = messages.map(({ fromMs, toMs, direction, hasEvents }) => {
    const name = hasEvents ? 'event' : 'nothing';
    return html`<path class="${name}" d="M${x(fromMs)} ${y(direction === 'down')}L${x(toMs)} ${y(direction === 'up')}"></path>`;
  });
  const dot = (ms: number, isServer: boolean, name: string) =>
    html`<path class="dot ${name}" d="M${x(ms)} ${y(isServer)}h.01"></path>`;
  return html`<figure class="ladder"><figcaption>${text}</figcaption>
<div class="ladder-lines"><span class="end">server</span><span class="end">client</span>
<svg viewBox="0 0 ${LADDER_MS} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}: ${arrivals
    .map(({ latenciesMs }) => latenciesMs.join(', '))
    .join(', ')} ms from each event to its client">
<path class="line" d="M0 ${SERVER}H${LADDER_MS}M0 ${CLIENT}H${LADDER_MS}"></path>
${waits.map(({ fromMs, toMs }) => html`<path class="wait" d="M${x(fromMs)} ${SERVER}H${x(toMs)}"></path>`)}${lines}
${waits.map(({ fromMs }) => dot(fromMs, true, 'born'))}${arrivals.map(({ atMs }) => dot(atMs, false, 'arrived'))}
</svg>
<p class="arrivals" aria-hidden="true">${arrivals.map(
    ({ atMs, latenciesMs }) =>
      // The last one would stand over the edge.
      html`<span style="${atMs > 0.85 * LADDER_MS ? 'right:0;translate:none' : `left:${((100 * atMs) / LADDER_MS).toFixed(1)}%`}">${latenciesMs.join(', ')}</span>`,
  )}</p></div></figure>
`;
}
