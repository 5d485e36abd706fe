import type { Command } from 'commander';
import { helpText } from './help-text';
import { choice } from './options';
import { addBareFileOptions, addWeightsOptions } from './source-options';

/** Words of `--format`: what `convert/targets.ts` writes. */
export const FORMATS = ['safetensors', 'onnx', 'run', 'diffusers'] as const;

/** Adds the options of `convert`, with their help. */
export function addConvertOptions(command: Command): Command {
  command
    .description(
      "Convert a trained model: PyTorch's files, safetensors, runs and folders of diffusers into each other, and into ONNX.",
    )
    .argument(
      '<source>',
      'a .pt, .pth, .ckpt, .bin or .safetensors file, the index of several, a run, a checkpoint of one, or a folder of diffusers',
    )
    .requiredOption(
      '--to <target>',
      'a .safetensors or .onnx file, or a folder: a run, or with --format diffusers a model of it',
    )
    .option(
      '--format <kind>',
      `what the target is, where its name does not say it: ${FORMATS.join(', ')}`,
      choice('--format', FORMATS),
    )
    .option(
      '--dtype <type>',
      'numbers of a file: f32, f16 or bf16 (default: as in the source)',
      choice('--dtype', ['f32', 'f16', 'bf16']),
    )
    .option('--overwrite', 'replace what is there')
    .option('--json', 'print one JSON value on stdout, everything else on stderr');
  addWeightsOptions(command);
  return addBareFileOptions(command).addHelpText(
    'after',
    helpText(`
Nothing in a file of PyTorch is executed. Weights are read one by one, whatever the size of the file.

Examples:
  $ denoiser convert ckpt.pt --to runs/imported --size 64        # then: denoiser resume runs/imported --data ./pictures
  $ denoiser convert ema_ckpt.pt --to model.safetensors --dtype f16
  $ denoiser convert runs/landscape --to landscape.safetensors
  $ denoiser convert ./ddpm-cifar10-32 --to cifar.safetensors
  $ denoiser convert cifar.safetensors --to ./ddpm-mine --format diffusers
  $ denoiser convert runs/landscape --to landscape.onnx --dtype f16
  $ denoiser convert ckpt.pt --weights model_state_dict --to model.safetensors`),
  );
}
