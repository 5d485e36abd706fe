import { type Command, Option } from 'commander';
import type { Flag } from './config/flags';
import { GROUPS, REST } from './config/presentation';
import type { GivenOptions } from './config/with-flags';
import { helpText } from './help-text';
import { number } from './options';

/** What `--minutes` is. */
export const LIMIT =
  'the time that training may take: it ends then with a checkpoint and a grid, and resume goes on. Without --steps and --epochs a learning rate that falls (--lr-schedule) has fallen by then';

/** Options of `train` that no configuration holds. */
export interface TrainFlags {
  readonly config?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
  readonly minutes?: number;
  readonly hours?: number;
  readonly json?: boolean;
  readonly log?: string;
}

/** Adds the options of `train`, with their help: those of the configuration as its schema describes them. */
export function addTrainOptions(command: Command, flags: readonly Flag[]): Command {
  command
    .description('Train on a folder of images; write samples, checkpoints and a report into a run folder.')
    .argument('[data]', 'the images: a folder or a zip file; with --conditional one subfolder a class')
    .optionsGroup('Configuration:')
    .option('--config <file>', "options as JSON, like a run's config.json; what else is given overrides it")
    .option('--dry-run', 'say what the run needs, memory and time, after two trial steps; write nothing')
    .option('--out <folder>', 'the run folder (default: runs/<name of the image folder>)')
    .option('--overwrite', 'begin anew where a run lies already')
    .option('--minutes <n>', LIMIT, number('--minutes', { min: 0, above: true }))
    .option('--hours <n>', 'the same in hours', number('--hours', { min: 0, above: true }))
    .option('--log <module>', 'a module of your own that is told of every step: it exports onStep, onValidation, …')
    .option('--json', 'print how it ended as one JSON value on stdout, everything else on stderr');
  const ordered = flags.toSorted((a, b) => placeOf(a) - placeOf(b));
  for (const option of ordered.flatMap(commanderOptions)) command.addOption(option);
  return command.addHelpText('after', helpText(AFTER));
}

/** Returns what was given, without the defaults: options of the configuration by their paths, and the others. */
export function givenOptions(command: Command, flags: readonly Flag[]): { flags: TrainFlags; given: GivenOptions } {
  const paths = new Map(flags.flatMap((flag) => commanderOptions(flag).map((o) => [o.attributeName(), flag.path])));
  const entries = Object.entries(command.opts()).filter(([key]) => command.getOptionValueSource(key) === 'cli');
  return {
    flags: Object.fromEntries(entries.filter(([key]) => !paths.has(key))),
    given: Object.fromEntries(entries.flatMap(([key, value]) => (paths.has(key) ? [[paths.get(key), value]] : []))),
  };
}

/** Returns a flag as commander has it; a switch comes with its opposite, of which the help shows the one that changes things. */
function commanderOptions({ path, words, help, fallback, parse, isField }: Flag): Option[] {
  const named = (name: string) => new Option(name, help).helpGroup(groupOf(path));
  if (parse) {
    const option = named(words).argParser(parse);
    return [fallback === undefined || fallback === null ? option : option.default(fallback)];
  }
  const [on, off] = [named(words), named(words.replace('--', '--no-'))];
  return [on.hideHelp(fallback === true), off.hideHelp(fallback !== true || isField)];
}

const listed = GROUPS.flatMap(([, paths]) => paths);

/** The path under which a group lists an option: its own, or that of the option it is a field of. */
const listedPath = (path: string): string | undefined =>
  listed.find((candidate) => path === candidate || path.startsWith(`${candidate}.`));

function groupOf(path: string): string {
  const known = listedPath(path);
  const group = GROUPS.find(([, paths]) => known !== undefined && paths.includes(known));
  return group?.[0] ?? (path.startsWith('training.') ? REST.training : REST.run);
}

/** Groups in order, and in a group what is listed before the rest. */
function placeOf({ path }: Flag): number {
  const group = GROUPS.findIndex(([name]) => name === groupOf(path));
  const known = listedPath(path);
  return group * 1000 + (known === undefined ? 999 : listed.indexOf(known));
}

const AFTER = `
Unless an interval is given, grids and checkpoints are written at the end of epochs, so seldom that each takes at most a
twentieth of the time, and at the end. Ctrl-C saves a checkpoint; 'denoiser resume <run>' goes on from there, and gives what an uninterrupted run gives.
Every switch has its opposite: --no-flip undoes the "flip": true of a configuration.

Examples:
  $ denoiser train ./pictures --size 64 --out runs/landscape
  $ denoiser train ./animals --conditional --epochs 100 --sample-every 10
  $ denoiser train ./pictures --size 32 --base-width 32 --minutes 30   # small and quick
  $ denoiser train ./pictures --dry-run                                # memory and time, before anything else
  $ denoiser train --config runs/landscape/config.json --out runs/again  # the same run once more`;
