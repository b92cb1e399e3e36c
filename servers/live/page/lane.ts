/**
 * A column's lane: time runs down, what the client says stands left of the axis, what the server says right of it. A dash is as long
 * as its bytes, on a scale that all columns share; heads and framing are quiet, events have the column's colour.
 */

export interface Dash {
  readonly isUp: boolean;
  readonly atMs: number;
  readonly bytes: number;
  readonly eventBytes: number;
}

export interface LaneColours {
  readonly axis: string;
  readonly grid: string;
  readonly quiet: string;
  readonly event: string;
}

export const LANE_SECONDS = 8;
const MOST_DASHES = 6_000;
/** Of the width: requests are shorter than answers. */
const AXIS_AT = 0.4;
/** What a lane may be wide: round numbers, close enough that it is well filled. */
const WIDTHS_BYTES = [1, 10, 100, 1_000].flatMap((times) =>
  [1_500, 2_000, 3_000, 5_000, 7_000, 10_000].map((bytes) => bytes * times),
);

export class Lane {
  readonly canvas: HTMLCanvasElement;
  #dashes: Dash[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
  }

  add(dash: Dash): void {
    this.#dashes.push(dash);
  }

  /** Forgets what is no longer seen. @returns how many bytes the lane must be wide for the longest of what is */
  longest(nowMs: number): number {
    const first = this.#dashes.findIndex(({ atMs }) => atMs > nowMs - 1e3 * LANE_SECONDS);
    this.#dashes = first === -1 ? [] : this.#dashes.slice(Math.max(first, this.#dashes.length - MOST_DASHES));
    const longest = (isUp: boolean) =>
      this.#dashes.reduce((most, dash) => (dash.isUp === isUp ? Math.max(most, dash.bytes) : most), 0);
    return Math.max(longest(true) / AXIS_AT, longest(false) / (1 - AXIS_AT));
  }

  /** @param widthBytes how many bytes are as long as the lane is wide */
  draw(nowMs: number, widthBytes: number, colours: LaneColours): void {
    const { canvas } = this;
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    if (!context || width === 0) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const axis = Math.round(width * AXIS_AT);
    const pxPerMs = height / (1e3 * LANE_SECONDS);
    const pxPerByte = width / widthBytes;
    context.fillStyle = colours.grid;
    // The same instants in every column.
    for (let ms = nowMs % 1e3; ms < 1e3 * LANE_SECONDS; ms += 1e3)
      context.fillRect(0, Math.round(ms * pxPerMs), width, 1);
    for (const { isUp, atMs, bytes, eventBytes } of this.#dashes) {
      const y = (nowMs - atMs) * pxPerMs;
      const event = eventBytes * pxPerByte;
      const rest = Math.max(1.5, bytes * pxPerByte) - event;
      context.fillStyle = colours.quiet;
      context.fillRect(isUp ? axis - rest : axis, y, rest, 2);
      if (event === 0) continue;
      context.fillStyle = colours.event;
      context.fillRect(axis + rest, y, event, 2);
    }
    context.fillStyle = colours.axis;
    context.fillRect(axis, 0, 1, height);
  }
}

/** How many bytes all lanes are wide. */
export function widthBytesFor(needed: number): number {
  return WIDTHS_BYTES.find((bytes) => bytes >= needed) ?? needed;
}
