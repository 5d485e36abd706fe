import type { TensorStep } from '@denoiser/samplers';

const COLUMNS = 10;

/** Collects what becomes of each picture: the estimates of x0 at so many steps, evenly spread, the last one the result. */
export function createTrajectory(options: { count: number; pixels: number; total: number }) {
  const { count, pixels, total } = options;
  const columns = Math.min(COLUMNS, total);
  const shown = Array.from({ length: columns }, (_, k) => Math.round(((k + 1) * total) / columns) - 1);
  const data = new Float32Array(count * columns * pixels);
  return {
    data,
    columns,
    async watch({ index, x, x0 }: TensorStep, first: number): Promise<void> {
      const column = shown.indexOf(index);
      if (column < 0) return;
      const values = await (index === total - 1 ? x : x0).data<'float32'>();
      for (let i = 0; i * pixels < values.length; i++) {
        data.set(values.subarray(i * pixels, (i + 1) * pixels), ((first + i) * columns + column) * pixels);
      }
    },
  };
}
