/** A picture as the diffusion sees it: [height, width, channels] flat, values in [−1, 1]. */
export type Picture = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Float32Array;
};

/** What a pixel of a drawn picture is: red, green and blue in [0, 1], at u to the right and v down, both in [0, 1]. */
export type Paint = (u: number, v: number) => readonly [red: number, green: number, blue: number];

/** A picture of `size`×`size`, every pixel the mean of 2×2 points of the paint, so that edges are smooth. */
export function paintPicture(paint: Paint, size: number): Picture {
  const pixels = new Float32Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0];
      for (let k = 0; k < 4; k++) {
        const colour = paint((x + ((k % 2) + 0.5) / 2) / size, (y + (Math.floor(k / 2) + 0.5) / 2) / size);
        for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (colour[c] as number);
      }
      for (let c = 0; c < 3; c++) pixels[(y * size + x) * 3 + c] = (sum[c] as number) / 2 - 1;
    }
  }
  return { height: size, width: size, channels: 3, pixels };
}
