import type { Command } from 'commander';
import { suggesting } from './completion/vocabulary';
import { addDeviceOptions } from './device-options';
import { INPUT_RANGES } from './evaluation/input-ranges';
import { helpText } from './help-text';
import { choice, integer, number } from './options';
import { SAMPLERS } from './sampler-options';
import { addBareFileOptions, addWeightsOptions } from './source-options';

/** Adds the options of `eval`, with its help. */
export function addEvalOptions(command: Command): Command {
  command
    .description(
      'Measure a checkpoint against images that it was not trained on: loss, bits/dim, and how close its pictures come.',
    )
    .argument('<run>', 'a run folder, a folder in its checkpoints/, or a .safetensors, .pt or .onnx file')
    .option(
      '--data <folder>',
      "the images; with classes one subfolder each (default: those that 'train --validation' held out)",
    )
    .option('--skip-bad', 'leave out files that should be images and cannot be read')
    .option('--count <n>', 'pictures drawn, and images taken at most', integer('--count', { min: 2 }), 256)
    .option(
      '--seed <integer>',
      'decides the images taken, the noise and the pictures',
      integer('--seed', { min: 0 }),
      0,
    )
    .option('--json [file]', 'write the figures as JSON, too; without a file print one JSON value alone')
    .optionsGroup('Which pictures:')
    .option(
      '--sampler <name>',
      "how they are drawn; 'denoiser sample --list' lists the samplers",
      suggesting(SAMPLERS),
      'ddpm',
    )
    .option(
      '--steps <n>',
      'steps of the pictures and of the bound on bits/dim (default: 50, or all of fewer)',
      integer('--steps', { min: 1 }),
    )
    .option(
      '--guidance <scale>',
      "scale of classifier-free guidance (default: the model's, else 3)",
      number('--guidance', { min: 0 }),
    );
  addWeightsOptions(command)
    .optionsGroup('FID, KID, precision and recall:')
    .option(
      '--features <file>',
      'the network whose features are compared: model.json of a tfjs layers model, or a described .safetensors file',
    )
    .option('--feature-layer <name>', 'take the output of this layer of the tfjs model')
    .option(
      '--feature-range <range>',
      `what the tfjs model takes black and white as: ${INPUT_RANGES.join(', ')} (default: -1:1)`,
      choice('--feature-range', INPUT_RANGES),
    )
    .optionsGroup('How:')
    .option(
      '--batch-size <n>',
      'images at once; changes nothing but speed and memory',
      integer('--batch-size', { min: 1 }),
      16,
    );
  addDeviceOptions(command);
  return addBareFileOptions(command).addHelpText(
    'after',
    helpText(`
The loss is at ten fixed t, always with the same noise. bits/dim is the variational bound of the process in --steps steps:
compare figures of equal --steps only. The sliced Wasserstein distance needs no network. FID falls with the number of
pictures: compare figures of equal --count and of the same network only.

Examples:
  $ denoiser eval runs/landscape                                  # what --validation held out
  $ denoiser eval runs/landscape --data others --count 1000 --steps 250 --json eval.json
  $ denoiser eval runs/animals --sampler dpmpp-2m --steps 20
  $ denoiser eval runs/landscape --features mobilenet/model.json --feature-layer global_average_pooling2d_1`),
  );
}
