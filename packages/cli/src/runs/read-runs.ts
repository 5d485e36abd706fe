import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { atPath, CommandError, describeError } from '../errors';
import { smooth } from '../loss-curve';
import { lastSteps, recentLines, type StepLine, type ValidationLine } from '../record/lines';
import { readCourse } from '../record/read-record';
import { type Point, thinned } from '../report/chart';
import { gridFiles } from '../report/grids';
import { rowsOf } from '../report/rows-of';
import { looksLikeRun, readConfig, runPaths } from '../run-folder';

/** Summary of a run that is read from its folder. */
export interface RunSummary {
  readonly folder: string;
  /** Why its configuration can't be read, where it can't. */
  readonly problem: string | null;
  readonly steps: number;
  readonly epochs: number;
  /** The mean loss of the last tenth of its steps. */
  readonly loss: number | null;
  /** The lowest loss of the averaged weights on held-out images. */
  readonly bestValidation: { readonly step: number; readonly loss: number } | null;
  /** When its last step was, ISO 8601. */
  readonly lastStepAt: string | null;
  /** The last grid of samples. */
  readonly grid: string | null;
  /** Its configuration by paths, such as `training.learningRate`; empty where there is a problem. */
  readonly config: Readonly<Record<string, string>>;
}

/** A run with its curves. */
export interface Run extends RunSummary {
  /** The loss by step, smoothed. */
  readonly losses: readonly Point[];
  /** The loss of the averaged weights on held-out images. */
  readonly validations: readonly Point[];
}

/** Points of a curve that are kept: a log may have millions of lines. */
const MOST_POINTS = 2500;

/** Folders that runs lie in may lie in others, as deep as this. */
const DEEPEST = 3;

/**
 * Reads the runs in a folder, or the one that it is, by name.
 *
 * @throws DenoiserError where there is no such folder, or no run in it.
 */
export async function readRuns(folder: string): Promise<Run[]> {
  if (!existsSync(folder)) {
    throw new CommandError('run-missing', `There is no folder ${folder}; give the one that your runs are in.`);
  }
  const found = runFolders(folder, DEEPEST);
  if (found.length === 0) {
    throw new CommandError('run-missing', `There is no run in ${folder}; give the folder that runs are in, or a run.`);
  }
  const runs: Run[] = [];
  for (const run of found) runs.push(await readRun(run)); // one log in memory at a time
  return runs;
}

function runFolders(folder: string, deep: number): string[] {
  if (looksLikeRun(folder)) return [folder];
  if (deep === 0) return [];
  const entries = atPath('read', folder, () => readdirSync(folder, { withFileTypes: true }));
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => runFolders(join(folder, name), deep - 1));
}

async function readRun(folder: string): Promise<Run> {
  const paths = runPaths(folder);
  const { lines, validations } = await readCourse(paths);
  const last = lines.at(-1);
  const recent = recentLines(lines);
  const best = validations.reduce<ValidationLine | undefined>(
    (a, b) => (a && a.emaLoss <= b.emaLoss ? a : b),
    undefined,
  );
  return {
    folder,
    steps: last?.step ?? 0,
    epochs: last?.epoch ?? 0,
    loss: last ? recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length : null,
    bestValidation: best ? { step: best.step, loss: best.emaLoss } : null,
    lastStepAt: last && Number.isFinite(last.time) ? new Date(last.time).toISOString() : null,
    grid: (await gridFiles(paths.samples, lastSteps(lines))).at(-1)?.path ?? null,
    ...configOf(folder),
    losses: thinned(smoothed(lines), MOST_POINTS),
    validations: validations.map(({ step, emaLoss }): Point => [step, emaLoss]),
  };
}

/** The geometric mean over neighbouring steps, as the report draws it. */
function smoothed(lines: readonly StepLine[]): Point[] {
  const positive = lines.filter(({ loss }) => Number.isFinite(loss) && loss > 0);
  const span = Math.min(1000, Math.round(positive.length / 10));
  return smooth(positive, span).map(({ step, loss }): Point => [step, loss]);
}

/** What is of no interest where runs are compared: what follows from the data, and from the program. */
const LEFT_OUT = /^(format$|classNames$|versions\.)/;

function configOf(folder: string): Pick<RunSummary, 'problem' | 'config'> {
  try {
    const rows = rowsOf(readConfig(folder)) as [string, string][];
    return { problem: null, config: Object.fromEntries(rows.filter(([name]) => !LEFT_OUT.test(name))) };
  } catch (error) {
    return { problem: describeError(error), config: {} };
  }
}

/** Returns the options in which runs differ, as paths, in the order of the configuration. */
export function differences(runs: readonly RunSummary[]): string[] {
  const legible = runs.filter(({ problem }) => problem === null);
  const names = new Set(legible.flatMap(({ config }) => Object.keys(config)));
  return [...names].filter((name) => new Set(legible.map(({ config }) => config[name])).size > 1);
}
