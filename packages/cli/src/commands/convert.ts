import { type ModelFile, withModelFile } from '@denoiser/backend-node';
import type { FloatDType } from '@denoiser/safetensors';
import { commandOutput } from '../command-output';
import { targetOf } from '../convert/targets';
import { CommandError } from '../errors';
import { isWithin } from '../is-within';
import { modelOptions, type SourceFlags } from '../open-source';
import { list } from '../text';

export interface ConvertFlags extends SourceFlags {
  to: string;
  format?: string;
  dtype?: 'f32' | 'f16' | 'bf16';
  overwrite?: boolean;
  json?: boolean;
}

/** `denoiser convert <source> --to <target>` */
export async function convert(source: string, flags: ConvertFlags): Promise<void> {
  const { to, overwrite = false } = flags;
  const dtype = flags.dtype?.toUpperCase() as FloatDType | undefined;
  const target = targetOf(to, flags.format);
  checkApart(source, to);
  await target.check(to, { dtype, overwrite });
  const { print, result } = commandOutput({ isJson: flags.json });
  const told = await withModelFile(source, modelOptions(flags), async (model) => {
    const next = await target.write(model, to, { dtype, overwrite });
    return { weights: model.description, network: networkOf(model), 'trained as': trainingOf(model), to, next };
  });
  print(list(told));
  result(told);
}

/** What lies in a folder that is about to be replaced cannot be its source. */
function checkApart(source: string, to: string): void {
  if (!isWithin(source, to)) return;
  throw new CommandError('option-invalid', `${source} is what --to ${to} would replace; choose another target.`);
}

function networkOf({ architecture, parameterCount, imageShape, classNames }: ModelFile): string {
  const [height, width, channels] = imageShape;
  const classes = classNames.length > 0 ? `, ${classNames.length} classes` : '';
  return `${architecture.name} of ${parameterCount.toLocaleString('en')} parameters, ${height}×${width}×${channels}${classes}`;
}

function trainingOf({ process, prediction, learnedVariance }: ModelFile): string {
  const kind =
    process.kind === 'discrete' ? `${process.options.type ?? 'linear'} in ${process.steps} steps` : process.kind;
  const gives = prediction === undefined ? '' : `, gives ${prediction}`;
  return `${kind}${gives}${learnedVariance ? ', learned variance' : ''}`;
}
