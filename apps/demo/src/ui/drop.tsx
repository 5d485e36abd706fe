import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

/** A place to drop files on, with a button that opens the file dialog. */
export function Drop({
  button,
  children,
  accept,
  multiple = false,
  disabled = false,
  onFiles,
  onTransfer,
}: {
  /** The button's name. */
  button: string;
  children?: ComponentChildren;
  accept: string;
  multiple?: boolean;
  disabled?: boolean;
  onFiles: (files: readonly File[]) => void;
  /** Told of what is dropped in place of `onFiles`: folders, too. */
  onTransfer?: (transfer: DataTransfer) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  return (
    // The button inside does all that dropping does.
    // biome-ignore lint/a11y/noStaticElementInteractions: a drop target has no role of its own
    <div
      class={`drop${isOver ? ' over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(!disabled);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (disabled || !event.dataTransfer) return;
        if (onTransfer) return onTransfer(event.dataTransfer);
        const files = [...event.dataTransfer.files];
        if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
      }}
    >
      <button type="button" class="small" disabled={disabled} onClick={() => input.current?.click()}>
        {button}
      </button>
      {children && <span>{children}</span>}
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        aria-label={button}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </div>
  );
}
