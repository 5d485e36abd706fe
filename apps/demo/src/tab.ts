import { effect, signal } from '@preact/signals';
import { hashOf, partsOf, takeAddress } from './address';
import { page } from './words/page';

export const TABS = ['forward', 'sample', 'train', 'plane'] as const;
export type TabId = (typeof TABS)[number];

const fromAddress = (): TabId => TABS.find((id) => id === partsOf(location.hash).tab) ?? 'forward';

/** The tab on show; the address follows, so that a link leads to it and the back button works. */
export const tab = signal<TabId>(fromAddress());

/** Shows a tab. Those that are passed `byArrows` on the way to another leave one entry in the history together. */
export function showTab(id: TabId, { byArrows = false }: { readonly byArrows?: boolean } = {}): void {
  if (tab.value === id) return;
  tab.value = id;
  const isPassing = byArrows && history.state?.byArrows;
  history[isPassing ? 'replaceState' : 'pushState']({ byArrows }, '', hashOf(id));
  // Where the reader was in the tab before means nothing in this one.
  const main = document.querySelector('main');
  const tabs = document.querySelector<HTMLElement>('nav.tabs');
  const top = main && tabs ? main.offsetTop - tabs.offsetHeight : 0;
  if (scrollY > top) scrollTo(0, top);
}

effect(() => {
  document.title = page.title(page.tabs[tab.value].title);
});

for (const type of ['popstate', 'hashchange'] as const) {
  addEventListener(type, () => {
    tab.value = fromAddress();
    takeAddress();
  });
}
