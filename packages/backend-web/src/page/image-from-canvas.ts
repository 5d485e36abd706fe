import type { TrainingImage } from '../protocol/pictures';

/** What a canvas shows now, to train on. */
export async function imageFromCanvas(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  { name = 'drawing', className }: { readonly name?: string; readonly className?: string } = {},
): Promise<TrainingImage> {
  return { name, source: await createImageBitmap(canvas), ...(className !== undefined && { className }) };
}
