import { activationCases } from './activations';
import { addNCases } from './add-n';
import { attentionCases } from './attention';
import type { KernelCase } from './case';
import { embeddingCases } from './embedding';
import { globalNormCases } from './global-norm';
import { linearCombinationCases } from './linear-combination';
import { normCases } from './norms';
import { optimizerCases } from './optimizer';
import { randomNormalCases } from './random-normal';
import { resampleCases } from './resample';
import { splitCases } from './split';
import { sumCases } from './sum';

/** Every case, by what it is about. A new family of kernels is a file and a line here. */
export const cases: Readonly<Record<string, readonly KernelCase[]>> = {
  activations: activationCases,
  'sums of many': addNCases,
  attention: attentionCases,
  embedding: embeddingCases,
  'global norm': globalNormCases,
  'linear combination': linearCombinationCases,
  normalization: normCases,
  optimizer: optimizerCases,
  'random normals': randomNormalCases,
  resample: resampleCases,
  split: splitCases,
  sum: sumCases,
};
