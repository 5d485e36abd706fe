import { attentionKernels } from './attention';
import { convKernels } from './conv2d';
import { elementwiseKernels } from './elementwise';
import type { EngineKernel } from './kernel';
import { matMulKernels } from './matmul';
import { movementKernels } from './movement';
import { normKernels } from './norm';
import { optimizerKernels } from './optimizer';
import { randomKernels } from './random';
import { reduceKernels } from './reduce';
import { resampleKernels } from './resample';
import { viewKernels } from './views';

/** Every kernel that the engine has of its own; a new one is a line here. */
export const engineKernels: readonly EngineKernel[] = [
  ...viewKernels,
  ...matMulKernels,
  ...convKernels,
  ...elementwiseKernels,
  ...movementKernels,
  ...reduceKernels,
  ...normKernels,
  ...attentionKernels,
  ...resampleKernels,
  ...optimizerKernels,
  ...randomKernels,
];
