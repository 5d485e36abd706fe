import type { TensorList } from '@denoiser/safetensors';
import type { UNetConfig } from './config';

/** The parameter that has a row for each class. */
export const CLASS_TABLE = 'label_emb.weight';

/** Returns the sizes of the U-Net that a file holds, by the shapes of four of its parameters; undefined if it holds none. */
export function inferConfig({ tensors }: Pick<TensorList, 'tensors'>): UNetConfig | undefined {
  const [baseWidth, channels, ...kernel] = tensors.get('inc.double_conv.0.weight')?.shape ?? [];
  const [, timeDim, ...none] = tensors.get('down1.emb_layer.1.weight')?.shape ?? [];
  if (!(baseWidth && channels && kernel.length === 2 && timeDim && none.length === 0)) return undefined;
  const classes = tensors.get(CLASS_TABLE)?.shape[0];
  const learnedVariance = tensors.get('outc.weight')?.shape[0] === 2 * channels;
  return {
    channels,
    baseWidth,
    timeDim,
    ...(classes !== undefined && { classes }),
    ...(learnedVariance && { learnedVariance }),
  };
}

/** Returns the sizes of a network in words. */
export function describeConfig({ channels, baseWidth, timeDim, classes, learnedVariance }: UNetConfig): string {
  const labels = classes === undefined ? 'no classes' : `${classes} classes`;
  const variance = learnedVariance ? ', a learned variance' : '';
  return `base width ${baseWidth}, time dim ${timeDim}, ${channels} image channels, ${labels}${variance}`;
}
