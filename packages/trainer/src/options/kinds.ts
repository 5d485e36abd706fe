import { nearest } from '@denoiser/schedules/nearest';
import {
  badOption,
  isObject,
  type JsonSchema,
  objectSchema,
  resolveSettings,
  type Setting,
  type SettingsOf,
  said,
} from './settings';

/** One kind of a thing that an option chooses by its `type`: the kind's settings, and what is made of them. */
export type Kind<Options extends { type: string }, Made> = {
  readonly settings: SettingsOf<Omit<Options, 'type'>>;
  readonly make: (options: Options) => Made;
};

/** The kinds that an option may choose from, by their `type`. */
export type Kinds<Options extends { type: string }, Made> = {
  readonly [Type in Options['type']]: Kind<Extract<Options, { type: Type }>, Made>;
};

/**
 * A kind of one's own, in the place of one of ours: a name, `make`, and whatever JSON `make` reads. Checkpoints hold the
 * name and the JSON; on a resume, a difference in them is told like that of any other option.
 */
export type OwnKind<Made> = {
  readonly type: string;
  readonly make: (options: never) => Made;
  readonly [option: string]: unknown;
};

/** Returns whether a checkpoint's record of an option is of a kind of one's own, whose function no file holds. */
export const isRecordedOwn = (value: unknown): boolean =>
  isObject(value) && 'own' in value && value.own === true && 'type' in value && typeof value.type === 'string';

/** Options that may be a kind of one's own, or only what it makes: a function, recorded by its name. */
export type OrOwn<Options, Made> = Options | OwnKind<Made> | Made;

const isOwn = (value: object): value is OwnKind<unknown> => 'make' in value && typeof value.make === 'function';

/** Returns a function or an object of the user's as a kind, and anything else as nothing. */
function ownKind(path: string, types: readonly string[], value: unknown): OwnKind<unknown> | undefined {
  if (typeof value === 'function') return { own: true, type: ownName(value.name, types), make: () => value };
  if (!isObject(value) || !isOwn(value)) return undefined;
  const { type } = value;
  if (typeof type === 'string' && type !== '' && !types.includes(type)) return { own: true, ...value };
  throw badOption(
    `The training option \`${path}.type\` is ${said(type)}; a kind of your own needs a name other than ${types.join(', ')}.`,
  );
}

/** The name of a function, which must not be taken for one of ours. */
const ownName = (name: string, types: readonly string[]): string =>
  name === '' ? 'own' : types.includes(name) ? `own ${name}` : name;

/** The chosen kind's options with defaults filled in; `otherwise` is the type if none is named. Errors: `bad-option`. */
export function resolveKind<Options extends { type: string }>(
  path: string,
  kinds: { readonly [Type in Options['type']]: { readonly settings: object } },
  input: object | undefined,
  otherwise: Options['type'],
): Options {
  const own = ownKind(path, Object.keys(kinds), input);
  if (own) return own as unknown as Options;
  const { type = otherwise, ...given } = (input ?? {}) as { readonly type?: string };
  const types = Object.keys(kinds);
  if (!Object.hasOwn(kinds, type)) {
    throw badOption(
      `The training option \`${path}.type\` is ${said(type)}; give one of ${types.join(', ')}, perhaps ${nearest(String(type), types)}.`,
    );
  }
  const { settings } = kinds[type as Options['type']];
  return { type, ...resolveSettings(settings as SettingsOf<object>, given, `${path}.`) } as unknown as Options;
}

/** An option that chooses one of these kinds; one type is meant if none is named. */
export function oneKind<Options extends { type: string }>(
  kinds: { readonly [Type in Options['type']]: { readonly settings: object } },
  otherwise: Options['type'],
): Setting<Options> {
  return {
    range: 'an object with a type',
    schema: kindsSchema(kinds, otherwise),
    isValid: (value) => isObject(value) || typeof value === 'function',
    fallback: {} as Options,
    resolve: (path, value) => resolveKind(path, kinds, value, otherwise),
  };
}

/** What resolved options describe. */
export function makeKind<Options extends { type: string }, Made>(
  kinds: Kinds<Options, Made>,
  options: Options | OwnKind<Made>,
): Made {
  if (isOwn(options)) return options.make(options as never) as Made;
  const kind = kinds[options.type as Options['type']] as unknown as Kind<Options, Made>;
  return kind.make(options as Options);
}

/** The type may be left out of the kind that is meant otherwise. */
function kindsSchema(kinds: { readonly [type: string]: { readonly settings: object } }, otherwise: string): JsonSchema {
  const oneOf = Object.entries(kinds).map(([type, { settings }]) => {
    const name: Setting<string> = {
      range: type,
      schema: { const: type },
      isValid: (value) => value === type,
      ...(type === otherwise && { fallback: type }),
    };
    return objectSchema({ type: name, ...settings });
  });
  return { oneOf };
}
