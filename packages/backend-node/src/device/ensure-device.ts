import { engine } from '@tensorflow/tfjs-core';
import { selectDevice } from './select-device';

let choosing: Promise<unknown> | undefined;

/** Makes the best device tfjs's current backend if none has been chosen yet, by `selectDevice` or by tfjs's own means. */
export async function ensureDevice(): Promise<void> {
  if (engine().backendName) return;
  choosing ??= selectDevice().finally(() => {
    choosing = undefined;
  });
  await choosing;
}
