/** One image as bytes, row by row, channels last. */
export type Pixels = {
  readonly bytes: Uint8Array; // [H, W, C]
  readonly height: number;
  readonly width: number;
  readonly channels: number;
};

/** A part of an image, in pixels. */
export type Box = { readonly top: number; readonly left: number; readonly height: number; readonly width: number };

/** The middle of an image; the odd pixel goes to the top and left. */
export function centreBox(image: { height: number; width: number }, height: number, width: number): Box {
  return { top: Math.round((image.height - height) / 2), left: Math.round((image.width - width) / 2), height, width };
}
