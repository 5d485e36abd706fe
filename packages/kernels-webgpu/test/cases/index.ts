import { addNCases } from './add-n';
import { attentionCases } from './attention';
import type { KernelCase } from './case';
import { conv2dCases } from './conv2d';
import { globalNormCases } from './global-norm';
import { linearCombinationCases } from './linear-combination';
import { matMulCases } from './matmul';
import { normCases } from './norms';
import { optimizerCases } from './optimizer';
import { splitCases } from './split';
import { sumCases } from './sum';
import { trigonometryCases } from './trigonometry';

/** What @denoiser/ops/testing has no case for: kernels of tfjs, and lesser adapters; by what it is about. A new family of kernels is a file and a line here. */
export const cases: Readonly<Record<string, readonly KernelCase[]>> = {
  'sums of many': addNCases,
  convolution: conv2dCases,
  attention: attentionCases,
  'global norm': globalNormCases,
  'linear combination': linearCombinationCases,
  'matrix product': matMulCases,
  normalization: normCases,
  optimizer: optimizerCases,
  split: splitCases,
  sum: sumCases,
  trigonometry: trigonometryCases,
};
