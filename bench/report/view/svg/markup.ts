/** Elements as plain data, and the same as text that is well-formed in XML and in HTML. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly (Element | string)[];
}

/** Attributes and children that are undefined are left out. */
export function element(
  name: string,
  attributes: Element['attributes'],
  ...children: readonly (Element | string | undefined)[]
): Element {
  return { name, attributes, children: children.filter((child) => child !== undefined) };
}

export function markup({ name, attributes, children }: Element): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${escapeXml(String(value))}"`,
  );
  const inner = children.map((child) => (typeof child === 'string' ? escapeXml(child) : markup(child))).join('');
  return inner === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inner}</${name}>`;
}

/** How wide a text is in a usual font without serifs: there is none to measure when the page is built. */
export function textPx(text: string, sizePx = 12): number {
  return Math.ceil(text.length * sizePx * 0.56);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML does not know, and halves of pairs, become a replacement character. */
function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const known = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
  return known.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
