import type { DrawingNetwork, Model, ModelInfo } from './model';

/** Returns a model around its network, which `free` lets go of: once, however often the model is disposed. */
export function modelOf<N extends DrawingNetwork>(
  info: ModelInfo,
  network: N,
  free: () => void,
): Model & { readonly network: N } {
  let isDisposed = false;
  const dispose = () => {
    if (isDisposed) return;
    isDisposed = true;
    free();
  };
  return {
    ...info,
    network,
    get isDisposed() {
      return isDisposed;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
