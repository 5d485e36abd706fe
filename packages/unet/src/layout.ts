import type { ParameterSpec } from './layer';

/** Returns the shape that a parameter has in files: PyTorch's. */
export function fileShape({ shape, layout }: ParameterSpec): number[] {
  if (layout === 'same') return [...shape];
  if (layout === 'matrix') return [...shape].reverse();
  const [height, width, from, to] = shape;
  return [to, from, height, width];
}

/** Returns a copy of a parameter in the layout of files, from that in memory. */
export function toFileLayout(data: Float32Array, spec: ParameterSpec): Float32Array {
  const [outer, middle, inner] = threeAxes(spec);
  return reverseAxes(data, outer, middle, inner);
}

/** Returns a copy of a parameter in the layout of memory, from that of files. */
export function toMemoryLayout(data: Float32Array, spec: ParameterSpec): Float32Array {
  const [outer, middle, inner] = threeAxes(spec);
  return reverseAxes(data, inner, middle, outer);
}

/** HWIO seen as [H·W, I, O], [in, out] as [in, 1, out]: in both, files have these axes in reverse. */
function threeAxes({ shape, layout }: ParameterSpec): [outer: number, middle: number, inner: number] {
  if (layout === 'same') return [1, 1, shape.reduce((a, b) => a * b, 1)];
  if (layout === 'matrix') return [shape[0], 1, shape[1]];
  const [height, width, from, to] = shape;
  return [height * width, from, to];
}

/** [A, B, C] → [C, B, A] */
function reverseAxes(data: Float32Array, sizeA: number, sizeB: number, sizeC: number): Float32Array {
  const out = new Float32Array(data.length);
  let at = 0;
  for (let c = 0; c < sizeC; c++) {
    for (let b = 0; b < sizeB; b++) {
      for (let a = 0; a < sizeA; a++) out[at++] = data[(a * sizeB + b) * sizeC + c];
    }
  }
  return out;
}
