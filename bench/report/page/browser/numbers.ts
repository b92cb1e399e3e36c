/** Computes the answers for a reader's own numbers with the formulas that the page was built with; the address keeps them. */

import {
  answerOf,
  FIELDS,
  fieldText,
  fragmentOf,
  PRESETS,
  planeOf,
  readSettings,
  type Settings,
  settingsOf,
} from '../../view/formulas/answers.ts';
import type { Constants } from '../../view/formulas/formulas.ts';

const chooser = document.getElementById('chooser');
const chooserForm = chooser?.querySelector('form');
const [commonPreset] = PRESETS;
if (chooser && chooserForm && commonPreset) begin(chooser, chooserForm, commonPreset.load);

function begin(box: HTMLElement, form: HTMLFormElement, load: (typeof PRESETS)[number]['load']): void {
  const constants = JSON.parse(document.getElementById('constants')?.textContent ?? '{}') as Constants;
  const common = settingsOf(load, constants);
  form.hidden = false;
  // The fields say it.
  box.querySelector('[data-unscripted]')?.remove();
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', () => {
    const data = new FormData(form);
    const settings = readSettings((name) => data.get(name)?.toString() ?? null, common, constants);
    show(box, settings, constants);
    history.replaceState(null, '', `#${fragmentOf(settings)}`);
  });
  for (const button of box.querySelectorAll<HTMLButtonElement>('[data-preset]')) {
    const preset = PRESETS[Number(button.dataset['preset'])];
    button.disabled = false;
    button.addEventListener('click', () => {
      const settings = { ...common, ...preset?.load };
      fill(form, settings);
      show(box, settings, constants);
      history.replaceState(null, '', `#${fragmentOf(settings)}`);
      form.scrollIntoView({ block: 'nearest' });
    });
  }
  const readAddress = () => {
    const [part, query] = location.hash.slice(1).split('?');
    const kept = new URLSearchParams(part === 'numbers' ? query : '');
    const settings = readSettings((name) => kept.get(name), common, constants);
    fill(form, settings);
    show(box, settings, constants);
    if (query !== undefined && part === 'numbers') box.closest('section')?.scrollIntoView();
  };
  addEventListener('hashchange', readAddress);
  readAddress();
}

function fill(form: HTMLFormElement, settings: Settings): void {
  const set = (name: string, value: string) => {
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.value = value;
  };
  for (const field of FIELDS) set(field.key, fieldText(settings, field));
  set('headers', settings.headers);
  set('tls', settings.isTls ? '1' : '0');
  set('level', settings.level);
}

function show(box: HTMLElement, settings: Settings, constants: Constants): void {
  const { rows, findings } = answerOf(constants, settings);
  const plane = planeOf(constants, settings);
  const texts: Readonly<Record<string, string>> = {
    plane: findings.at(-1) ?? '',
    ...Object.fromEntries(
      rows.flatMap((row, at) => Object.entries(row).map(([name, text]: [string, string]) => [`${at}.${name}`, text])),
    ),
  };
  for (const element of box.querySelectorAll<HTMLElement>('[data-shown]')) {
    element.textContent = texts[element.dataset['shown'] ?? ''] ?? '';
  }
  const item = (text: string) => Object.assign(document.createElement('li'), { textContent: text });
  box.querySelector('.answers')?.replaceChildren(...findings.map(item));
  for (const line of box.querySelectorAll<SVGPathElement>('[data-line]')) {
    line.setAttribute('d', plane?.lines[Number(line.dataset['line'])] ?? '');
  }
  box.querySelector('.region')?.setAttribute('d', plane?.region ?? '');
  const here = box.querySelector('.here');
  here?.setAttribute('cx', String(plane?.marker[0] ?? 0));
  here?.setAttribute('cy', String(plane?.marker[1] ?? 0));
}
