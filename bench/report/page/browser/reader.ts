/** Opens what is folded when a link leads into it, copies, and says in the contents where the reader is. */

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
    confirm(button, await copy((box.firstElementChild ?? box).textContent.trim(), box));
  });
  box.append(button);
}

function confirm(button: HTMLElement, said: string): void {
  const name = button.textContent;
  button.textContent = said;
  setTimeout(() => {
    button.textContent = name;
  }, CONFIRMED_MS);
}

/** A link to text that is saved without scripts: with them it is copied, where the clipboard is in reach. */
function copyInstead(link: HTMLAnchorElement): void {
  link.addEventListener('click', async (click) => {
    click.preventDefault();
    const text = decodeURIComponent(link.href.slice(link.href.indexOf(',') + 1));
    try {
      await navigator.clipboard.writeText(text);
      confirm(link, 'Copied');
    } catch {
      const saved = document.createElement('a');
      saved.href = link.href;
      saved.download = link.download;
      saved.click();
    }
  });
}

/** Marks the entry of the part that is at the top of the screen. */
function markCurrent(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.contents a')];
  const passed = links.filter(({ hash }) => {
    const heading = document.getElementById(hash.slice(1));
    return heading !== null && heading.getBoundingClientRect().top < window.innerHeight / 3;
  });
  for (const link of links) {
    if (link === passed.at(-1)) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
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
for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-copy]')) copyInstead(link);
for (const button of document.querySelectorAll<HTMLElement>('.actions [hidden][data-save]')) button.hidden = false;
addEventListener('scroll', markCurrent, { passive: true });
markCurrent();
