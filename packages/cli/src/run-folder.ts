import { type Dirent, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileCheckpointStore, isMadeByRun, isRunFolder, writeFileAtomically } from '@denoiser/backend-node';
import { commandLine } from './command-line';
import { parseConfig } from './config/parse-config';
import type { RunConfig } from './config/run-schema';
import { atPath, CommandError } from './errors';

/** Returns the paths of everything in a run folder. */
export const runPaths = (folder: string) => ({
  folder,
  config: join(folder, 'config.json'),
  log: join(folder, 'log.jsonl'),
  validationLog: join(folder, 'validation.jsonl'),
  lossByTime: join(folder, 'loss-by-t.jsonl'),
  curve: join(folder, 'loss.svg'),
  report: join(folder, 'report.html'),
  tensorBoard: join(folder, 'tb'),
  samples: join(folder, 'samples'),
  checkpoints: join(folder, 'checkpoints'),
  best: join(folder, 'best'),
  snapshots: join(folder, 'snapshots'),
});
export type RunPaths = ReturnType<typeof runPaths>;

/** Returns the path of a grid: `…/samples/epoch-0003.png`, or `step-00000500.png` where the grid falls inside an epoch. */
export const samplePath = (paths: RunPaths, at: { epoch: number } | { step: number }): string =>
  join(
    paths.samples,
    'epoch' in at ? `epoch-${String(at.epoch).padStart(4, '0')}.png` : `step-${String(at.step).padStart(8, '0')}.png`,
  );

/** Returns the path of a checkpoint: `…/checkpoints/step-00000500`, as the checkpoint store of `@denoiser/backend-node` names it. */
export const checkpointPath = (paths: RunPaths, step: number): string =>
  join(paths.checkpoints, `step-${String(step).padStart(8, '0')}`);

/** What `lockFolder` calls its file. */
const LOCK = 'run.lock';

/**
 * Returns whether a folder has what a run has, legible or not: to be read from. Whoever writes or removes there asks
 * `isRunFolder`.
 */
export function looksLikeRun(folder: string): boolean {
  const { config, checkpoints, log } = runPaths(folder);
  return existsSync(config) && (existsSync(checkpoints) || existsSync(log));
}

/** Returns whether there is something to go on with: a run that ended before its first checkpoint begins anew. */
export const hasCheckpoint = async (folder: string): Promise<boolean> =>
  (await fileCheckpointStore(runPaths(folder).checkpoints).list()).length > 0;

/**
 * Checks that a new run may be put into `folder`; changes nothing.
 *
 * @throws DenoiserError where it may not.
 */
export async function checkNewRunFolder(folder: string, overwrite: boolean): Promise<void> {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new CommandError('run-exists', `${folder} is a file; choose another folder with --out.`);
  }
  const entries = atPath('read', folder, () => readdirSync(folder));
  if (entries.every((name) => name.startsWith(LOCK))) return; // of a run that is just beginning, or died when it did
  if (!(await isRunFolder(folder))) {
    throw new CommandError('run-exists', `${folder} is not empty and holds no run; choose another folder with --out.`);
  }
  if (overwrite || !(await hasCheckpoint(folder))) return; // nothing to go on with, and nothing to lose
  const ways = `go on with ${commandLine(['resume', folder])}, choose another folder with --out, or begin anew with --overwrite`;
  throw new CommandError('run-exists', `${folder} holds a run already; ${ways}.`);
}

/**
 * Removes the grids and averages of steps after `step`, of epochs after `epochsDone`: the run goes on from before them, maybe with
 * other options, and what is then written at other steps would stand among them. Checkpoints replace each other.
 */
export function clearLater(
  { samples, snapshots }: RunPaths,
  { step, epochsDone }: { step: number; epochsDone: number },
): void {
  const isLater = (name: string) => {
    const [, unit, number] = /^(epoch|step)-(\d+)(\.png)?$/.exec(name) ?? [];
    return number !== undefined && Number(number) > (unit === 'epoch' ? epochsDone : step);
  };
  for (const folder of [samples, snapshots].filter((path) => existsSync(path))) {
    const isMade = (entry: Dirent) =>
      isMadeByRun(`${basename(folder)}/${entry.name}`, entry.isDirectory() ? 'folder' : 'file');
    const later = readdirSync(folder, { withFileTypes: true }).filter((entry) => isLater(entry.name) && isMade(entry));
    for (const { name } of later) {
      atPath('remove', join(folder, name), () => rmSync(join(folder, name), { recursive: true, force: true }));
    }
  }
}

export const writeConfig = (paths: RunPaths, config: RunConfig): Promise<void> =>
  writeFileAtomically(paths.config, `${JSON.stringify(config, null, 2)}\n`);

/**
 * Reads the configuration of the run in `folder`.
 *
 * @throws DenoiserError where there is none, or it is not valid.
 */
export function readConfig(folder: string): RunConfig {
  const { config: path } = runPaths(folder);
  if (!existsSync(folder)) {
    throw new CommandError('run-missing', `There is no run folder ${folder}; check the spelling.`);
  }
  if (!existsSync(path)) {
    throw new CommandError(
      'run-missing',
      `${folder} is no run folder, it has no config.json; give the one named by --out.`,
    );
  }
  return parseConfig(readJson(path), path);
}

/** Reads the content of a JSON file. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(atPath('read', path, () => readFileSync(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError('config-invalid', `${path} is not JSON (${error.message}); mend it.`);
  }
}
