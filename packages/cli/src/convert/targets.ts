import { perhaps } from '@denoiser/errors';
import { CommandError } from '../errors';
import { diffusersTarget } from './diffusers-target';
import { onnxTarget } from './onnx-target';
import { runTarget } from './run-target';
import { safetensorsTarget } from './safetensors-target';
import type { Target } from './target';

/** The forms in which a model can be written, by the words of `--format`. */
export const TARGETS: Readonly<Record<string, Target>> = {
  safetensors: safetensorsTarget,
  onnx: onnxTarget,
  run: runTarget,
  diffusers: diffusersTarget,
};

/**
 * Returns the form of a target by its name's ending; a folder is a run, unless `format` says otherwise.
 *
 * @throws DenoiserError for a file of another ending, and where ending and format contradict each other.
 */
export function targetOf(path: string, format: string | undefined): Target {
  const [, ending] = /(\.[a-z]+)$/i.exec(path) ?? [];
  const byEnding = Object.values(TARGETS).find((target) => target.ending === ending?.toLowerCase());
  if (format === undefined) {
    if (byEnding && ending !== undefined) return byEnding;
    if (ending === undefined || /[/\\]$/.test(path)) return TARGETS.run as Target;
    const endings = Object.values(TARGETS).flatMap((target) => target.ending ?? []);
    throw new CommandError(
      'option-invalid',
      `--to ${path}: a file's name must end in ${endings.join(' or ')}, a folder's in a slash${perhaps(ending, endings)}.`,
    );
  }
  const target = TARGETS[format] as Target;
  if (target.ending === byEnding?.ending) return target;
  const what = target.ending === undefined ? 'a folder' : `a file that ends in ${target.ending}`;
  throw new CommandError('option-conflict', `--format ${format} is ${what}, and --to is ${path}; change one of them.`);
}
