import { basename, join, resolve } from 'node:path';
import { isObject } from '@denoiser/errors';
import { commandLine } from '../command-line';
import { checkTogether } from '../config/contradictions';
import { COMMAND_LINE, parseConfig } from '../config/parse-config';
import { upgraded } from '../config/upgrade';
import { type GivenOptions, withFlags } from '../config/with-flags';
import { CommandError } from '../errors';
import { limitOf } from '../limit';
import type { Host } from '../process/host';
import { checkNewRunFolder, readJson } from '../run-folder';
import { warn } from '../text';
import type { TrainFlags } from '../train-options';
import { beneath, checkNetwork, configOfSource, sourcePath } from '../training/begin-with';
import { lastingFor } from '../training/limits';
import { version } from '../version';
import { runTraining } from './run-training';

/** `denoiser train [data]` */
export async function train(
  data: string | undefined,
  flags: TrainFlags,
  given: GivenOptions,
  host: Host,
): Promise<void> {
  const base = flags.config === undefined ? {} : configObject(flags.config);
  const path = data ?? base.data;
  if (typeof path !== 'string') {
    const missing = flags.config === undefined ? '' : `, for ${flags.config} names no data`;
    throw new CommandError(
      'option-invalid',
      `Which images? Give their folder${missing}; see ${commandLine(['train', '--help'])}.`,
    );
  }
  const { from = base.from } = given;
  const source = typeof from === 'string' ? await configOfSource(sourcePath(from)) : undefined;
  const asked = withFlags(source ? beneath(source, base) : base, given);
  const input = {
    ...asked,
    data: resolve(path),
    ...(typeof asked.from === 'string' && { from: sourcePath(asked.from) }),
    versions: { denoiser: version, node: process.versions.node },
  };
  const seconds = limitOf(flags);
  const isLengthGiven = [asked.steps, asked.epochs, asked.seconds].some((length) => (length ?? null) !== null);
  const config = lastingFor(parseConfig(input, flags.config ?? COMMAND_LINE), seconds, isLengthGiven);
  checkTogether(config, given);
  if (source && config.from !== null) checkNetwork(config, source, config.from);
  const out = flags.out ?? join('runs', basename(config.data).replace(/\.zip$/i, '') || 'run');
  await checkNewRunFolder(out, flags.overwrite ?? false).catch(orWarn(flags.dryRun));
  await runTraining(
    { folder: out, config, start: 'anew', isDryRun: flags.dryRun, seconds },
    { isJson: flags.json, log: flags.log, host },
  );
}

/** What a run would be refused for, a dry run says and goes on. */
const orWarn = (isDryRun: boolean | undefined) => (error: Error) => {
  if (!isDryRun) throw error;
  warn(error.message);
};

function configObject(path: string): Record<string, unknown> {
  const value = upgraded(readJson(path));
  if (isObject(value)) return { ...value };
  throw new CommandError('config-invalid', `${path} has to be an object of options, like a run's config.json.`);
}
