import { isObject } from '@denoiser/errors';
import { CommandError } from '../errors';
import { flagOfPath } from '../flag';
import { configFlags, type Flag, type Kinds } from './flags';
import { SWITCHES } from './presentation';

/** What was given on the command line, by the paths of a configuration: `{ 'training.learningRate': 1e-3 }`. */
export type GivenOptions = Readonly<Record<string, unknown>>;

type Json = Record<string, unknown>;

/** The limits of a run: one that is given lifts those of the file. */
const LIMITS = ['epochs', 'steps', 'seconds'];

/** Returns `base`, the content of a configuration file or nothing, with what was given in the place of what it says. */
export function withFlags(base: Json, given: GivenOptions, flags: readonly Flag[] = configFlags()): Json {
  const config = structuredClone(base);
  if (LIMITS.some((limit) => given[limit] !== undefined)) for (const limit of LIMITS) config[limit] = null;
  for (const flag of flags) {
    const { path } = flag;
    const fields = fieldsOf(path, flags, given);
    const value = meaningOf(path, given[path]);
    if (flag.isField || (value === undefined && Object.keys(fields).length === 0)) continue;
    const [parent, name] = placeOf(config, path);
    const before = objectOf(parent[name]);
    if (flag.kinds) parent[name] = kindWith(path, flag.kinds, before, value, fields);
    else if (value !== null && hasFields(path, flags)) parent[name] = { ...before, ...fields };
    else parent[name] = value;
  }
  return config;
}

/** What a flag stands for. */
function meaningOf(path: string, given: unknown): unknown {
  const means = SWITCHES[path];
  if (!means || typeof given !== 'boolean') return given;
  return given ? means.on : means.off;
}

const isFieldOf = (path: string, flag: Flag): boolean => flag.isField && flag.path.startsWith(`${path}.`);

const hasFields = (path: string, flags: readonly Flag[]): boolean => flags.some((flag) => isFieldOf(path, flag));

/** The fields of an option that were given, by their names. */
const fieldsOf = (path: string, flags: readonly Flag[], given: GivenOptions): Json =>
  Object.fromEntries(
    flags
      .filter((flag) => isFieldOf(path, flag) && given[flag.path] !== undefined)
      .map((flag) => [flag.path.slice(path.length + 1), given[flag.path]]),
  );

/**
 * Returns a kind with the fields that were given. The kind before stays unless another is named, or the fields are those of
 * just one other; a new kind begins anew, but for what every kind has.
 */
function kindWith(path: string, { usual, fields: kinds }: Kinds, before: Json, chosen: unknown, fields: Json): Json {
  const named = typeof chosen === 'string' ? chosen : objectOf(chosen).type;
  const current = (before.type ?? usual) as string;
  const type = named ?? kindOfFields(path, kinds, current, Object.keys(fields));
  const everyHas = Object.values(kinds).reduce((shared, names) => shared.filter((name) => names.includes(name)));
  const kept = Object.entries(before).filter(([name]) => type === current || everyHas.includes(name));
  return { ...Object.fromEntries(kept), type, ...fields };
}

function kindOfFields(path: string, kinds: Kinds['fields'], current: string, names: readonly string[]): string {
  const fitting = Object.keys(kinds).filter((kind) => names.every((name) => kinds[kind]?.includes(name)));
  if (fitting.length === 0) {
    const flags = names.map((name) => flagOfPath(`${path}.${name}`)).join(' and ');
    throw new CommandError('option-conflict', `${flags} say the same thing in different ways; give one of them.`);
  }
  return fitting.length === 1 && !fitting.includes(current) ? (fitting[0] as string) : current;
}

/** The object of a configuration that an option lies in, made where it is missing, and the option's name there. */
function placeOf(config: Json, path: string): [parent: Json, name: string] {
  const names = path.split('.');
  const name = names.pop() as string;
  let parent = config;
  for (const key of names) {
    const inner = { ...objectOf(parent[key]) };
    parent[key] = inner;
    parent = inner;
  }
  return [parent, name];
}

const objectOf = (value: unknown): Json => (isObject(value) ? (value as Json) : {});
