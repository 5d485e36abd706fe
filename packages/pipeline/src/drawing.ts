import { DenoiserError } from '@denoiser/ops';
import type { Images } from './images';

/**
 * Images that are being drawn. `await` it for the images, or go through its steps, `for await (const step of drawing)`, and
 * await it afterwards. It begins when it is first awaited or gone through; leaving the loop ends it.
 */
export interface Drawing<Step> extends Promise<Images>, AsyncIterable<Step> {}

/** Returns a drawing whose steps `run` yields and whose images it returns. */
export function createDrawing<Step>(run: () => AsyncGenerator<Step, Images, undefined>): Drawing<Step> {
  let images: Promise<Images> | undefined;

  async function drain(): Promise<Images> {
    const steps = run();
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
    }
  }

  async function* iterate(settle: Settle): AsyncGenerator<Step, void, undefined> {
    try {
      settle.resolve(yield* run());
    } catch (error) {
      settle.reject(error);
      throw error;
    } finally {
      // Of no effect where it has ended.
      settle.reject(new DenoiserError('drawing-left', 'The drawing was left before its end; draw the images anew.'));
    }
  }

  const ended = () => {
    images ??= drain();
    return images;
  };
  return {
    [Symbol.asyncIterator]() {
      if (images) throw new DenoiserError('drawing-begun', 'A drawing is gone through once; draw the images anew.');
      const settle = {} as Settle;
      images = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }));
      images.catch(() => {}); // whoever goes through the steps has the error there
      return iterate(settle);
    },
    // biome-ignore lint/suspicious/noThenProperty: to be awaited is what it is for
    then: (resolve, reject) => ended().then(resolve, reject),
    catch: (reject) => ended().catch(reject),
    finally: (then) => ended().finally(then),
    [Symbol.toStringTag]: 'Drawing',
  };
}

interface Settle {
  resolve(images: Images): void;
  reject(error: unknown): void;
}
