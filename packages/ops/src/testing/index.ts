import { activationCases } from './activations';
import { attentionCases } from './attention';
import { combinationCases } from './combinations';
import type { ConformanceCase } from './conformance-case';
import { conv2dCases } from './conv2d';
import { limitCases } from './limits';
import { linearCases } from './linear';
import { matMulCases } from './matmul';
import { normalizationCases } from './normalization';
import { optimizerCases } from './optimizer';
import { randomNormalCases } from './random-normal';
import { rearrangementCases } from './rearrangement';
import { resampleCases } from './resample';

export { checkConformance } from './check-conformance';
export type { ConformanceCase, Expected, Numbers } from './conformance-case';
export type { Tracked } from './tracked';

/** Returns every case that a backend has to pass. A new op is a file and a line here. */
export function conformanceCases(): readonly ConformanceCase[] {
  return [
    ...activationCases,
    ...attentionCases,
    ...combinationCases,
    ...conv2dCases,
    ...limitCases,
    ...linearCases,
    ...matMulCases,
    ...normalizationCases,
    ...optimizerCases,
    ...randomNormalCases,
    ...rearrangementCases,
    ...resampleCases,
  ];
}
