/** Why a long poll misses events: three of them on their way, one of which comes while the client has no poll at the server. */

import { type Html, html } from '../html.ts';

/** Half a round trip, and where the two lines lie, in units of the drawing. */
const TRANSIT = 64;
const SERVER = 60;
const CLIENT = 168;
const WIDTH = 460;
const HEIGHT = 214;

/** Instants along the two lines: the first answer, the second event just after it, and one that finds a poll parked. */
const FIRST = 40;
const MISSED = 62;
const PARKED = 344;
const AFTER_GAP = FIRST + 2 * TRANSIT;

export function gapDiagram(): Html {
  return html`<figure class="diagram"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="gap-diagram-title" aria-describedby="gap-diagram-text">
<title id="gap-diagram-title">Why a long poll misses its gap</title>
<desc id="gap-diagram-text">Time runs to the right, between a server above and a client below. Event 1 is answered at once and arrives after half a round trip. Event 2 comes just after that answer, waits a whole round trip for the client’s next poll, and arrives after up to three halves. Event 3 finds the next poll parked and arrives after one half.</desc>
<text x="0" y="16">server</text><text x="0" y="${HEIGHT - 4}">client</text>
${[FIRST, AFTER_GAP].map(
  (at) => html`<rect class="gap" x="${at}" y="${SERVER - 30}" width="${2 * TRANSIT}" height="30"></rect>
<text class="middle" x="${at + TRANSIT}" y="${SERVER - 36}">gap, one RTT</text>
${arrow('poll', at + TRANSIT, CLIENT, at + 2 * TRANSIT, SERVER)}
${arrow('answer', at, SERVER, at + TRANSIT, CLIENT)}
`,
)}
<path class="axis" d="M0 ${SERVER}H${WIDTH}M0 ${CLIENT}H${WIDTH}"></path>
<path class="late" d="M${MISSED} ${SERVER}H${AFTER_GAP}L${AFTER_GAP + TRANSIT} ${CLIENT}"></path>
${arrow('answer', PARKED, SERVER, PARKED + TRANSIT, CLIENT)}
<text x="${FIRST + TRANSIT + 40}" y="${(SERVER + CLIENT) / 2 + 24}">poll</text>
${event(FIRST, SERVER, 1)}${event(MISSED, SERVER, 2)}${event(PARKED, SERVER, 3)}
${event(FIRST + TRANSIT, CLIENT, 1)}${event(AFTER_GAP + TRANSIT, CLIENT, 2)}${event(PARKED + TRANSIT, CLIENT, 3)}
<text class="middle" x="${AFTER_GAP + TRANSIT}" y="${CLIENT + 26}">up to 3 × RTT/2</text>
<text class="middle" x="${PARKED + TRANSIT}" y="${CLIENT + 26}">RTT/2</text>
<text class="middle" x="${FIRST + TRANSIT}" y="${CLIENT + 26}">RTT/2</text>
</svg></figure>
`;
}

function arrow(name: 'answer' | 'poll', fromX: number, fromY: number, toX: number, toY: number): Html {
  const back = toY > fromY ? -1 : 1;
  return html`<path class="${name}" d="M${fromX} ${fromY}L${toX} ${toY}"></path><path class="head" d="M${toX} ${toY}l${-8} ${3 * back}l${4} ${6 * back}z"></path>`;
}

function event(x: number, y: number, number: number): Html {
  return html`<circle class="event" cx="${x}" cy="${y}" r="9"></circle><text class="number" x="${x}" y="${y + 4}">${number}</text>`;
}
