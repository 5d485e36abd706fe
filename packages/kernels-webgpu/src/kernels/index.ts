import { activationKernels } from './activations';
import { addNKernels } from './add-n';
import { attentionKernels } from './attention';
import { attentionGradKernels } from './attention-grad';
import { concatKernels } from './concat';
import { convKernels } from './conv2d';
import { embeddingKernels } from './embedding';
import { globalNormKernels } from './global-norm';
import { groupNormKernels } from './group-norm';
import { groupNormGradKernels } from './group-norm-grad';
import { halvesKernels } from './halves';
import type { GpuKernel } from './kernel';
import { layerNormKernels } from './layer-norm';
import { linearKernels } from './linear';
import { linearCombinationKernels } from './linear-combination';
import { matMulKernels } from './matmul';
import { normedLinearKernels } from './normed-linear';
import { optimizerKernels } from './optimizer';
import { randomNormalKernels } from './random-normal';
import { resampleKernels } from './resample';
import { splitKernels } from './split';
import { sumKernels } from './sum';
import { trigonometryKernels } from './trigonometry';

/** All kernels. A new one is a file and a line here. */
export const gpuKernels: readonly GpuKernel[] = [
  ...activationKernels,
  ...addNKernels,
  ...attentionKernels,
  ...attentionGradKernels,
  ...concatKernels,
  ...convKernels,
  ...embeddingKernels,
  ...globalNormKernels,
  ...groupNormKernels,
  ...groupNormGradKernels,
  ...halvesKernels,
  ...layerNormKernels,
  ...linearKernels,
  ...linearCombinationKernels,
  ...matMulKernels,
  ...normedLinearKernels,
  ...optimizerKernels,
  ...randomNormalKernels,
  ...resampleKernels,
  ...splitKernels,
  ...sumKernels,
  ...trigonometryKernels,
];
