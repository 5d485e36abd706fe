import { saveFile } from './save-file';
import { drawSheet, type Sheet, sheetSize } from './sheet';

/** Pictures as one PNG, enlarged so that small ones can be looked at. */
export async function savePicture(
  sheet: Sheet,
  pixels: Uint8ClampedArray<ArrayBuffer>,
  file: string,
  columns: number,
  indices = Array.from({ length: pixels.length / (4 * sheet.height * sheet.width) }, (_, i) => i),
): Promise<void> {
  const scale = Math.max(1, Math.round(128 / sheet.width));
  const canvas = new OffscreenCanvas(...sheetSize(sheet, indices.length, columns, scale));
  drawSheet(canvas.getContext('2d') as OffscreenCanvasRenderingContext2D, sheet, pixels, { indices, columns, scale });
  saveFile(await canvas.convertToBlob({ type: 'image/png' }), file);
}

/** A picture as a PNG, pixel by pixel: for programs. */
export async function saveImage(image: ImageData, file: string): Promise<void> {
  const canvas = new OffscreenCanvas(image.width, image.height);
  (canvas.getContext('2d') as OffscreenCanvasRenderingContext2D).putImageData(image, 0, 0);
  saveFile(await canvas.convertToBlob({ type: 'image/png' }), file);
}
