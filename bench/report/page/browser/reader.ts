/** Opens what is folded when a link leads into it or the page is printed, and adds buttons to copy. */

const CONFIRMED_MS = 1_500;

function unfoldTarget(): void {
  const target = document.getElementById(location.hash.slice(1));
  // What is cited shows without its list.
  if (target?.matches('.cited li')) return;
  const folds: HTMLDetailsElement[] = [];
  for (let fold = target?.closest('details'); fold; fold = fold.parentElement?.closest('details')) folds.push(fold);
  if (folds.every(({ open }) => open)) return;
  for (const fold of folds) fold.open = true;
  target?.scrollIntoView();
}

function addCopyButton(box: HTMLElement): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    // What is in the box may have changed since.
    button.textContent = await copy((box.firstElementChild ?? box).textContent.trim(), box);
    setTimeout(() => {
      button.textContent = 'Copy';
    }, CONFIRMED_MS);
  });
  box.append(button);
}

/** @returns what the button says then: where the clipboard is out of reach, the text is selected instead */
async function copy(text: string, box: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied';
  } catch {
    getSelection()?.selectAllChildren(box.firstElementChild ?? box);
    return 'Selected';
  }
}

unfoldTarget();
addEventListener('hashchange', unfoldTarget);
for (const box of document.querySelectorAll<HTMLElement>('[data-copyable]')) addCopyButton(box);

let folded: readonly HTMLDetailsElement[] = [];
addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll('details')].filter(({ open }) => !open);
  for (const fold of folded) fold.open = true;
});
addEventListener('afterprint', () => {
  for (const fold of folded) fold.open = false;
});
