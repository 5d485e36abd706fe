import { perhaps, theNearest } from '@denoiser/errors';
import type { z } from 'zod';
import { CommandError } from '../errors';
import { completed, jsonSchema, type RunConfig, runSchema } from './run-schema';
import { branches, kindOf, type Node, wordsOf } from './schema-node';
import { upgraded } from './upgrade';

/**
 * Returns the configuration that `value` describes, with all defaults filled in.
 *
 * @throws DenoiserError that names where it comes from, the option and its range, or the nearest correct name.
 */
export function parseConfig(value: unknown, source: string): RunConfig {
  const input = upgraded(value);
  const result = runSchema.safeParse(input);
  if (result.success) {
    try {
      return completed(result.data);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new CommandError('config-invalid', `${source}: ${worded(error.message, source)}`);
    }
  }
  const [issue] = result.error.issues;
  throw new CommandError('config-invalid', `${source}: ${issue ? explain(issue, input) : 'it describes no run'}.`);
}

/** Where options come from when no file names them. */
export const COMMAND_LINE = 'The command line';

/** The trainer's sentence for its reader: flags are named when it is printed, files have paths, `train()` no `training`. */
function worded(sentence: string, source: string): string {
  if (source === COMMAND_LINE) return sentence;
  return source === 'train' ? sentence.replaceAll('`training.', '`') : sentence.replaceAll('`', '');
}

function explain(issue: z.core.$ZodIssue, input: unknown): string {
  const path = issue.path.map(String);
  const name = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const wrong = issue.keys[0] as string;
    const known = Object.keys(nodeAt(path, input)?.properties ?? {});
    const prefix = name ? `${name}.` : '';
    return `there is no option ${prefix}${wrong}; ${theNearest(wrong, known, (option) => prefix + option)}`;
  }
  if (name === '') return 'it has to be an object of options';
  const given = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], input);
  if (issue.code === 'invalid_union' || issue.code === 'invalid_value') {
    const words = wordsAt(path, input);
    if (words.length > 0) {
      const hint = typeof given === 'string' ? perhaps(given, words) : '';
      return `${name} is ${JSON.stringify(given)}; give one of ${words.join(', ')}${hint}`;
    }
  }
  if (given === undefined) return `${name} is missing`;
  return `${name} is ${JSON.stringify(given)} (${issue.message})`;
}

/** The part of the schema that says what may stand at `path`; of alternatives the one that the input has chosen. */
function nodeAt(path: readonly string[], input: unknown): Node | undefined {
  let node: Node | undefined = jsonSchema() as Node;
  let value = input;
  for (const key of path) {
    value = (value as Record<string, unknown> | undefined)?.[key];
    node = node?.properties?.[key];
    const type = (value as { type?: unknown } | undefined)?.type;
    const all: readonly Node[] = node ? branches(node) : [];
    node =
      all.find((branch) => type !== undefined && kindOf(branch) === type) ??
      all.find(({ properties }) => properties) ??
      node;
  }
  return node;
}

/** The words that may stand at `path`. */
function wordsAt(path: readonly string[], input: unknown): string[] {
  const parent = nodeAt(path.slice(0, -1), input);
  const key = path.at(-1) as string;
  const own = parent?.properties?.[key];
  const words = own ? wordsOf(own) : [];
  if (key === 'type') {
    const root = nodeAt(path.slice(0, -2), input)?.properties?.[path.at(-2) as string];
    words.push(...(root ? branches(root) : []).flatMap((branch) => kindOf(branch) ?? []));
  }
  return [...new Set(words)];
}
