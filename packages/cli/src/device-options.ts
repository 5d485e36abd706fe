import type { Command } from 'commander';
import type { Suggesting } from './completion/vocabulary';
import { suggesting } from './completion/vocabulary';
import { CommandError } from './errors';
import { choice, DEVICES, deviceHelp } from './options';

/** What `--device` takes where nothing is trained. */
const DRAWING_DEVICES = [...DEVICES, 'onnx'] as const;

/** What onnxruntime computes with; which of them there are depends on the machine. */
const PROVIDERS = ['cuda', 'webgpu', 'dml', 'coreml', 'cpu'] as const;

/** Adds the options that say where a model is computed. */
export function addDeviceOptions(command: Command): Command {
  return command
    .option(
      '--device <name>',
      `${deviceHelp(DRAWING_DEVICES)}, 'onnx' onnxruntime-node, which you install`,
      suggesting(DRAWING_DEVICES),
      'auto',
    )
    .option(
      '--onnx-provider <names>',
      `what onnxruntime computes with, best first, with commas: ${PROVIDERS.join(', ')} (default: cpu)`,
      providers,
    )
    .option(
      '--precision <numbers>',
      'with --device webgpu, what weights are in memory: f32 (default), f16, or f16-all, then what is computed of them, too',
      choice('--precision', ['f32', 'f16', 'f16-all']),
    );
}

const providers: Suggesting<string[]> = Object.assign(
  (text: string) => {
    const names = text.split(',').map((name) => name.trim());
    if (!names.includes('')) return names;
    throw new CommandError(
      'option-invalid',
      `--onnx-provider must be names with commas between them, like cuda,cpu, got '${text}'.`,
    );
  },
  { words: PROVIDERS },
);
