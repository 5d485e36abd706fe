import { activationCases } from './activations';
import { addNCases } from './add-n';
import { attentionCases } from './attention';
import type { KernelCase } from './case';
import { conv2dCases } from './conv2d';
import { embeddingCases } from './embedding';
import { globalNormCases } from './global-norm';
import { linearCases } from './linear';
import { linearCombinationCases } from './linear-combination';
import { matMulCases } from './matmul';
import { normCases } from './norms';
import { optimizerCases } from './optimizer';
import { randomNormalCases } from './random-normal';
import { resampleCases } from './resample';
import { splitCases } from './split';
import { sumCases } from './sum';
import { trigonometryCases } from './trigonometry';

/** Every case, by what it is about. A new family of kernels is a file and a line here. */
export const cases: Readonly<Record<string, readonly KernelCase[]>> = {
  activations: activationCases,
  'sums of many': addNCases,
  convolution: conv2dCases,
  attention: attentionCases,
  embedding: embeddingCases,
  linear: linearCases,
  'global norm': globalNormCases,
  'linear combination': linearCombinationCases,
  'matrix product': matMulCases,
  normalization: normCases,
  optimizer: optimizerCases,
  'random normals': randomNormalCases,
  resample: resampleCases,
  split: splitCases,
  sum: sumCases,
  trigonometry: trigonometryCases,
};
