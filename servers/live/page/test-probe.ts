/** What tests ask the open page. Each function is sent to the browser as text, so it stands alone. */

/** Pixels of each lane that have its column's colour, and that of heads. */
export function countDrawn() {
  const style = getComputedStyle(document.documentElement);
  const near = (data: Uint8ClampedArray, at: number, hex: string) =>
    [1, 3, 5].every(
      (digit, part) => Math.abs(Number.parseInt(hex.slice(digit, digit + 2), 16) - (data[at + part] ?? 0)) < 4,
    );
  return [...document.querySelectorAll('.column')].map((column) => {
    const canvas = column.querySelector('canvas');
    const data =
      canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
    const colour = getComputedStyle(column).getPropertyValue('--colour');
    const count = { quiet: 0, event: 0 };
    for (let at = 0; at < data.length; at += 4) {
      if (near(data, at, colour)) count.event++;
      else if (near(data, at, style.getPropertyValue('--layer-feed'))) count.quiet++;
    }
    return count;
  });
}

/** What all columns say that the server's sockets received and sent. */
export function shownBytes(): { up: number; down: number } {
  const sum = { up: 0, down: 0 };
  for (const { dataset } of document.querySelectorAll<HTMLElement>('[data-column]')) {
    sum.up += Number(dataset['up']);
    sum.down += Number(dataset['down']);
  }
  return sum;
}

/** Opens the newest row of a column's log with this in its title. @returns what is folded in it; '' where there is none */
export async function openRow({ column, title }: { column: string; title: string }): Promise<string> {
  const rows = [...document.querySelectorAll<HTMLDetailsElement>(`[data-column="${column}"] .log details`)];
  const row = rows.find(({ textContent }) => textContent.includes(title));
  if (!row) return '';
  // In this turn: the log moves until one of its rows is open.
  const toggled = new Promise((resolve) => row.addEventListener('toggle', resolve, { once: true }));
  row.open = true;
  await toggled;
  return row.querySelector('pre')?.textContent.replaceAll('\r\n', '\n') ?? '';
}

/** @returns the status of the answer */
export async function tryRestart(): Promise<number> {
  const token = document.documentElement.dataset['token'] ?? '';
  const headers = { 'Content-Type': 'application/json', 'Live-Token': token };
  const body = JSON.stringify({ page: 0, action: 'restart' });
  return (await fetch('/live/control', { method: 'POST', headers, body })).status;
}

/** What a foreign page might try. */
export async function tryAll({ port, gates, token }: { port: number; gates: Record<string, number>; token: string }) {
  const at = `http://127.0.0.1:${port}`;
  const fetched = (path: string, init?: RequestInit) =>
    fetch(path, init).then(
      ({ ok }) => (ok ? 'read' : 'refused'),
      () => 'refused',
    );
  const headers = { 'Content-Type': 'application/json', 'Live-Token': token };
  const body = JSON.stringify({ page: 0, set: { eventsPerSecond: 200 } });
  const opened = (source: EventSource | WebSocket, event: string) =>
    new Promise<string>((resolve) => {
      source.addEventListener(event, () => resolve('read'));
      source.addEventListener('error', () => resolve('refused'));
      source.addEventListener('close', () => resolve('refused'));
    });
  return {
    page: await fetched(`${at}/`),
    watch: await opened(new EventSource(`${at}/live/watch?token=${token}`), 'message'),
    control: await fetched(`${at}/live/control`, { method: 'POST', headers, body }),
    polling: await fetched(`http://127.0.0.1:${gates['polling']}/polling`),
    sse: await opened(new EventSource(`http://127.0.0.1:${gates['sse']}/sse`), 'open'),
    websocket: await opened(new WebSocket(`ws://127.0.0.1:${gates['websocket']}/websocket`), 'message'),
  };
}
