import { type Awaitable, createAwaitable } from './awaitable';
import type { Images } from './images';

/**
 * Images that are being drawn. `await` it for the images, or go through its steps, `for await (const step of drawing)`, and
 * await it afterwards. It begins when it is first awaited or gone through; leaving the loop ends it.
 */
export interface Drawing<Step> extends Awaitable<Step, Images> {}

/** Returns a drawing whose steps `run` yields and whose images it returns. */
export const createDrawing = <Step>(run: () => AsyncGenerator<Step, Images, undefined>): Drawing<Step> =>
  createAwaitable('drawing', run);
