import { resolve } from 'node:path';
import { shippedModelOf, withModelFile } from '@denoiser/backend-node';
import type { Trainer } from '@denoiser/trainer';
import { configOfModel } from '../config/config-of-model';
import type { RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { flagOfPath } from '../flag';

type Json = Readonly<Record<string, unknown>>;

/** The path of what a run begins with, from the root; an address stays, and the name of a shipped model becomes its package's. */
export const sourcePath = (from: string): string =>
  /^https?:\/\//i.test(from) ? from : (shippedModelOf(from)?.package ?? resolve(from));

/**
 * Returns the configuration that a run has by the model it begins with: its network and how it was trained. What is said
 * otherwise goes before it.
 *
 * @throws DenoiserError where there is no such model, or no run can have its network.
 */
export async function configOfSource(from: string): Promise<Json> {
  return withModelFile(from, { name: from }, async (model) => configOfModel(model, from));
}

/** Returns a configuration with another one beneath it. */
export const beneath = (lower: Json, upper: Json): Json => ({
  ...lower,
  ...upper,
  training: { ...(lower.training as Json), ...(upper.training as Json | undefined) },
});

/**
 * Checks that a configuration has the network of what its run begins with.
 *
 * @throws DenoiserError that names the option which contradicts it.
 */
export function checkNetwork(config: RunConfig, source: Json, from: string): void {
  // The size of images may be another one, and so may classes.
  const [here, there] = [config, source].map(({ channels, network }) => flat({ channels, network: network as Json }));
  const wrong = Object.keys({ ...here, ...there }).find((path) => here?.[path] !== there?.[path]);
  if (wrong !== undefined) {
    // Another kind is named by any option of it.
    const advice = wrong === 'network' ? 'leave it out, and --base-width and its like' : 'leave it out';
    throw new CommandError(
      'option-conflict',
      `${flagOfPath(wrong)} is ${here?.[wrong] ?? 'left out'} here, and ${there?.[wrong] ?? 'left out'} in the network of ${from}, which the run begins with; ${advice}.`,
    );
  }
  const learned = (source.training as { variance?: object }).variance !== undefined;
  if ((config.training.variance.type === 'learned-range') === learned) return;
  throw new CommandError(
    'option-conflict',
    `The network of ${from}, which the run begins with, has ${learned ? 'a' : 'no'} learned variance; ${learned ? 'leave out --no-learned-variance' : 'leave out --learned-variance'}.`,
  );
}

/** Copies the weights that a run begins with, and says which they are. */
export async function beginWith(from: string, trainer: Trainer, classNames: readonly string[]): Promise<string> {
  return withModelFile(from, { name: from }, async (model) => {
    const { weights, prediction, process, step, classNames: theirs } = model;
    const known = theirs.length > 0 && theirs.some((name, i) => name !== String(i));
    await trainer.startFrom(
      { weights, prediction, process, step, ...(known && { classNames: theirs }) },
      { classNames: [...classNames] },
    );
    return model.description;
  });
}

/** The options of a network by their paths, lists and configurations as text. */
function flat({ channels, network }: { channels: unknown; network: Json }): Record<string, string> {
  const { type, ...rest } = network;
  const inside = Object.entries(rest).map(([name, value]) => [`network.${name}`, value]);
  const all = Object.entries({ channels, network: type, ...Object.fromEntries(inside) });
  return Object.fromEntries(all.map(([path, value]) => [path, wordOf(value)]));
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
