import { describeValue, isObject, perhaps } from '@denoiser/errors';
import { badOption, type JsonSchema, objectSchema, resolveSettings, type Setting, type SettingsOf } from './settings';

/** The type of a part that a program gives as a function, which no user can choose by name. */
const OWN = 'own';

/** One kind that an option can choose by its `type`: its settings, and what is made of them. */
export type Kind<Options extends { type: string }, Made> = {
  readonly settings: SettingsOf<Omit<Options, 'type'>>;
  readonly make: (options: Options) => Made;
};

/** The kinds that an option chooses from, by `type`. */
export type Kinds<Options extends { type: string }, Made> = {
  readonly [Type in Options['type']]: Kind<Extract<Options, { type: Type }>, Made>;
};

/**
 * Returns the chosen kind's options with defaults filled in. `otherwise` is the type if none is named.
 *
 * @throws DenoiserError `option-invalid`.
 */
export function resolveKind<Options extends { type: string }>(
  path: string,
  kinds: { readonly [Type in Options['type']]: { readonly settings: object } },
  input: { readonly type?: string | undefined } | undefined,
  otherwise: Options['type'],
): Options {
  const { type = otherwise, ...given } = input ?? {};
  const types = Object.keys(kinds).filter((name) => name !== OWN);
  if (!Object.hasOwn(kinds, type)) {
    throw badOption(
      `The training option \`${path}.type\` is ${describeValue(type)}; give one of ${types.join(', ')}${perhaps(String(type), types)}.`,
    );
  }
  const { settings } = kinds[type as Options['type']];
  return { type, ...resolveSettings(settings as SettingsOf<object>, given, `${path}.`) } as unknown as Options;
}

/** Returns the setting of an option that chooses one of these kinds; `otherwise` is the type if none is named. */
export function oneKind<Options extends { type: string }>(
  kinds: { readonly [Type in Options['type']]: { readonly settings: object } },
  otherwise: Options['type'],
): Setting<Options> {
  return {
    range: 'an object with a type',
    schema: kindsSchema(kinds, otherwise),
    isValid: isObject,
    fallback: {} as Options,
    resolve: (path, value) => resolveKind(path, kinds, value, otherwise),
  };
}

/** Makes what resolved options describe. */
export function makeKind<Options extends { type: string }, Made>(kinds: Kinds<Options, Made>, options: Options): Made {
  const kind = kinds[options.type as Options['type']] as unknown as Kind<Options, Made>;
  return kind.make(options);
}

/** Returns the JSON Schema of the kinds. Only the kind that is meant otherwise may leave its type out. */
function kindsSchema(kinds: { readonly [type: string]: { readonly settings: object } }, otherwise: string): JsonSchema {
  const named = Object.entries(kinds).filter(([type]) => type !== OWN);
  const oneOf = named.map(([type, { settings }]) => {
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
