import type { RunConfig } from '../config/run-schema';

/** Returns when a run ends, as `fit` is told it. */
export const limitsOf = ({ epochs, steps }: RunConfig): { epochs?: number; steps?: number } => ({
  ...(epochs !== null && { epochs }),
  ...(steps !== null && { steps }),
});
