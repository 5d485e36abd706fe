import type { ComponentChildren } from 'preact';

/** What happened and the way on. Errors are read out at once, the rest when there is time. */
export function Notice({
  kind = 'info',
  children,
  action,
}: {
  kind?: 'info' | 'warning' | 'error';
  children: ComponentChildren;
  action?: { name: string; run: () => void };
}) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <p>{children}</p>
      {action && (
        <button type="button" class="small" onClick={action.run}>
          {action.name}
        </button>
      )}
    </div>
  );
}
