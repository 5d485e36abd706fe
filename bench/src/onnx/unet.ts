import type { TensorFile } from '@denoiser/safetensors';
import { graphBuilder } from './graph';

const HEADS = 4;

/**
 * The original U-Net as an ONNX model, operator by operator as torch.onnx.export writes it (opset 17): GELU by Erf, group
 * norm by InstanceNormalization, LayerNormalization, attention by MatMul and Softmax. NCHW.
 *
 * Inputs: x [B, 3, S, S] and embedding [B, timeDim], the position encoding of t, which is a few sines. Output: eps.
 */
export function unetOnnx(weights: TensorFile, { batch, size }: { batch: number; size: number }): Uint8Array {
  const g = graphBuilder();
  const named = new Set<string>();

  const shapeOf = (name: string): readonly number[] => {
    const tensor = weights.tensors.get(name);
    if (!tensor) throw new Error(`the weights have no ${name}`);
    return tensor.shape;
  };
  const weight = (name: string): string => {
    if (!named.has(name)) {
      const { data, shape } = weights.tensors.get(name) as { data: Float32Array; shape: number[] };
      g.floats(name, shape, data);
      named.add(name);
    }
    return name;
  };
  /** A parameter in another shape or order. */
  const derived = (
    name: string,
    suffix: string,
    shape: readonly number[],
    values: (data: Float32Array) => Float32Array,
  ) => {
    const full = `${name}:${suffix}`;
    if (!named.has(full)) {
      g.floats(full, shape, values(weights.tensors.get(name)?.data as Float32Array));
      named.add(full);
    }
    return full;
  };
  const scalar = (value: number) => {
    const name = `scalar_${value}`;
    if (!named.has(name)) {
      g.floats(name, [], Float32Array.of(value));
      named.add(name);
    }
    return name;
  };
  const add = (a: string, b: string) => g.node('Add', [a, b]);
  const mul = (a: string, b: string) => g.node('Mul', [a, b]);
  const gelu = (x: string) => {
    const erf = g.node('Erf', [g.node('Div', [x, scalar(Math.SQRT2)])]);
    return mul(mul(x, add(erf, scalar(1))), scalar(0.5));
  };
  const conv3 = (x: string, name: string) =>
    g.node('Conv', [x, weight(`${name}.weight`)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const groupNorm = (x: string, name: string, side: number) => {
    const [channels] = shapeOf(`${name}.weight`);
    const one = g.floats('one', [1], Float32Array.of(1));
    const zero = g.floats('zero', [1], Float32Array.of(0));
    const flat = g.node('Reshape', [x, g.shape([batch, 1, -1])]);
    const normal = g.node('InstanceNormalization', [flat, one, zero], { epsilon: { float: 1e-5 } });
    const back = g.node('Reshape', [normal, g.shape([batch, channels, side, side])]);
    const column = (part: string) => derived(`${name}.${part}`, 'column', [channels, 1, 1], (data) => data);
    return add(mul(back, column('weight')), column('bias'));
  };
  const doubleConv = (x: string, name: string, side: number, residual = false) => {
    const inner = gelu(groupNorm(conv3(x, `${name}.double_conv.0`), `${name}.double_conv.1`, side));
    const outer = groupNorm(conv3(inner, `${name}.double_conv.3`), `${name}.double_conv.4`, side);
    return residual ? gelu(add(x, outer)) : outer;
  };
  /** x·Wᵀ + b over the last axis. */
  const linear = (x: string, name: string, bias: string) => {
    const [out, width] = shapeOf(name);
    const transposed = derived(name, 'transposed', [width, out], (data) => transpose(data, out, width));
    return add(g.node('MatMul', [x, transposed]), weight(bias));
  };
  const layerNorm = (x: string, name: string) =>
    g.node('LayerNormalization', [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: 1e-5 },
    });
  const time = (name: string) => {
    const silu = mul('embedding', g.node('Sigmoid', ['embedding']));
    const [channels] = shapeOf(`${name}.emb_layer.1.bias`);
    const row = linear(silu, `${name}.emb_layer.1.weight`, `${name}.emb_layer.1.bias`);
    return g.node('Reshape', [row, g.shape([batch, channels, 1, 1])]);
  };
  const down = (x: string, name: string, side: number) => {
    const pooled = g.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    const first = doubleConv(pooled, `${name}.maxpool_conv.1`, side, true);
    return add(doubleConv(first, `${name}.maxpool_conv.2`, side), time(name));
  };
  const up = (x: string, skip: string, name: string, side: number) => {
    const scales = g.floats('scales', [4], Float32Array.of(1, 1, 2, 2));
    const larger = g.node('Resize', [x, '', scales], {
      mode: 'linear',
      coordinate_transformation_mode: 'align_corners',
    });
    const both = g.node('Concat', [skip, larger], { axis: 1 });
    const first = doubleConv(both, `${name}.conv.0`, side, true);
    return add(doubleConv(first, `${name}.conv.1`, side), time(name));
  };
  const attention = (x: string, name: string, side: number) => {
    const [channels] = shapeOf(`${name}.ln.weight`);
    const tokens = side * side;
    const width = channels / HEADS;
    const flat = g.node('Reshape', [x, g.shape([batch, channels, tokens])]);
    const rows = g.node('Transpose', [flat], { perm: [0, 2, 1] }); // [B, N, C]
    const normal = layerNorm(rows, `${name}.ln`);
    const projection = (part: number, perm: number[]) => {
      const w = derived(`${name}.mha.in_proj_weight`, `part${part}`, [channels, channels], (data) =>
        transpose(data.subarray(part * channels ** 2, (part + 1) * channels ** 2), channels, channels),
      );
      const b = derived(`${name}.mha.in_proj_bias`, `part${part}`, [channels], (data) =>
        data.slice(part * channels, (part + 1) * channels),
      );
      const whole = add(g.node('MatMul', [normal, w]), b);
      const heads = g.node('Reshape', [whole, g.shape([batch, tokens, HEADS, width])]);
      return g.node('Transpose', [heads], { perm });
    };
    const q = mul(projection(0, [0, 2, 1, 3]), scalar(1 / Math.sqrt(width)));
    const probabilities = g.node('Softmax', [g.node('MatMul', [q, projection(1, [0, 2, 3, 1])])], { axis: -1 });
    const heads = g.node('MatMul', [probabilities, projection(2, [0, 2, 1, 3])]);
    const joined = g.node('Reshape', [
      g.node('Transpose', [heads], { perm: [0, 2, 1, 3] }),
      g.shape([batch, tokens, channels]),
    ]);
    const attended = add(linear(joined, `${name}.mha.out_proj.weight`, `${name}.mha.out_proj.bias`), rows);
    const hidden = linear(
      layerNorm(attended, `${name}.ff_self.0`),
      `${name}.ff_self.1.weight`,
      `${name}.ff_self.1.bias`,
    );
    const fed = add(linear(gelu(hidden), `${name}.ff_self.3.weight`, `${name}.ff_self.3.bias`), attended);
    return g.node('Reshape', [g.node('Transpose', [fed], { perm: [0, 2, 1] }), g.shape([batch, channels, side, side])]);
  };

  const x1 = doubleConv('x', 'inc', size);
  const x2 = attention(down(x1, 'down1', size / 2), 'sa1', size / 2);
  const x3 = attention(down(x2, 'down2', size / 4), 'sa2', size / 4);
  const x4 = attention(down(x3, 'down3', size / 8), 'sa3', size / 8);
  let x = ['bot1', 'bot2', 'bot3'].reduce((value, name) => doubleConv(value, name, size / 8), x4);
  x = attention(up(x, x3, 'up1', size / 4), 'sa4', size / 4);
  x = attention(up(x, x2, 'up2', size / 2), 'sa5', size / 2);
  x = attention(up(x, x1, 'up3', size), 'sa6', size);
  const eps = g.node('Conv', [x, weight('outc.weight'), weight('outc.bias')], { kernel_shape: [1, 1] });

  const [timeDim] = shapeOf('down1.emb_layer.1.weight').slice(1);
  return g.model(
    [
      { name: 'x', shape: [batch, 3, size, size], type: 'float' },
      { name: 'embedding', shape: [batch, timeDim], type: 'float' },
    ],
    { name: eps, shape: [batch, 3, size, size], type: 'float' },
  );
}

function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = data[r * columns + c];
  return out;
}
