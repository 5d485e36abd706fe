import type { Picture } from './picture';

/** A picture as a canvas takes it: values beyond ±1 are cut, one channel is grey. */
export function toImageData({ height, width, channels, pixels }: Picture): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = 127.5 * ((pixels[i * channels + (channels === 3 ? c : 0)] as number) + 1); // it clamps
    }
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** The reverse: red, green and blue, or their mean by how bright the eye sees them. */
export function fromImageData({ height, width, data }: ImageData, channels: 1 | 3): Picture {
  const pixels = new Float32Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const [red, green, blue] = data.subarray(4 * i, 4 * i + 3) as unknown as [number, number, number];
    if (channels === 3) pixels.set([red / 127.5 - 1, green / 127.5 - 1, blue / 127.5 - 1], 3 * i);
    else pixels[i] = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 127.5 - 1; // Rec. 709
  }
  return { height, width, channels, pixels };
}
