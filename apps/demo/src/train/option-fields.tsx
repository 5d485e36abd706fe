import { useId } from 'preact/hooks';
import { Check, described, Labelled, Select } from '../ui/fields';
import { train as text } from '../words/train';
import { boundsOf, type PlainOption, plainOptions, sentence } from './more-options';
import { moreOptions } from './state';

/** Options that have fields of their own, or that the page decides. */
const SHOWN = ['seed', 'batchSize', 'learningRate', 'prediction', 'maxGradientNorm', 'labelDropoutPer'];

const options = plainOptions(SHOWN);

/** A field for every other option of the trainer: its range, its default and what it is come from the trainer's table. */
export function OptionFields({ disabled }: { disabled: boolean }) {
  return (
    <>
      {options.map((option) => (
        <OptionField key={option.name} option={option} disabled={disabled} />
      ))}
    </>
  );
}

function OptionField({ option, disabled }: { option: PlainOption; disabled: boolean }) {
  const { name, label, about, setting } = option;
  const value = moreOptions.value[name];
  const set = (next: unknown) => {
    const { [name]: _, ...others } = moreOptions.value;
    moreOptions.value = next === undefined ? others : { ...others, [name]: next };
  };
  const common = { label, disabled, hint: sentence(about) };
  if (option.kind === 'yes') {
    return <Check {...common} value={Boolean(value ?? setting.fallback)} onInput={(next) => set(next)} />;
  }
  if (option.kind === 'words') {
    const words = option.words.map((word) => ({ value: word, name: word }));
    return (
      <Select {...common} value={String(value ?? setting.fallback)} options={words} onInput={(next) => set(next)} />
    );
  }
  return <OptionalNumber option={option} value={value} onInput={set} disabled={disabled} />;
}

/** A number that may be left to its default, which stands in the empty field. */
function OptionalNumber({
  option,
  value,
  onInput,
  disabled,
}: {
  option: PlainOption & { kind: 'number' };
  value: unknown;
  onInput: (value: number | undefined) => void;
  disabled: boolean;
}) {
  const id = useId();
  const { label, about, setting, isWhole } = option;
  const isWrong = value !== undefined && !setting.isValid(value);
  const hint = isWrong ? text.give(setting.range) : sentence(about);
  return (
    <Labelled id={id} label={label} hint={hint}>
      <input
        id={id}
        type="number"
        {...boundsOf(option)}
        step={isWhole ? 1 : 'any'}
        placeholder={String(setting.fallback ?? text.none)}
        value={value === undefined ? '' : String(value)}
        disabled={disabled}
        aria-invalid={isWrong}
        {...described(id, hint)}
        onInput={({ currentTarget: { value: typed, valueAsNumber } }) =>
          onInput(typed === '' ? undefined : valueAsNumber)
        }
      />
    </Labelled>
  );
}
