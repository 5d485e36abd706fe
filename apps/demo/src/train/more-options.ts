import { type Setting, TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { labelOf } from '../ui/in-the-pages-words';

/** An option of the trainer that a field can show: a number, one of a few words, or a yes. */
export type PlainOption = {
  readonly name: string;
  readonly label: string;
  readonly about: string;
  readonly setting: Setting<unknown>;
} & (
  | { readonly kind: 'number'; readonly isWhole: boolean }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'yes' }
);

type Schema = { readonly type?: string; readonly enum?: readonly string[]; readonly anyOf?: readonly Schema[] };

/** The range of an option as fields have it; what is not said is not bounded. */
export type Bounds = { readonly min?: number; readonly max?: number };

/** Returns every option of the trainer's table that a field can show, but for those that have a field of their own. */
export function plainOptions(shown: readonly string[], table: object = TRAINING_OPTIONS): PlainOption[] {
  return Object.entries(table as Record<string, Setting<unknown>>).flatMap(([name, setting]): PlainOption[] => {
    if (shown.includes(name)) return [];
    const common = { name, label: labelOf(name), about: setting.about ?? '', setting };
    const { type, enum: words } = plainSchema(setting.schema);
    if (words) return [{ ...common, kind: 'words', words }];
    if (type === 'boolean') return [{ ...common, kind: 'yes' }];
    return type === 'number' || type === 'integer' ? [{ ...common, kind: 'number', isWhole: type === 'integer' }] : [];
  });
}

/** Returns the bounds of a number, for the arrows of its field; whether it is valid its setting says. */
export function boundsOf({ setting }: PlainOption): Bounds {
  const { minimum, exclusiveMinimum, maximum } = plainSchema(setting.schema) as Record<string, number | undefined>;
  const min = minimum ?? exclusiveMinimum;
  return { ...(min !== undefined && { min }), ...(maximum !== undefined && { max: maximum }) };
}

/** Returns what is said of an option as a sentence. A letter of mathematics stays what it is: a great ε is another letter. */
export const sentence = (about: string): string =>
  about === '' ? '' : `${about.replace(/^[a-z]/, (letter) => letter.toUpperCase())}.`;

/** The schema without null. */
const plainSchema = (schema: Schema): Schema => schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
