import { activationKernels } from './activations';
import { addNKernels } from './add-n';
import { attention } from './attention';
import { attentionGrad } from './attention-grad';
import { embeddingKernels } from './embedding';
import { globalNormKernels } from './global-norm';
import { groupNorm } from './group-norm';
import { groupNormGrad } from './group-norm-grad';
import type { GpuKernel } from './kernel';
import { layerNormKernels } from './layer-norm';
import { linearCombinationKernels } from './linear-combination';
import { optimizerKernels } from './optimizer';
import { randomNormalKernels } from './random-normal';
import { resampleKernels } from './resample';
import { splitKernels } from './split';
import { sumKernels } from './sum';

/** All kernels. A new one is a file and a line here. */
export const gpuKernels: readonly GpuKernel[] = [
  ...activationKernels,
  ...addNKernels,
  attention,
  attentionGrad,
  ...embeddingKernels,
  ...globalNormKernels,
  groupNorm,
  groupNormGrad,
  ...layerNormKernels,
  ...linearCombinationKernels,
  ...optimizerKernels,
  ...randomNormalKernels,
  ...resampleKernels,
  ...splitKernels,
  ...sumKernels,
];
