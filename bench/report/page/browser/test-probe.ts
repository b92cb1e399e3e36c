/** What tests ask the open page. Each function is sent to the browser as text, so it stands alone. */

/** How many pixels of each canvas have the colour that a custom property has now. */
export function countPixels(property: string): number[] {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(property);
  const colour = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return [...document.querySelectorAll('canvas')].map((canvas) => {
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext('2d', { willReadFrequently: true });
    if (!context || canvas.width === 0) return 0;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 255 && colour.every((part, channel) => data[at + channel] === part)) count++;
    }
    return count;
  });
}

export function paperColour(): string {
  return getComputedStyle(document.body).backgroundColor;
}

export function pageWidth(): number {
  return document.documentElement.scrollWidth;
}

export function announce(event: string): void {
  dispatchEvent(new Event(event));
}

export function opacityOf(element: Element): string {
  return getComputedStyle(element).opacity;
}

export function readClipboard(): Promise<string> {
  return navigator.clipboard.readText();
}

/** Chooses each figure of the list in turn, and reads what is shown of it. */
export function chosenSentences(): { id: string; sentence: string; command: string }[] {
  const select = document.querySelector<HTMLSelectElement>('#cite-chosen select');
  return [...(select?.options ?? [])].map(({ value }) => {
    if (select) select.value = value;
    select?.dispatchEvent(new Event('change'));
    const text = (selector: string) => document.querySelector(`#cite-chosen ${selector}`)?.textContent ?? '';
    return { id: value, sentence: text('.sentence'), command: text('code') };
  });
}

export function unfoldAll(): void {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
}

/** Where the matrix ends and the details begin, in pixels from the top, and how many words stand before them. */
export function extent() {
  const told = [...document.querySelectorAll<HTMLElement>('header, nav, main > section')].filter(
    (part) => part.getAttribute('aria-labelledby') !== 'details',
  );
  // biome-ignore lint/performance/useDomNodeTextContent: what is folded or not shown is not counted
  const textIn = (part: HTMLElement) => part.innerText;
  // A number with its unit is no word, and of a list to choose from one entry is seen.
  const wordsIn = (text: string) => text.match(/(?<![\p{L}\d])\p{L}[\p{L}’-]{2,}/gu) ?? [];
  const hidden = told.flatMap((part) => [...part.querySelectorAll<HTMLElement>('option:not(:checked)')].map(textIn));
  const below = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
  return {
    matrixEndsPx: below('#matrix')?.bottom ?? 0,
    detailsBeginPx: below('#details')?.top ?? 0,
    words: wordsIn(told.map(textIn).join(' ')).length - wordsIn(hidden.join(' ')).length,
  };
}

declare const axe: { run(): Promise<import('axe-core').AxeResults> };

/** Each finding of axe-core, whose text was sent before, with the first element that it is about. */
export async function accessibilityFindings(): Promise<string[]> {
  const { violations } = await axe.run();
  return violations.map(({ id, nodes: [first] }) => `${id}: ${first?.html}`);
}
