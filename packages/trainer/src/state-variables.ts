import { type Tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';

/** Creates a variable for each parameter with a value made from it. They are not trainable; the caller disposes them. */
export function stateVariables(
  parameters: ReadonlyMap<string, Tensor>,
  initial: (parameter: Tensor) => Tensor,
): Map<string, Variable> {
  return new Map(
    [...parameters].map(([name, parameter]) => {
      const value = tidy(() => initial(parameter));
      const state = variable(value, false);
      value.dispose();
      return [name, state];
    }),
  );
}
