import { expect, test } from 'vitest';
import type { Step } from '../web/task';
import { markdown, type Report, SOFTWARE } from './table';

const step: Step = { network: 'original', step: 'sampling', size: 64, baseWidth: 64, batch: 1 };
const report: Report = {
  card: {
    adapter: { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false },
    ...{ features: ['shader-f16'], clock: 'timestamps of the GPU', f32: 2.5e12, f16: 5e12 },
    ...{ bytesPerSecond: 1e11, dispatchSeconds: 3e-6 },
  },
  ...{ adapter: 'A card', isSoftware: false, machine: { system: 'Linux' } },
  rows: [
    { subject: 'denoiser', where: 'Node', step, ms: [10, 20, 30], dispatches: 201 },
    { subject: 'onnxruntime', where: 'Node', step, ms: [30, 40, 50] },
    { subject: 'tfjs', where: 'Node', step, ms: [], dispatches: 907, problem: 'out | of\nmemory' },
  ],
  bound: () => 5,
};

test('a row has the median, the spread, the ratio to ours, and the share of what the card could do', () => {
  expect(markdown(report).split('\n').slice(-3)).toEqual([
    '| original 64×64, sampling | 1 | denoiser | Node | 20.0 | 12.0–28.0 | 1.00 | 25 % | 201 |',
    '| original 64×64, sampling | 1 | onnxruntime | Node | 40.0 | 32.0–48.0 | 2.00 | 13 % |  |',
    '| original 64×64, sampling | 1 | tfjs | Node | – | out / of memory | | | 907 |',
  ]);
});

test('what the card can do stands before the table, and a software adapter is said to be one', () => {
  expect(markdown(report)).toContain(
    'f32 2.50 TFLOP/s, f16 5.00 TFLOP/s, copying 100 GB/s, a dispatch of nothing 3.0 µs',
  );
  expect(markdown(report)).not.toContain(SOFTWARE);
  expect(markdown({ ...report, isSoftware: true })).toMatch(/^\*\*This adapter is software/);
});
