import { activationCases, drawnActivationCases } from './activations';
import { attentionCases, drawnAttentionCases } from './attention';
import { combinationCases, drawnCombinationCases } from './combinations';
import type { ConformanceCase } from './conformance-case';
import { conv2dCases, drawnConv2dCases } from './conv2d';
import { drawnElementwiseCases, elementwiseCases } from './elementwise';
import { fusedCases } from './fused';
import { limitCases } from './limits';
import { drawnLinearCases, linearCases } from './linear';
import { drawnMatMulCases, matMulCases } from './matmul';
import { drawnMovementCases, movementCases } from './movement';
import { drawnNormalizationCases, normalizationCases } from './normalization';
import { optimizerCases } from './optimizer';
import { drawnRandomNormalCases, randomNormalCases } from './random-normal';
import { drawnResampleCases, resampleCases } from './resample';
import { drawnSumCases, sumCases } from './sums';

export { checkConformance } from './check-conformance';
export type { ConformanceCase, Expected, Numbers } from './conformance-case';
export type { Tracked } from './tracked';

/** Returns every case that a backend has to pass: named shapes and limits. A new op is a file and a line here. */
export function conformanceCases(): readonly ConformanceCase[] {
  return [
    ...activationCases,
    ...attentionCases,
    ...combinationCases,
    ...conv2dCases,
    ...elementwiseCases,
    ...fusedCases,
    ...limitCases,
    ...linearCases,
    ...matMulCases,
    ...movementCases,
    ...normalizationCases,
    ...optimizerCases,
    ...randomNormalCases,
    ...resampleCases,
    ...sumCases,
  ];
}

/** Returns cases of sizes that nobody chose: drawn once and for all, for backends on which a case costs little. */
export function drawnCases(): readonly ConformanceCase[] {
  return [
    ...drawnActivationCases,
    ...drawnAttentionCases,
    ...drawnCombinationCases,
    ...drawnConv2dCases,
    ...drawnElementwiseCases,
    ...drawnLinearCases,
    ...drawnMatMulCases,
    ...drawnMovementCases,
    ...drawnNormalizationCases,
    ...drawnRandomNormalCases,
    ...drawnResampleCases,
    ...drawnSumCases,
  ];
}
