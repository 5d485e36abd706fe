import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { page } from '../words/page';

/** Copies a text, and says so; where the browser does not let it, the text stands there to be copied by hand. */
export function CopyButton({ name, text, isQuiet = false }: { name: string; text: () => string; isQuiet?: boolean }) {
  const state = useSignal<'copied' | 'refused' | undefined>(undefined);
  useEffect(() => {
    if (state.value !== 'copied') return;
    const timer = setTimeout(() => {
      state.value = undefined;
    }, 2500);
    return () => clearTimeout(timer);
  }, [state.value]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      state.value = 'copied';
    } catch {
      state.value = 'refused';
    }
  };
  return (
    <div class="copy">
      <button type="button" class={isQuiet ? 'small quiet' : 'small'} onClick={copy}>
        {name}
      </button>
      <span class="hint" role="status">
        {state.value === 'copied' && page.copy.done}
      </span>
      {state.value === 'refused' && (
        <input
          type="text"
          readOnly
          aria-label={page.copy.byHand}
          value={text()}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </div>
  );
}
