import type { TensorInfo } from '@tensorflow/tfjs-core';
import { four, type Operand, orZero } from './gemm-operand';

/** A convolution as seen from its forward direction: x [batch, height, width, inputs] → y [batch, outHeight, outWidth, outputs]. */
export type ConvShape = {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outputs: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
};

const keyOf = (s: ConvShape) => Object.values(s).join(' ');

/**
 * WGSL that declares, from `place` and `k`, where an element is (`index: u32`) and whether it is there at all (`inside: bool`).
 * Coordinates are unsigned: what lies before the image has wrapped to far behind it, so that one comparison finds both.
 */
type Find = string;

/**
 * The patches of x that the filter sees: a row for each pixel of y, in it filterHeight · filterWidth · inputs elements. They are
 * never stored: where an element of x is, is computed as it is loaded.
 */
export function patches(x: TensorInfo, s: ConvShape): Operand {
  const find: Find = `
    let at = place.yz + ${tapOf(`k / ${s.inputs}u`, s)};
    let inside = at.x < ${s.height}u && at.y < ${s.width}u;
    let index = ((place.x + at.x) * ${s.width}u + at.y) * ${s.inputs}u + k % ${s.inputs}u;`;
  return {
    tensor: x,
    packing: 'inner',
    type: typeFor(s.inputs),
    key: `patches ${keyOf(s)}`,
    code: (name) => `
      // The first row of the pixel's image, and where its patch begins in the image.
      fn place_${name}(batch: u32, outer: u32) -> vec3u {
        return ${pixelOf('outer', s.outHeight, s.outWidth)} * vec3u(${s.height}u, ${s.strideHeight}u, ${s.strideWidth}u)
          - vec3u(0u, ${s.padTop}u, ${s.padLeft}u);
      }
      ${loadInner(name, 'vec3u', s.inputs, s.filterHeight * s.filterWidth, find)}`,
  };
}

/**
 * The pixels of dy that saw a pixel of x: a row for each pixel of x, in it filterHeight · filterWidth · outputs elements, 0 where the
 * stride steps over it.
 */
export function seenBy(dy: TensorInfo, s: ConvShape): Operand {
  const strides = `vec2u(${s.strideHeight}u, ${s.strideWidth}u)`;
  const isStrided = s.strideHeight > 1 || s.strideWidth > 1;
  const find: Find = `
    let at = place.yz - ${tapOf(`k / ${s.outputs}u`, s)};
    let pixel = at / ${strides};
    let inside = pixel.x < ${s.outHeight}u && pixel.y < ${s.outWidth}u${isStrided ? ` && all(pixel * ${strides} == at)` : ''};
    let index = ((place.x + pixel.x) * ${s.outWidth}u + pixel.y) * ${s.outputs}u + k % ${s.outputs}u;`;
  return {
    tensor: dy,
    packing: 'inner',
    type: typeFor(s.outputs),
    key: `seenBy ${keyOf(s)}`,
    code: (name) => `
      // The first row of the pixel's image in dy, and where tap 0 saw the pixel, times the stride.
      fn place_${name}(batch: u32, outer: u32) -> vec3u {
        return ${pixelOf('outer', s.height, s.width)} * vec3u(${s.outHeight}u, 1u, 1u) + vec3u(0u, ${s.padTop}u, ${s.padLeft}u);
      }
      ${loadInner(name, 'vec3u', s.outputs, s.filterHeight * s.filterWidth, find)}`,
  };
}

/**
 * Where a stride divides the image, the pixels of x fall into strideHeight · strideWidth classes, each seen through its own taps of the
 * filter. As matrices of a batch they leave out (nearly) all of what `seenBy` and `turnedFilter` multiply by 0: with a 3×3 filter and
 * stride 2, four taps instead of nine.
 */
export function byClass(dy: TensorInfo, filter: TensorInfo, s: ConvShape) {
  const [tapsDown, tapsAcross] = [Math.ceil(s.filterHeight / s.strideHeight), Math.ceil(s.filterWidth / s.strideWidth)];
  const [height, width] = [s.height / s.strideHeight, s.width / s.strideWidth];
  const taps = tapsDown * tapsAcross;
  const strides = `vec2u(${s.strideHeight}u, ${s.strideWidth}u)`;
  const pads = `vec2u(${s.padTop}u, ${s.padLeft}u)`;
  const classOf = (index: string) => `vec2u(${index} / ${s.strideWidth}u, ${index} % ${s.strideWidth}u)`;
  const step = `vec2u(k / ${s.outputs * tapsAcross}u, k / ${s.outputs}u % ${tapsAcross}u)`;
  const type = typeFor(s.outputs);
  const key = `of classes ${keyOf(s)}`;
  const a: Operand = {
    tensor: dy,
    packing: 'inner',
    type,
    key: `dy ${key}`,
    code: (name) => `
      // The first row of the pixel's image in dy, the pixel of dy that saw it through the first of its taps, and its class.
      fn place_${name}(batch: u32, outer: u32) -> vec4u {
        let pixel = ${pixelOf('outer', height, width)};
        return vec4u(pixel.x * ${s.outHeight}u, pixel.yz + (${classOf('batch')} + ${pads}) / ${strides}, batch);
      }
      ${loadInner(
        name,
        'vec4u',
        s.outputs,
        taps,
        `
        let step = ${step};
        let tap = (${classOf('place.w')} + ${pads}) % ${strides} + step * ${strides};
        let pixel = place.yz - step;
        let inside = tap.x < ${s.filterHeight}u && tap.y < ${s.filterWidth}u && pixel.x < ${s.outHeight}u && pixel.y < ${s.outWidth}u;
        let index = ((place.x + pixel.x) * ${s.outWidth}u + pixel.y) * ${s.outputs}u + k % ${s.outputs}u;`,
      )}`,
  };
  const b: Operand = {
    tensor: filter,
    packing: 'inner',
    type,
    key: `filter ${key}`,
    code: (name) => `
      fn place_${name}(batch: u32, outer: u32) -> vec2u { return vec2u(outer * ${s.outputs}u, batch); }
      ${loadInner(
        name,
        'vec2u',
        s.outputs,
        taps,
        `
        let tap = (${classOf('place.y')} + ${pads}) % ${strides} + ${step} * ${strides};
        let inside = tap.x < ${s.filterHeight}u && tap.y < ${s.filterWidth}u;
        let index = (tap.x * ${s.filterWidth}u + tap.y) * ${s.inputs * s.outputs}u + place.x + k % ${s.outputs}u;`,
      )}`,
  };
  const rowOf = `
    fn rowOf(matrix: u32, row: u32) -> u32 {
      let pixel = ${pixelOf('row', height, width)};
      let at = pixel.yz * ${strides} + ${classOf('matrix')};
      return (pixel.x * ${s.height}u + at.x) * ${s.width}u + at.y;
    }`;
  const shape = {
    m: s.batch * height * width,
    n: s.inputs,
    k: taps * s.outputs,
    batch: s.strideHeight * s.strideWidth,
  };
  return { shape, a, b, rowOf };
}

/** The filter [filterHeight, filterWidth, inputs, outputs] with a column for each input channel. */
export function turnedFilter(filter: TensorInfo, s: ConvShape): Operand {
  const find: Find = `
    let inside = true;
    let index = k / ${s.outputs}u * ${s.inputs * s.outputs}u + place + k % ${s.outputs}u;`;
  return {
    tensor: filter,
    packing: 'inner',
    type: typeFor(s.outputs),
    key: `turnedFilter ${keyOf(s)}`,
    code: (name) => `
      fn place_${name}(batch: u32, outer: u32) -> u32 { return outer * ${s.outputs}u; }
      ${loadInner(name, 'u32', s.outputs, s.filterHeight * s.filterWidth, find)}`,
  };
}

/** The patches of x, transposed: a row for each element of the filter but its output channel; the sum runs over the pixels of y. */
export function patchesOverPixels(x: TensorInfo, s: ConvShape): Operand {
  const find: Find = `
    let pixel = ${pixelOf('k', s.outHeight, s.outWidth)};
    let at = pixel.yz * vec2u(${s.strideHeight}u, ${s.strideWidth}u) + place.xy;
    let inside = at.x < ${s.height}u && at.y < ${s.width}u;
    let index = ((pixel.x * ${s.height}u + at.x) * ${s.width}u + at.y) * ${s.inputs}u + place.z;`;
  const type = typeFor(s.inputs);
  return {
    tensor: x,
    packing: 'outer',
    type,
    key: `patchesOverPixels ${keyOf(s)}`,
    code: (name) => `
      // Where the row's tap sees pixel 0, and the row's channel.
      fn tap_${name}(outer: u32) -> vec3u {
        return vec3u(${tapOf(`outer / ${s.inputs}u`, s)} - vec2u(${s.padTop}u, ${s.padLeft}u), outer % ${s.inputs}u);
      }
      ${findFunction(name, type, 'vec3u', find)}
      ${
        type === 'vec4f'
          ? `
      fn place_${name}(batch: u32, outer: u32) -> vec3u { return tap_${name}(outer); }
      fn load_${name}(place: vec3u, k: u32) -> vec4f { return find_${name}(place, k); }`
          : `
      fn place_${name}(batch: u32, outer: u32) -> u32 { return outer; }
      fn load_${name}(place: u32, k: u32) -> vec4f {
        return ${four((j) => `find_${name}(tap_${name}(place + ${j}u), k)`)};
      }`
      }`,
  };
}

/** Channels stand together in memory. */
const typeFor = (channels: number) => (channels % 4 === 0 ? 'vec4f' : 'f32');

/** WGSL: number, row and column of a pixel in a batch of images. */
const pixelOf = (index: string, height: number, width: number) =>
  `vec3u(${index} / ${height * width}u, ${index} / ${width}u % ${height}u, ${index} % ${width}u)`;

/** WGSL: how far tap number `tap` of the filter is from its first one. */
const tapOf = (tap: string, s: ConvShape) =>
  `vec2u(${tap} / ${s.filterWidth}u, ${tap} % ${s.filterWidth}u) * vec2u(${s.dilationHeight}u, ${s.dilationWidth}u)`;

/** WGSL of `find_name(place, k)`: an element, or as many as stand together; zeros where there is none. Without branches. */
const findFunction = (name: string, type: 'vec4f' | 'f32', place: string, find: Find) => `
  fn find_${name}(place: ${place}, k: u32) -> ${type} {
    ${find}
    return select(${type}(), at_${name}(select(0u, index${type === 'vec4f' ? ' / 4u' : ''}, inside)), inside);
  }`;

/** WGSL of `load_name(place, k)`, where the inner sum runs over `taps` of the filter and their `channels`. */
function loadInner(name: string, place: string, channels: number, taps: number, find: Find): string {
  const type = typeFor(channels);
  const elements = four((j) => orZero(`find_${name}(place, k + ${j}u)`, j, taps * channels));
  return `
    ${findFunction(name, type, place, find)}
    fn load_${name}(place: ${place}, k: u32) -> vec4f { return ${type === 'vec4f' ? `find_${name}(place, k)` : elements}; }`;
}
