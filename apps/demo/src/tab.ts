import { signal } from '@preact/signals';

export const TABS = ['forward', 'sample', 'train'] as const;
export type TabId = (typeof TABS)[number];

const fromAddress = (): TabId => TABS.find((id) => `#${id}` === location.hash) ?? 'forward';

/** The tab on show; the address follows, so that a link leads to it and the back button works. */
export const tab = signal<TabId>(fromAddress());

export function showTab(id: TabId): void {
  if (tab.value === id) return;
  tab.value = id;
  history.pushState(null, '', `#${id}`);
}

addEventListener('popstate', () => {
  tab.value = fromAddress();
});
addEventListener('hashchange', () => {
  tab.value = fromAddress();
});
