import { showTab, type TabId } from '../tab';

/** The way on, at the end of a tab. The focus goes along. */
export function NextTab({ to, children }: { to: TabId; children: string }) {
  const go = () => {
    showTab(to);
    document.querySelector<HTMLElement>(`#tab-${to}`)?.focus({ preventScroll: true });
  };
  return (
    <p class="next">
      <button type="button" onClick={go}>
        {children} <span aria-hidden="true">→</span>
      </button>
    </p>
  );
}
