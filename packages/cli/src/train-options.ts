import { type Command, Option } from 'commander';
import type { TrainFlags } from './config/flags';
import { trainingFlags } from './config/training-flags';
import { choice, integer, interval, number, pictureSize } from './options';

/** What `--minutes` is. */
export const LIMIT = 'the time that training may take: it ends then with a checkpoint and a grid, and resume goes on';

/** The options of `train`, with its help. Defaults stand here for the help alone; the configuration's schema has them. */
export function addTrainOptions(command: Command, flags = trainingFlags()): Command {
  addGroups(command);
  for (const { flags: words, help, group, fallback, parse } of flags) {
    const option = new Option(words, help).helpGroup(group);
    if (parse) option.argParser(parse);
    command.addOption(fallback === undefined ? option : option.default(fallback));
  }
  addOpposites(command);
  return command;
}

/** What says something of the call, not of the run. */
const OF_THE_CALL = ['--dry-run', '--overwrite'];

/** Every switch has its opposite, since a file of options may say the other. Help tells of them in a sentence. */
function addOpposites(command: Command): void {
  for (const { long, required, optional } of [...command.options]) {
    if (!long || required || optional || OF_THE_CALL.includes(long)) continue;
    const opposite = long.startsWith('--no-') ? `--${long.slice(5)}` : `--no-${long.slice(2)}`;
    if (!command.options.some((option) => option.long === opposite)) command.addOption(new Option(opposite).hideHelp());
  }
}

function addGroups(command: Command): Command {
  return command
    .description('Train on a folder of images; write samples, checkpoints and a report into a run folder.')
    .argument('[data]', 'the images: a folder or a zip file; with --conditional one subfolder a class')
    .optionsGroup('Configuration:')
    .option('--config <file>', "options as JSON, like a run's config.json; what else is given goes before it")
    .option('--dry-run', 'say what the run needs, memory and time, after two trial steps; write nothing')
    .optionsGroup('Data:')
    .option('--size <pixels>', 'side of the pictures, divisible by 8', pictureSize('--size'), 64)
    .option('--conditional', 'learn classes: every subfolder is one')
    .option('--grey', 'grey pictures, of one channel instead of three')
    .option('--no-augment', 'resize only, without random crops')
    .option('--flip', 'mirror every picture in half of the epochs; not for what has a side, like letters')
    .option(
      '--validation <share>',
      'hold out this share of the images, chosen by their names, and measure the loss on them',
      number('--validation', { min: 0, max: 0.9 }),
      0,
    )
    .option('--out <folder>', 'the run folder (default: runs/<name of the image folder>)')
    .option('--overwrite', 'begin anew where a run lies already')
    .option('--from <run>', 'begin with the weights of another run; its classes may be others')
    .optionsGroup('Length:')
    .option(
      '--epochs <n>',
      'passes over the images (default: 500, with --conditional 300)',
      integer('--epochs', { min: 1 }),
    )
    .option('--steps <n>', 'training steps; with --epochs, whichever ends first', integer('--steps', { min: 1 }))
    .option('--minutes <n>', LIMIT, number('--minutes', { min: 0, above: true }))
    .option('--hours <n>', 'the same in hours', number('--hours', { min: 0, above: true }))
    .optionsGroup('Optimization:')
    .option(
      '--lr-schedule <kind>',
      "'constant', 'cosine' (down to 0 at the end) or 'one-cycle'",
      choice('--lr-schedule', ['constant', 'cosine', 'one-cycle']),
      'constant',
    )
    .option('--warmup <steps>', 'steps in which the learning rate rises from 0', integer('--warmup', { min: 0 }), 0)
    .option('--ema-decay <number>', 'decay of the averaged weights', number('--ema-decay', { min: 0, max: 1 }), 0.995)
    .option(
      '--ema-half-life <images>',
      'instead: after so many images weights count half',
      number('--ema-half-life', { min: 0, above: true }),
    )
    .option(
      '--ema-start <step>',
      'step from which weights are averaged, with --ema-half-life 0 (default: 2000)',
      integer('--ema-start', { min: 0 }),
    )
    .option('--ema-warmup', 'let the decay grow, so that the first weights are soon forgotten')
    .option('--post-hoc-ema', 'keep averages from which one of any length can be made afterwards')
    .optionsGroup('Diffusion:')
    .option(
      '--schedule <kind>',
      "noise over time: 'linear' (the original's), 'cosine' or 'sigmoid', which use no β",
      choice('--schedule', ['linear', 'cosine', 'sigmoid']),
      'linear',
    )
    .option('--noise-steps <n>', 'steps T of the diffusion', integer('--noise-steps', { min: 2 }), 1000)
    .option(
      '--beta-start <number>',
      'β of the first step',
      number('--beta-start', { min: 0, max: 1, above: true }),
      1e-4,
    )
    .option('--beta-end <number>', 'β of the last step', number('--beta-end', { min: 0, max: 1, above: true }), 0.02)
    .option(
      '--learned-variance',
      'the network learns the variance of its steps, too: better likelihoods and samples in few steps',
    )
    .option(
      '--weighting <kind>',
      "how much each noise level counts: 'uniform', 'min-snr' or 'p2'",
      choice('--weighting', ['uniform', 'min-snr', 'p2']),
      'uniform',
    )
    .option(
      '--timesteps <kind>',
      "which are trained: 'uniform', or more often where the loss is large ('loss-second-moment')",
      choice('--timesteps', ['uniform', 'loss-second-moment']),
      'uniform',
    )
    .optionsGroup('Network:')
    .option('--base-width <channels>', 'channels at full size', integer('--base-width', { min: 4, unit: 4 }), 64)
    .option('--time-dim <n>', 'width of the time embedding, even', integer('--time-dim', { min: 2, unit: 2 }), 256)
    .option(
      '--device <name>',
      "where to compute: cuda, webgpu, engine, wasm or cpu; 'auto' takes the best that 'denoiser doctor' finds",
      'auto',
    )
    .optionsGroup('What is written:')
    .option(
      '--samples <n>',
      'pictures in a grid (default: 12; with --conditional one of each class)',
      integer('--samples', { min: 1 }),
    )
    .option(
      '--sample-every <interval>',
      "a grid every so often: '2' epochs, '500steps' or 'never'",
      interval('--sample-every'),
    )
    .option(
      '--checkpoint-every <interval>',
      'a checkpoint every so often, in the same way',
      interval('--checkpoint-every'),
    )
    .option('--keep <n>', 'checkpoints that stay, the latest; 0 keeps all', integer('--keep', { min: 0 }), 3)
    .option(
      '--preview-steps <n>',
      "steps in which the grids are drawn: fewer are quicker and coarser; 'denoiser sample' takes all",
      integer('--preview-steps', { min: 1 }),
      50,
    )
    .option('--guidance <scale>', 'scale of classifier-free guidance in the grids', number('--guidance', { min: 0 }), 3)
    .addHelpText(
      'after',
      `
Every switch has its opposite, such as --augment, --no-flip and --no-conditional, for what a --config says.

Grids and checkpoints are written after every epoch unless an interval is given, and at the end. Ctrl-C finishes the step
and saves a checkpoint; 'denoiser resume <run>' goes on from there, and gives what an uninterrupted run gives.

Examples:
  $ denoiser train ./pictures --size 64 --out runs/landscape
  $ denoiser train ./animals --conditional --epochs 100 --sample-every 10
  $ denoiser train ./pictures --size 32 --base-width 32 --batch-size 32 --steps 5000   # small and quick
  $ denoiser train ./pictures --dry-run                                # memory and time, before anything else
  $ denoiser train --config runs/landscape/config.json --out runs/again  # the same run once more`,
    );
}

/** What was given, without the defaults. */
export function givenFlags(command: Command): TrainFlags {
  const options = command.opts();
  return Object.fromEntries(Object.entries(options).filter(([name]) => command.getOptionValueSource(name) === 'cli'));
}
