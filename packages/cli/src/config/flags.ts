import { flagOfPath } from '../flag';
import { choice, integer, number, numbers, text } from '../options';
import { ALIASES, HELP, READERS, SWITCHES } from './presentation';
import { jsonSchema } from './run-schema';
import { branches, kindOf, type Node, wordsOf } from './schema-node';

/** One flag of `denoiser train`: what commander is told, and which option of the configuration it stands for. */
export interface Flag {
  /** Where the option stands in a configuration: `training.process.steps`. */
  readonly path: string;
  /** As commander reads it: `--weight-decay <number>`. */
  readonly words: string;
  readonly help: string;
  readonly fallback: unknown;
  /** Reads the value; undefined for a switch. */
  readonly parse: ((text: string) => unknown) | undefined;
  /** The fields of every kind, where the option is a choice of kinds. */
  readonly kinds?: Kinds | undefined;
  /** Whether it is a field of a kind, or of an object that may be absent. */
  readonly isField: boolean;
}

/** The names of the fields of every kind, and the kind that is meant if none is named. */
export interface Kinds {
  readonly usual: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** Options of a configuration that are no flags: the command line says them in another way, or not at all. */
const ELSEWHERE: readonly string[] = ['$schema', 'format', 'versions', 'classNames', 'data', 'seconds', 'training'];

/** Returns the flags of every option of a configuration that one word can say, as its JSON Schema describes them. */
export function configFlags(schema: Node = jsonSchema() as Node): Flag[] {
  const { properties: { training, ...run } = {} } = schema;
  const ofRun = Object.entries(run).filter(([name]) => !ELSEWHERE.includes(name));
  const ofTraining = Object.entries(training?.properties ?? {});
  return [
    ...ofRun.flatMap(([name, node]) => flagsOf(name, node)),
    ...ofTraining.flatMap(([name, node]) => flagsOf(`training.${name}`, node)),
  ];
}

/** Returns the flag of an option, before those of its fields. */
function flagsOf(path: string, node: Node): Flag[] {
  const kinds = branches(node).filter((branch) => kindOf(branch) !== undefined);
  if (kinds.length > 0) return [kindFlag(path, node, kinds), ...fieldFlags(path, kinds)];
  const object = path in READERS ? undefined : branches(node).find(({ properties }) => properties !== undefined);
  return object ? [flag(path, node), ...fieldFlags(path, [object])] : plainFlags(path, node);
}

function kindFlag(path: string, node: Node, kinds: readonly Node[]): Flag {
  const fields = Object.fromEntries(
    kinds.map((kind) => [kindOf(kind) as string, Object.keys(kind.properties ?? {}).filter((name) => name !== 'type')]),
  );
  const usual = kindOf(usualOf(kinds)) as string;
  const short = ALIASES[path] ?? {};
  const read = choice(flagOfPath(path), [...Object.keys(fields), ...Object.keys(short)]);
  return {
    ...flag(path, node, { value: 'kind', parse: Object.assign((word: string) => short[read(word)] ?? word, read) }),
    fallback: path in SWITCHES ? undefined : usual,
    kinds: { usual, fields },
  };
}

/** Returns the flags of the fields of all kinds, each once, and says of which kinds it is where not of all. */
function fieldFlags(path: string, kinds: readonly Node[]): Flag[] {
  const names = new Set(kinds.flatMap(({ properties = {} }) => Object.keys(properties)));
  names.delete('type');
  return [...names].flatMap((name) => {
    const having = kinds.filter(({ properties = {} }) => name in properties);
    const first = having.includes(usualOf(kinds)) ? usualOf(kinds) : (having[0] as Node);
    const defaultOf = (kind: Node) => kind.properties?.[name]?.default;
    const others = having.filter((kind) => ![undefined, defaultOf(first)].includes(defaultOf(kind)));
    const of = having.length < kinds.length ? ` (of ${having.map(kindOf).join(', ')})` : '';
    const also = others.map((kind) => `, of ${kindOf(kind)} ${defaultOf(kind)}`).join('');
    return plainFlags(`${path}.${name}`, first.properties?.[name] as Node).map((made) => ({
      ...made,
      help: made.help + of + (also && ` (default: ${made.fallback}${also})`),
      fallback: also ? undefined : made.fallback,
      isField: true,
    }));
  });
}

/** The kind that is meant if none is named. */
const usualOf = (kinds: readonly Node[]): Node =>
  kinds.find(({ properties }) => properties?.type?.default !== undefined) ?? (kinds[0] as Node);

/** Returns the flag of a number, a word, a list of numbers or a yes; what is none of them has none. */
function plainFlags(path: string, node: Node): Flag[] {
  const name = flagOfPath(path);
  const [schema = node] = branches(node);
  const { type, items, minimum: min = 0, maximum: max, multipleOf: unit } = schema;
  const reader = READERS[path];
  if (reader) return [flag(path, node, { value: reader.value, parse: reader.read(name) })];
  if (path in SWITCHES || type === 'boolean') return [flag(path, node)];
  if (wordsOf(node).length > 0) return [flag(path, node, { value: 'kind', parse: choice(name, wordsOf(node)) })];
  if (type === 'integer') {
    return [
      flag(path, node, { value: 'n', parse: integer(name, { min, ...(max && { max }), ...(unit && { unit }) }) }),
    ];
  }
  if (type === 'number') return [flag(path, node, { value: 'number', parse: number(name, boundsOf(schema)) })];
  if (type === 'string') return [flag(path, node, { value: 'name', parse: text(name) })];
  if (items?.type !== 'number' && items?.type !== 'integer') return [];
  const { minItems: least, maxItems: most } = schema;
  return [flag(path, node, { value: 'numbers', parse: numbers(name, { ...boundsOf(items), least, most }) })];
}

const boundsOf = (node: Node) => ({
  min: node.exclusiveMinimum ?? node.minimum ?? Number.NEGATIVE_INFINITY,
  max: node.exclusiveMaximum ?? node.maximum ?? Number.POSITIVE_INFINITY,
  above: node.exclusiveMinimum !== undefined,
  below: node.exclusiveMaximum !== undefined,
});

function flag(path: string, node: Node, reader?: { value: string; parse: (text: string) => unknown }): Flag {
  const isSwitch = !reader || path in SWITCHES;
  const { description = '', default: fallback } = node;
  return {
    path,
    words: isSwitch ? flagOfPath(path) : `${flagOfPath(path)} <${reader.value}>`,
    help: HELP[path] ?? description,
    fallback: path in SWITCHES || typeof fallback === 'object' ? undefined : fallback,
    parse: isSwitch ? undefined : reader.parse,
    isField: false,
  };
}
