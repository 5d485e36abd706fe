import {
  type BatchShape,
  fusedKernels,
  MaxPool2x,
  MaxPool2xGrad,
  type UnaryGradInputs,
  type UnaryInputs,
  Upsample2x,
  type Upsample2xAttrs,
  Upsample2xGrad,
  type Upsample2xGradInputs,
  type UpsampleBesideGradAttrs,
  type UpsampleBesideGradInputs,
  type UpsampleBesideInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { lanes, perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

/** WGSL: what pixel of an image of `height`×`width` thread `i` is about, and which `step` of its channels. */
const place = (height: number, width: number, channels: number, i = 'i') => `
  let c = ${i} % ${channels}u;
  let column = ${i} / ${channels}u % ${width}u;
  let row = ${i} / ${channels * width}u % ${height}u;
  let image = ${i} / ${channels * width * height}u;`;

const maxPool = kernel<UnaryInputs, object>(MaxPool2x, ({ x }, _, backend) => {
  const [b, h, w, c] = x.shape as unknown as BatchShape;
  const [height, width] = [h >> 1, w >> 1];
  const { width: lane, type } = lanes(c);
  const y = backend.makeFor(x, [b, height, width, c], type);
  const steps = c / lane;
  backend.run({
    key: `maxPool2x ${x.shape}`,
    reads: { x },
    readable: ['x'],
    writes: { y },
    writable: ['y'],
    types: { x: type, y: type },
    ...perThread(
      b * height * width * steps,
      `${place(height, width, steps)}
       let first = ((image * ${h}u + 2u * row) * ${w}u + 2u * column) * ${steps}u + c;
       let below = first + ${w * steps}u;
       put_y(i, max(max(at_x(first), at_x(first + ${steps}u)), max(at_x(below), at_x(below + ${steps}u))));`,
    ),
  });
  return y;
});

const maxPoolGrad = kernel<UnaryGradInputs, object>(MaxPool2xGrad, ({ dy, x }, _, backend) => {
  const [b, h, w, c] = x.shape as unknown as BatchShape;
  const [height, width] = [Math.ceil(h / 2), Math.ceil(w / 2)]; // an odd row or column is half a block, without gradient
  const dx = backend.make(x.shape);
  const { width: lane, type } = lanes(c);
  const steps = c / lane;
  const hasRest = h % 2 !== 0 || w % 2 !== 0;
  const rest = `
    if (row == ${h >> 1}u || column == ${w >> 1}u) {
      dx[first] = T(0);
      if (2u * column + 1u < ${w}u) { dx[first + ${steps}u] = T(0); }
      if (2u * row + 1u < ${h}u) { dx[below] = T(0); }
      return;
    }`;
  backend.run({
    key: `maxPool2xGrad ${x.shape}`,
    reads: { dy, x },
    writes: { dx },
    types: { dy: type, x: type, dx: type },
    ...perThread(
      b * height * width * steps,
      `${place(height, width, steps)}
       let first = ((image * ${h}u + 2u * row) * ${w}u + 2u * column) * ${steps}u + c;
       let below = first + ${w * steps}u;
       ${hasRest ? rest : ''}
       var left = dy[((image * ${h >> 1}u + row) * ${w >> 1}u + column) * ${steps}u + c];
       let largest = max(max(x[first], x[first + ${steps}u]), max(x[below], x[below + ${steps}u]));
       var at = array(first, first + ${steps}u, below, below + ${steps}u);
       for (var k = 0; k < 4; k++) {
         let taken = select(T(0), left, x[at[k]] == largest); // the first that is equal takes it all
         left -= taken;
         dx[at[k]] = taken;
       }`,
      `alias T = ${type};`,
    ),
  });
  return dx;
});

/**
 * WGSL: between which two of `size` rows the row `out` of 2·size lies, corners aligned, and how far from the first. In
 * integers, as out·(size − 1)/(2·size − 1) has to fall on a whole number at the end.
 */
const between = (name: string, out: string, size: number) => `
  let ${name}Place = ${out} * ${size - 1}u;
  let ${name} = ${name}Place / ${2 * size - 1}u;
  let ${name}Next = min(${name} + 1u, ${size - 1}u);
  let ${name}Part = f32(${name}Place % ${2 * size - 1}u) / ${2 * size - 1}f;`;

/** x made twice as large, behind the channels of `skip` if there is one. */
function upsampled(
  backend: DenoiserWebGPUBackend,
  { x, skip }: { readonly x: TensorInfo; readonly skip?: TensorInfo },
  { method }: Upsample2xAttrs,
): TensorInfo {
  const [b, h, w, c] = x.shape as unknown as BatchShape;
  const beside = skip ? (skip.shape[3] as number) : 0;
  const { width: lane, type } = lanes(beside % 4 === 0 ? c : 1);
  const y = backend.makeFor(x, [b, 2 * h, 2 * w, beside + c], type);
  const [steps, first] = [c / lane, beside / lane];
  const at = (row: string, column: string) =>
    `at_x(((image * ${h}u + ${row}) * ${w}u + ${column}) * ${steps}u + c - ${first}u)`;
  const bilinear = `${between('top', 'row', h)} ${between('left', 'column', w)}
    let upper = ${at('top', 'left')} * (1 - leftPart) + ${at('top', 'leftNext')} * leftPart;
    let lower = ${at('topNext', 'left')} * (1 - leftPart) + ${at('topNext', 'leftNext')} * leftPart;
    put_y(i, upper * (1 - topPart) + lower * topPart);`;
  backend.run({
    key: `upsample2x ${method} ${x.shape} ${beside}`,
    reads: { x, ...(skip && { skip }) },
    readable: ['x', 'skip'],
    writes: { y },
    writable: ['y'],
    types: { x: type, y: type, skip: type },
    ...perThread(
      b * 4 * h * w * (first + steps),
      `${place(2 * h, 2 * w, first + steps)}
       ${skip ? `if (c < ${first}u) { put_y(i, at_skip(i / ${first + steps}u * ${first}u + c)); return; }` : ''}
       ${method === 'bilinear' ? bilinear : `put_y(i, ${at('row / 2u', 'column / 2u')});`}`,
    ),
  });
  return y;
}

/** WGSL: the rows of 2·size that row `i` of `size` has a part in, from `name`From to `name`To. */
const reach = (name: string, i: string, size: number) =>
  size === 1
    ? `let ${name}From = 0u; let ${name}To = 1u;`
    : `let ${name}From = select(0u, (max(${i}, 1u) - 1u) * ${2 * size - 1}u / ${size - 1}u + 1u, ${i} > 0u);
       let ${name}To = min(((${i} + 1u) * ${2 * size - 1}u - 1u) / ${size - 1}u, ${2 * size - 1}u);`;

/** WGSL: the weight of row `i` of `size` in row `out` of 2·size. */
const weight = (out: string, i: string, size: number) =>
  `(1 - f32(abs(i32(${out} * ${size - 1}u) - i32(${i} * ${2 * size - 1}u))) / ${2 * size - 1}f)`;

/** dx, and before it, where the first channels of dy are those of another image, dskip. */
function upsampledGradients(
  backend: DenoiserWebGPUBackend,
  dy: TensorInfo,
  { method, beside = 0 }: Upsample2xAttrs & { readonly beside?: number },
): TensorInfo[] {
  const [b, height, width, all] = dy.shape as unknown as BatchShape;
  const [h, w, c] = [height / 2, width / 2, all - beside];
  const dx = backend.make([b, h, w, c]);
  const dskip = beside > 0 ? backend.make([b, height, width, beside]) : undefined;
  const { width: lane, type } = lanes(beside % 4 === 0 ? c : 1);
  const [steps, first] = [c / lane, beside / lane];
  const copied = b * height * width * first;
  const at = (y: string, x: string) =>
    `dy[((image * ${height}u + ${y}) * ${width}u + ${x}) * ${first + steps}u + ${first}u + c]`;
  const bilinear = `${reach('y', 'row', h)} ${reach('x', 'column', w)}
    var sum = T(0);
    for (var y = yFrom; y <= yTo; y++) {
      var line = T(0);
      for (var x = xFrom; x <= xTo; x++) { line += ${at('y', 'x')} * ${weight('x', 'column', w)}; }
      sum += line * ${weight('y', 'row', h)};
    }
    dx[place] = sum;`;
  const [y, x] = ['2u * row', '2u * column'];
  const nearest = `dx[place] = ${at(y, x)} + ${at(y, `${x} + 1u`)} + ${at(`${y} + 1u`, x)} + ${at(`${y} + 1u`, `${x} + 1u`)};`;
  backend.run({
    key: `upsample2xGrad ${method} ${dy.shape} ${beside}`,
    reads: { dy },
    writes: { dx, ...(dskip && { dskip }) },
    types: { dy: type, dx: type, dskip: type },
    ...perThread(
      copied + b * h * w * steps,
      `${dskip ? `if (i < ${copied}u) { dskip[i] = dy[i / ${first}u * ${first + steps}u + i % ${first}u]; return; }` : ''}
       let place = i - ${copied}u;
       ${place(h, w, steps, 'place')} ${method === 'bilinear' ? bilinear : nearest}`,
      `alias T = ${type};`,
    ),
  });
  return dskip ? [dskip, dx] : [dx];
}

export const resampleKernels = [
  maxPool,
  maxPoolGrad,
  kernel<UnaryInputs, Upsample2xAttrs>(Upsample2x, (inputs, attrs, backend) => upsampled(backend, inputs, attrs)),
  kernel<Upsample2xGradInputs, Upsample2xAttrs>(Upsample2xGrad, ({ dy }, attrs, backend) =>
    upsampledGradients(backend, dy, attrs),
  ),
  kernel<UpsampleBesideInputs, Upsample2xAttrs>(fusedKernels.upsampleBeside, (inputs, attrs, backend) =>
    upsampled(backend, inputs, attrs),
  ),
  kernel<UpsampleBesideGradInputs, UpsampleBesideGradAttrs>(fusedKernels.upsampleBesideGrad, ({ dy }, attrs, backend) =>
    upsampledGradients(backend, dy, attrs),
  ),
];
