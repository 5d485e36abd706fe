import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';

type Common = { label: string; hint?: ComponentChildren; disabled?: boolean };

/** What a field shows and changes: a signal, or a value and what to do with another. */
type Held<T> = { readonly signal: Signal<T> } | { readonly value: T; readonly onInput: (value: T) => void };

function held<T>(field: Held<T>): { readonly value: T; readonly onInput: (value: T) => void } {
  if (!('signal' in field)) return field;
  const { signal } = field;
  return {
    value: signal.value,
    onInput(next) {
      signal.value = next;
    },
  };
}

/** A slider with its value beside its name. */
export function Slider({
  label,
  hint,
  disabled,
  min,
  max,
  step = 1,
  text: given,
  ...field
}: Common & Held<number> & { min: number; max: number; step?: number; text?: string }) {
  const id = useId();
  const { value, onInput } = held(field);
  const text = given ?? String(value);
  return (
    <div class="field">
      <label for={id}>
        {label}
        <output for={id} aria-hidden="true" aria-live="off">
          {text}
        </output>
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={text}
        aria-label={label}
        {...described(id, hint)}
        style={{ '--filled': `${(100 * (value - min)) / (max - min)}%` }}
        onInput={(event) => onInput(Number(event.currentTarget.value))}
      />
      <Hint id={id} hint={hint} />
    </div>
  );
}

/** A field's name above it, and what is said of it beneath. */
export function Labelled({
  id,
  label,
  hint,
  children,
}: {
  id: string;
  label: string;
  hint?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <Hint id={id} hint={hint} />
    </div>
  );
}

/** A whole number. What is being typed counts as soon as it is one of the range; anything else is put right on leaving. */
export function NumberField({
  label,
  hint,
  disabled,
  min,
  max,
  ...field
}: Common & Held<number> & { min: number; max: number }) {
  const id = useId();
  const { value, onInput } = held(field);
  const [draft, setDraft] = useState<string | undefined>(undefined);
  return (
    <Labelled id={id} label={label} hint={hint}>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        required
        min={min}
        max={max}
        step={1}
        value={draft ?? String(value)}
        disabled={disabled}
        {...described(id, hint)}
        onInput={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          setDraft(event.currentTarget.value);
          if (Number.isInteger(typed) && typed >= min && typed <= max) onInput(typed);
        }}
        onBlur={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          setDraft(undefined);
          if (!Number.isNaN(typed)) onInput(Math.round(Math.min(max, Math.max(min, typed))));
        }}
      />
    </Labelled>
  );
}

export function TextField({
  label,
  hint,
  disabled,
  maxLength = 40,
  ...field
}: Common & Held<string> & { maxLength?: number }) {
  const id = useId();
  const { value, onInput } = held(field);
  return (
    <Labelled id={id} label={label} hint={hint}>
      <input
        id={id}
        type="text"
        value={value}
        disabled={disabled}
        maxLength={maxLength}
        {...described(id, hint)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Labelled>
  );
}

export type Option<T extends string> = { readonly value: T; readonly name: string };

export function Select<T extends string>({
  label,
  hint,
  disabled,
  options,
  ...field
}: Common & Held<T> & { options: readonly Option<T>[] }) {
  const id = useId();
  const { value, onInput } = held<T>(field);
  return (
    <Labelled id={id} label={label} hint={hint}>
      <select
        id={id}
        value={value}
        disabled={disabled}
        {...described(id, hint)}
        onChange={(event) => onInput(event.currentTarget.value as T)}
      >
        {options.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** One of a few, all in sight: radio buttons as pills, or as `face`s. */
export function Choice<T extends string>({
  label,
  hint,
  disabled,
  options,
  face,
  ...field
}: Common & Held<T> & { options: readonly Option<T>[]; face?: (option: Option<T>) => ComponentChildren }) {
  const id = useId();
  const { value, onInput } = held<T>(field);
  return (
    <fieldset class="field" {...described(id, hint)}>
      <legend>{label}</legend>
      <div class="choice">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              disabled={disabled}
              {...(face && { 'aria-label': option.name })}
              onChange={() => onInput(option.value)}
            />
            {face ? <span class="thumb">{face(option)}</span> : <span class="pill">{option.name}</span>}
          </label>
        ))}
      </div>
      <Hint id={id} hint={hint} />
    </fieldset>
  );
}

export function Check({ label, hint, disabled, ...field }: Common & Held<boolean>) {
  const id = useId();
  const { value: checked, onInput } = held(field);
  return (
    <div class="field">
      <div class="check">
        <input
          id={id}
          type="checkbox"
          checked={checked}
          disabled={disabled}
          {...described(id, hint)}
          onChange={(event) => onInput(event.currentTarget.checked)}
        />
        <label for={id}>{label}</label>
      </div>
      <Hint id={id} hint={hint} />
    </div>
  );
}

/** The attribute by which a field is described by its hint. */
export function described(id: string, hint: ComponentChildren) {
  return hint ? { 'aria-describedby': `${id}-hint` } : {};
}

function Hint({ id, hint }: { id: string; hint?: ComponentChildren }) {
  return hint ? (
    <p class="hint" id={`${id}-hint`}>
      {hint}
    </p>
  ) : null;
}
