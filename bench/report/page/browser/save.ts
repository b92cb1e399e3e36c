/** Saves a figure as the SVG that the page was built with, or as a picture of it: light, with its title, keys and source. */

const PNG_SCALE = 2;

/** In the colours of paper, whatever the screen has. */
function standalone(drawing: SVGSVGElement): { text: string; width: number; height: number } {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const whole = copy.dataset['whole'] ?? copy.getAttribute('viewBox') ?? '';
  const [, , width = 0, height = 0] = whole.split(' ').map(Number);
  for (const name of ['style', 'data-whole']) copy.removeAttribute(name);
  const own = { viewBox: whole, width, height, 'font-family': getComputedStyle(document.body).fontFamily };
  for (const [name, value] of Object.entries(own)) copy.setAttribute(name, String(value));
  const light = [...(document.styleSheets[0]?.cssRules ?? [])].filter(
    (rule): rule is CSSStyleRule => rule instanceof CSSStyleRule && rule.selectorText === ':root',
  );
  const colourOf = (name: string) => light.map(({ style }) => style.getPropertyValue(name).trim()).find(Boolean);
  const written = new XMLSerializer().serializeToString(copy);
  const text = written.replace(/var\((--[\w-]+)\)/g, (_, name: string) => colourOf(name) ?? '#000000');
  return { text, width, height };
}

async function save(button: HTMLElement): Promise<void> {
  const figure = button.closest('.chart, .actions');
  const drawing = figure?.querySelector<SVGSVGElement>('.drawing svg');
  if (!figure || !drawing) return;
  const { text, width, height } = standalone(drawing);
  const link = document.createElement('a');
  const address = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  const format = button.dataset['save'] === 'PNG' ? 'png' : 'svg';
  link.download = `${figure.id.replace(/-charts$/, '')}.${format}`;
  link.href = format === 'svg' ? address : await picture(address, width * PNG_SCALE, height * PNG_SCALE);
  link.click();
}

async function picture(address: string, width: number, height: number): Promise<string> {
  const image = new Image(width, height);
  image.src = address;
  await image.decode();
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')?.drawImage(image, 0, 0, width, height);
  return canvas.toDataURL('image/png');
}

for (const button of document.querySelectorAll<HTMLElement>('[data-save]')) {
  button.addEventListener('click', () => save(button));
}
