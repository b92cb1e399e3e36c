/** Chooses the figure to cite, from a list or by a link from a table, and puts its sentence together. */

function chooseFigures(box: HTMLElement): void {
  const select = box.querySelector('select');
  const [sentence, command] = [box.querySelector('.sentence'), box.querySelector('code')];
  if (!select || !sentence || !command) return;
  for (const group of document.querySelectorAll<HTMLElement>('.cited ul')) select.append(optionsOf(group));

  const choose = (figure: HTMLElement) => {
    select.value = figure.id;
    sentence.textContent = sentenceOf(figure);
    command.textContent = textIn(figure.closest('.cited'), 'code');
  };
  const follow = () => {
    const figure = document.getElementById(location.hash.slice(1));
    if (figure?.matches('.cited li') !== true) return;
    choose(figure);
    // A browser unfolds what a link leads to: the sentence is here, and the list would stand around it.
    const list = figure.closest<HTMLDetailsElement>('.every-figure');
    if (list) list.open = false;
    box.scrollIntoView({ block: 'center' });
    select.focus({ preventScroll: true });
  };
  select.addEventListener('change', () => {
    const figure = document.getElementById(select.value);
    if (figure) choose(figure);
  });
  addEventListener('hashchange', follow);
  // A link to the figure that the address names already changes nothing.
  addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('td a')?.getAttribute('href') === location.hash) follow();
  });
  select.closest('p')?.removeAttribute('hidden');
  select.value = box.dataset['figure'] ?? '';
  follow();
}

/** A list of lines and what stands before it: the lane and the place of all of them. */
function optionsOf(list: HTMLElement): HTMLOptGroupElement {
  const options = document.createElement('optgroup');
  const [lane = '', place = ''] = headOf(list);
  options.label = place.replace('in the scenario ', '');
  const [name] = lane.split(' (');
  for (const figure of list.querySelectorAll('li')) {
    const what = figure.firstChild?.textContent ?? '';
    options.append(new Option(`${name} · ${what}${textIn(figure, 'b')}`, figure.id));
  }
  return options;
}

function headOf(list: Element | null): string[] {
  return [...(list?.previousElementSibling?.querySelectorAll('span') ?? [])].map((part) => part.textContent);
}

/** As the report's own sentences are made. */
function sentenceOf(figure: HTMLElement): string {
  const [title] = (figure.firstChild?.textContent ?? '').split(': ');
  const kinds = [...document.querySelectorAll('.kinds li')].map((kind) => kind.textContent);
  const what = kinds.find((kind) => kind.startsWith(`${title} (`));
  const form = document.querySelectorAll('.forms li')[Number(textIn(figure, 'i')) - 1]?.textContent;
  const caveat = figure.querySelector<HTMLElement>('sup[title]')?.title ?? '';
  const [lane, place, versus = ''] = headOf(figure.parentElement);
  const run = document.getElementById('cite-run')?.textContent;
  const bounds = textIn(figure, 'span');
  const value = `${textIn(figure, 'b')}${form}${bounds}${bounds.includes('×') ? versus : ''}`;
  return `${caveat}${what} of ${lane} came to ${value}, ${place}, ${run}.`;
}

function textIn(root: ParentNode | null, selector: string): string {
  return root?.querySelector(selector)?.textContent ?? '';
}

const box = document.getElementById('cite-chosen');
if (box) chooseFigures(box);
