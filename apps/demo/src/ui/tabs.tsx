import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export type Tab = { readonly id: string; readonly name: string; readonly panel: ComponentChildren };

/** Tabs as the ARIA practices have them: arrows, Home and End move and choose. Panels stay mounted once they were shown. */
export function Tabs({
  tabs,
  chosen,
  onChoose,
  label,
  children,
}: {
  tabs: readonly Tab[];
  chosen: string;
  onChoose: (id: string, how: { readonly byArrows: boolean }) => void;
  label: string;
  /** Beside the tabs. */
  children?: ComponentChildren;
}) {
  const list = useRef<HTMLDivElement>(null);
  const shown = useRef(new Set<string>());
  shown.current.add(chosen);
  const byArrows = useRef(false);
  useEffect(() => {
    if (byArrows.current) list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    byArrows.current = false;
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    byArrows.current = true;
    onChoose((tabs[(to + tabs.length) % tabs.length] as Tab).id, { byArrows: true });
  };
  return (
    <>
      <nav class="tabs" aria-label={label}>
        <div class="page">
          <div role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
            {tabs.map(({ id, name }, i) => (
              <button
                key={id}
                type="button"
                role="tab"
                id={`tab-${id}`}
                aria-selected={id === chosen}
                aria-controls={`panel-${id}`}
                tabIndex={id === chosen ? 0 : -1}
                onClick={() => onChoose(id, { byArrows: false })}
              >
                <span class="ordinal" aria-hidden="true">
                  {i + 1}
                </span>
                {name}
              </button>
            ))}
          </div>
          {children}
        </div>
      </nav>
      <main class="page">
        {tabs.map(({ id, panel }) => (
          <section key={id} role="tabpanel" id={`panel-${id}`} aria-labelledby={`tab-${id}`} hidden={id !== chosen}>
            {shown.current.has(id) && panel}
          </section>
        ))}
      </main>
    </>
  );
}
