import { engine, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Lets tfjs free memory while it computes gradients: after each operation's, what was saved for it and the gradient of its output. tfjs
 * itself keeps all of them until the last one is there: every activation, and its gradient beside it. To be called at the end of the function
 * whose gradients are computed, when everything stands on the tape. Values stay the same to the bit.
 */
export function releaseEarly(): void {
  const { state } = engine();
  if (state.gradientDepth > 1) return; // the gradient of a gradient reads the tape again
  let releasePrevious = () => {};
  const passedOn = new WeakSet<Tensor>();
  for (const node of state.activeTape) {
    const { gradient, saved = [] } = node;
    if (!gradient) continue;
    node.gradient = (dys) => {
      releasePrevious();
      releasePrevious = () => {
        // Whatever the caller made stays the caller's.
        const spent = dys.filter((dy) => dy && !dy.kept && dy.scopeId === state.activeScope.id);
        for (const tensor of [...saved, ...spent]) tensor.dispose();
      };
      // What an op passes on, its own gradient, what it saved or one gradient to two inputs, is needed after its first owner is done.
      for (const tensor of [...saved, ...dys]) if (tensor) passedOn.add(tensor);
      const gradients = Object.entries(gradient(dys)).map(([name, compute]): [string, () => Tensor] => [
        name,
        () => {
          const dx = compute();
          if (passedOn.has(dx)) return dx.clone();
          passedOn.add(dx);
          return dx;
        },
      ]);
      return Object.fromEntries(gradients);
    };
  }
}
