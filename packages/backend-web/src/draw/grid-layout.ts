/** Places of images in a grid without gaps. */
export function gridSize(count: number, columns: number, [height, width]: readonly [number, number]) {
  return { width: columns * width, height: Math.ceil(count / columns) * height };
}
