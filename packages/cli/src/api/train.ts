import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { checkKinds, checkOptionNames, type Kind, WORK_KINDS } from '@denoiser/pipeline';
import { TRAINING_OPTIONS_SCHEMA, type TrainingOptionsInput } from '@denoiser/trainer/options';
import { checkTogether } from '../config/contradictions';
import { parseConfig } from '../config/parse-config';
import { type RunConfigInput, runSchema } from '../config/run-schema';
import { CommandError } from '../errors';
import { checkNewRunFolder, hasCheckpoint, readConfig, runPaths } from '../run-folder';
import { beneath, checkNetwork, configOfSource, sourcePath } from '../training/begin-with';
import { lastingFor } from '../training/limits';
import { REPORTER_NAMES, type Reporter } from '../training/reporter';
import { type TrainingRun, trainRun } from '../training/train-run';
import type { TrainedRun } from '../training/trained-run';
import { version } from '../version';

/** Options of `train`: those of `config.json`, with the trainer's among them, callbacks, and what concerns this call alone. */
export type TrainOptions = Omit<RunConfigInput, 'training' | 'format' | 'versions' | '$schema' | 'seconds'> &
  Partial<TrainingOptionsInput> &
  Reporter & {
    /** The run folder. Default: `runs/` and the name of the data. */
    readonly out?: string;
    /**
     * What to do where there is a run already: 'error' (default), 'replace' it, or 'resume' it with whatever differs in these
     * options.
     */
    readonly ifExists?: 'error' | 'replace' | 'resume';
    /**
     * The time that training may take, in seconds: it ends then with a checkpoint and a grid. Without `steps` and `epochs` a learning
     * rate that falls has fallen by then, however fast the machine is. Default: no limit.
     */
    readonly seconds?: number;
    /** Ends training when it is aborted, with a checkpoint. */
    readonly signal?: AbortSignal;
    /** Whether to tell what the run needs by `onBegin` and write nothing. Default false. */
    readonly dryRun?: boolean;
  };

const OWN = ['out', 'ifExists', 'seconds', 'signal', 'dryRun'];
const OF_RUN = Object.keys(runSchema.shape).filter(
  (key) => !['training', 'format', 'versions', '$schema', 'seconds'].includes(key),
);
const OF_TRAINER = Object.keys((TRAINING_OPTIONS_SCHEMA as { properties: object }).properties);
const ALL = [...OF_RUN, ...OF_TRAINER, ...REPORTER_NAMES, ...OWN];
const KINDS: Readonly<Record<string, Kind>> = {
  signal: WORK_KINDS.signal,
  ...Object.fromEntries(REPORTER_NAMES.map((name) => [name, WORK_KINDS.onBegin])),
};

/**
 * Trains a model on a folder of images, or a zip file of them, as the command does: checkpoints, grids of samples, log and a
 * report go into the run folder. `await train({ data: './pictures', size: 64, out: 'runs/a', steps: 10_000 })`.
 *
 * @throws DenoiserError for an option that is unknown or out of range, for images that can't be read, and where there is a run
 *   already. Nothing is written before the whole request is checked.
 */
export async function train(options: TrainOptions): Promise<TrainedRun> {
  checkOptionNames('train', options, ALL);
  checkKinds(options, KINDS);
  if (typeof options.data !== 'string' || options.data.trim() === '') {
    throw new CommandError('option-invalid', '`data` is missing; give the folder of images, or a zip file of them.');
  }
  const { signal = new AbortController().signal, seconds } = options;
  if (seconds !== undefined && !(seconds > 0)) {
    throw new CommandError('option-invalid', `\`seconds\` must be a number above 0, not ${seconds}.`);
  }
  return trainRun({ ...(await runOf(options)), seconds }, { reporter: options, signal });
}

async function runOf(options: TrainOptions): Promise<TrainingRun> {
  const { ifExists = 'error', out, dryRun: isDryRun } = options;
  const data = resolve(options.data);
  const folder = out ?? join('runs', basename(data).replace(/\.zip$/i, '') || 'run');
  const given = { ...pick(options, OF_RUN), data, ...(options.from && { from: sourcePath(options.from) }) };
  const training = pick(options, OF_TRAINER);
  const canResume = existsSync(runPaths(folder).config) && (await hasCheckpoint(folder));
  if (ifExists === 'resume' && canResume) {
    const { training: before, ...config } = readConfig(folder);
    const length =
      options.steps !== undefined || options.epochs !== undefined ? { steps: null, epochs: null, seconds: null } : {};
    const changed = { ...config, ...length, ...given, training: { ...before, ...training } };
    const asked = pick(options, ['steps', 'epochs']);
    return { folder, config: checked(changed), start: 'resume', length: asked, isDryRun };
  }
  const versions = { denoiser: version, node: process.versions.node };
  const source = options.from ? await configOfSource(sourcePath(options.from)) : undefined;
  const asked = source ? beneath(source, { ...given, training, versions }) : { ...given, training, versions };
  const isLengthGiven = (options.steps ?? options.epochs ?? null) !== null;
  const config = lastingFor(checked(asked), options.seconds, isLengthGiven);
  if (source && config.from !== null) checkNetwork(config, source, config.from);
  await checkNewRunFolder(folder, ifExists !== 'error').catch((error: Error) => {
    if (!isDryRun) throw error;
    options.onWarning?.(error.message);
  });
  return { folder, config, start: 'anew', isDryRun };
}

function checked(input: object) {
  const config = parseConfig(input, 'train');
  checkTogether(config);
  return config;
}

function pick(options: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).filter(([key, value]) => names.includes(key) && value !== undefined),
  );
}
