import { nearest } from '@denoiser/schedules/nearest';
import type { JsonSchema, Setting } from '@denoiser/trainer/options';
import { TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { CommandError } from '../errors';
import { flagOfPath } from '../flag';
import { decimal } from '../options';

/** The flag of an option of the trainer that is a number, a word or a yes. */
export interface TrainingFlag {
  readonly option: string;
  /** As commander reads it: `--weight-decay <number>`. */
  readonly flags: string;
  /** What commander calls its value. */
  readonly key: string;
  readonly help: string;
  readonly group: string;
  readonly fallback: unknown;
  readonly parse: ((text: string) => unknown) | undefined;
}

/** Where the flag says more than the table, or stands among others. */
const HELP: Readonly<Record<string, string>> = { batchSize: 'images a step (default: 12, with --conditional 14)' };
const DIFFUSION: readonly string[] = ['prediction', 'offsetNoise'];

/** Returns a flag for every option of a table that one word can say; those with options of their own are not among them. */
export function trainingFlags(table: object = TRAINING_OPTIONS): TrainingFlag[] {
  return Object.entries(table as Record<string, Setting<unknown>>).flatMap(([option, setting]) => {
    const schema = plainSchema(setting.schema);
    if (!schema) return [];
    const flag = flagOfPath(`training.${option}`);
    const isSwitch = schema.type === 'boolean';
    return {
      option,
      flags: isSwitch ? flag : `${flag} <${valueName(schema)}>`,
      key: flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
      help: HELP[option] ?? setting.about ?? option,
      group: DIFFUSION.includes(option) ? 'Diffusion:' : 'Optimization:',
      fallback: isSwitch || setting.fallback === null ? undefined : option === 'seed' ? 0 : setting.fallback,
      parse: isSwitch ? undefined : parser(flag, schema, setting),
    };
  });
}

/** The schema of a number, a word or a yes; of such a one or null; otherwise nothing. */
function plainSchema(schema: JsonSchema): JsonSchema | undefined {
  const [first, second] = (schema.anyOf ?? []) as readonly JsonSchema[];
  if (second?.type === 'null') return first && plainSchema(first);
  return schema.enum || ['integer', 'number', 'boolean'].includes(String(schema.type)) ? schema : undefined;
}

const valueName = ({ type, enum: words }: JsonSchema): string => (words ? 'kind' : type === 'integer' ? 'n' : 'number');

function parser(flag: string, schema: JsonSchema, { range, isValid }: Setting<unknown>) {
  return (text: string): unknown => {
    const words = schema.enum as readonly string[] | undefined;
    const value = words ? text : decimal(text);
    if (isValid(value)) return value;
    const meant = words ? `; did you mean ${nearest(text, words)}?` : '.';
    throw new CommandError('bad-option', `${flag} must be ${range.replace(', or null', '')}, got '${text}'${meant}`);
  };
}
