import {
  attentionGradJob,
  attentionJob,
  largestKeyJob,
} from './attention';
import {
  convFilterGradJob,
  convJob,
  turnFilterJob,
} from './conv';
import {
  binaryJob,
  castJob,
  copyJob,
  fillJob,
  linearCombinationJob,
  sineJob,
  unaryJob,
} from './elementwise';
import {
  gemmJob,
  packJob,
  peakJob,
} from './gemm';
import {
  groupMomentsJob,
  groupNormGradFactorsJob,
  groupNormGradJob,
  groupNormGradSumsJob,
  groupNormJob,
  groupStatisticsJob,
  layerNormGradJob,
  layerNormJob,
} from './norm';
import {
  adamWJob,
  emaJob,
  sumSquaresJob,
} from './optimizer';
import {
  embeddingGradJob,
  embeddingJob,
  randomNormalJob,
} from './random';
import {
  sumEachRowJob,
  sumPartialsJob,
  sumRowsJob,
} from './reduce';
import {
  maxPoolGradJob,
  maxPoolJob,
  upsampleGradJob,
  upsampleJob,
} from './resample';
import {
  winogradFilterJob,
  winogradGradFilterJob,
  winogradGradProductJob,
  winogradGradTransformJob,
  winogradJob,
} from './winograd';

export { finished, runAlone, share, work } from './pool';
export {
  attentionGradJob,
  attentionJob,
  largestKeyJob,
  convFilterGradJob,
  convJob,
  turnFilterJob,
  binaryJob,
  castJob,
  copyJob,
  fillJob,
  linearCombinationJob,
  sineJob,
  unaryJob,
  gemmJob,
  packJob,
  peakJob,
  groupMomentsJob,
  groupNormGradFactorsJob,
  groupNormGradJob,
  groupNormGradSumsJob,
  groupNormJob,
  groupStatisticsJob,
  layerNormGradJob,
  layerNormJob,
  adamWJob,
  emaJob,
  sumSquaresJob,
  embeddingGradJob,
  embeddingJob,
  randomNormalJob,
  sumEachRowJob,
  sumPartialsJob,
  sumRowsJob,
  maxPoolGradJob,
  maxPoolJob,
  upsampleGradJob,
  upsampleJob,
  winogradFilterJob,
  winogradGradFilterJob,
  winogradGradProductJob,
  winogradGradTransformJob,
  winogradJob,
};

/** Naming the jobs here puts them in the table, where the host finds their numbers. */
export const jobs: StaticArray<(chunk: i32) => void> = [
  attentionGradJob,
  attentionJob,
  largestKeyJob,
  convFilterGradJob,
  convJob,
  turnFilterJob,
  binaryJob,
  castJob,
  copyJob,
  fillJob,
  linearCombinationJob,
  sineJob,
  unaryJob,
  gemmJob,
  packJob,
  peakJob,
  groupMomentsJob,
  groupNormGradFactorsJob,
  groupNormGradJob,
  groupNormGradSumsJob,
  groupNormJob,
  groupStatisticsJob,
  layerNormGradJob,
  layerNormJob,
  adamWJob,
  emaJob,
  sumSquaresJob,
  embeddingGradJob,
  embeddingJob,
  randomNormalJob,
  sumEachRowJob,
  sumPartialsJob,
  sumRowsJob,
  maxPoolGradJob,
  maxPoolJob,
  upsampleGradJob,
  upsampleJob,
  winogradFilterJob,
  winogradGradFilterJob,
  winogradGradProductJob,
  winogradGradTransformJob,
  winogradJob,
];

/** First address that the host may give away. */
export function heapStart(): usize {
  return __heap_base;
}
