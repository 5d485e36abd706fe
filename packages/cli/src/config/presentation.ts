import { type Suggesting, suggesting } from '../completion/vocabulary';
import { DEVICES, interval, pictureSize, text } from '../options';

/** How the options of a configuration look on the command line, by their paths, where the schema does not say it. */

/** Flags that take no value and stand for one: with the flag `on`, with `--no-…` in front `off`. */
export const SWITCHES: Readonly<Record<string, { readonly on: unknown; readonly off: unknown }>> = {
  channels: { on: 1, off: 3 },
  'training.variance': { on: { type: 'learned-range' }, off: { type: 'fixed' } },
  'training.postHocEma': { on: {}, off: null },
};

/** What flags read that is more than the schema's numbers and words. */
export const READERS: Readonly<
  Record<string, { readonly value: string; readonly read: (flag: string) => Suggesting<unknown> }>
> = {
  size: { value: 'pixels', read: pictureSize },
  from: { value: 'model', read: text },
  device: { value: 'name', read: () => suggesting(DEVICES) },
  sampleEvery: { value: 'interval', read: interval },
  checkpointEvery: { value: 'interval', read: interval },
};

/** Short words for longer ones. */
export const ALIASES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'training.process': { sigmoid: 'sigmoid-alpha-bar' },
};

/** What the help says instead of the schema's description. */
export const HELP: Readonly<Record<string, string>> = {
  channels: 'grey pictures, of one channel instead of three',
  augment: 'resize only, without random crops',
  epochs: 'passes over the images (default: 500, with --conditional 300)',
  steps: 'training steps; with --epochs, whichever ends first',
  samples: 'pictures in a grid (default: 12; with --conditional one of each class)',
  sampleEvery: "a grid every so often: '2' epochs, '500steps' or 'never'",
  checkpointEvery: 'a checkpoint every so often, in the same way',
  'training.batchSize': 'images a step (default: 12, with --conditional 14)',
  'training.process':
    "noise over time: 'linear' (the original's), 'scaled-linear', 'sigmoid-beta', or without β 'cosine', 'sigmoid', 'laplace', 'exponential'; 'angle' is cosine in continuous time, 'edm' is noise of any σ (Karras et al. 2022); with 'cosine' and 'angle' take --prediction v",
  'training.learningRateSchedule.steps': 'steps to its end (default: the length of the run)',
};

/** The groups of the help, in order, and the options that each lists first. Of a group are also the options below one. */
export const GROUPS: readonly (readonly [name: string, paths: readonly string[]])[] = [
  ['Data:', ['size', 'conditional', 'channels', 'augment', 'flip', 'validation', 'skipBad']],
  ['Start:', ['from']],
  ['Length:', ['epochs', 'steps']],
  [
    'Optimization:',
    [
      ...['training.batchSize', 'training.microBatchSize', 'training.splitToFit'],
      ...['training.learningRate', 'training.learningRateSchedule'],
    ],
  ],
  [
    'Diffusion:',
    [
      ...['training.process', 'training.prediction', 'training.variance', 'training.weighting'],
      ...['training.timesteps', 'training.offsetNoise'],
    ],
  ],
  ['Network:', ['network', 'training.dropout', 'training.recompute', 'device']],
  ['What is written:', ['samples', 'sampleEvery', 'checkpointEvery', 'keep', 'previewSteps', 'guidance']],
];

/** The groups of options that no group lists. */
export const REST = { training: 'Optimization:', run: 'What is written:' };
