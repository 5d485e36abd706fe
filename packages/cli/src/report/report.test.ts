import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePngGrid } from '@denoiser/backend-node';
import { beforeAll, expect, test } from 'vitest';
import type { StepLine } from '../record/lines';
import { lossByTimeCounter } from '../record/loss-by-time';
import { runPaths, samplePath } from '../run-folder';
import { chart } from './chart';
import { reportPage } from './report';

const paths = runPaths(join(mkdtempSync(join(tmpdir(), 'denoiser-')), 'a <run> & "more"'));
beforeAll(async () => {
  mkdirSync(paths.samples, { recursive: true });
  const picture = { data: new Uint8Array(64), imageShape: [8, 8, 1] as const };
  for (let epoch = 1; epoch <= 30; epoch++) await writePngGrid(samplePath(paths, { epoch }), picture);
});

const linesOf = (count: number): StepLine[] =>
  Array.from({ length: count }, (_, i) => ({
    step: i + 1,
    epoch: 1 + Math.floor(i / 10),
    loss: 1 / (1 + i / 50),
    gradientNorm: 2 + Math.sin(i),
    learningRate: 3e-4,
    imagesPerSecond: 20,
    waitingShare: 0.25,
    memoryBytes: 2 ** 29,
    time: Date.UTC(2026, 2, 4),
  }));
const stretches = [100, 400].map((step) => {
  const counter = lossByTimeCounter(1000);
  counter.add(
    Int32Array.from({ length: 200 }, (_, i) => i * 5),
    Float32Array.from({ length: 200 }, (_, i) => 40 / step / (1 + i)),
  );
  return counter.take(step) as NonNullable<ReturnType<typeof counter.take>>;
});
const validations = [100, 200, 300].map((step) => ({ step, epochsDone: step / 10, loss: 9 / step, emaLoss: 3 / step }));
const facts = {
  config: { data: '/pictures/<here>', steps: null, sampleEvery: { epochs: 2 } },
  steps: 500,
  batchSize: 4,
  about: { device: 'engine' },
  versions: { denoiser: '1.2.3' },
};
const pageOf = (lines: StepLine[], times = stretches) =>
  reportPage({
    paths,
    facts,
    lines,
    stretches: lines.length > 0 ? times : [],
    validations: lines.length > 0 ? validations : [],
    noiseSteps: 1000,
    step: lines.length,
  });

test('the report stands by itself: nothing is loaded, and what is shown can be read without a script', async () => {
  const html = await pageOf(linesOf(400));
  expect(html).not.toMatch(/(src|href)="(?!data:)/);
  expect(html).not.toMatch(/NaN|Infinity|undefined/);
  expect([...html.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id)).toEqual([
    ...[
      'samples',
      'loss',
      'validation',
      'loss-by-t',
      'gradient-norm',
      'learning-rate',
      'speed',
      'device',
      'configuration',
    ],
  ]);
  expect(html.match(/<h1>/g)).toHaveLength(1);
  expect(html).toContain('Training of a &#60;run&#62; &#38; &#34;more&#34;');
  expect(html).toContain('/pictures/&#60;here&#62;');
  expect(html).toContain('After step 400 of 500, 2026-03-04');
  expect(html).toContain('<dt>of it waiting for images</dt><dd>25.0 %</dd>');
  expect(html).toContain('The lowest of the averaged weights is 0.01 at step 300.');
});

test('every picture has its text, and every chart a name, a description and a table', async () => {
  const html = await pageOf(linesOf(400));
  const images = html.match(/<img [^>]*>/g) ?? [];
  expect(images, 'twelve of the thirty, first and last among them').toHaveLength(12);
  for (const image of images) expect(image).toMatch(/alt="Samples drawn after epoch \d+, step [\d,]+"/);
  expect([images[0], images.at(-1)].join()).toMatch(/epoch 1, .*epoch 30, /);
  const charts = html.match(/<svg [^>]*role="img"/g) ?? [];
  expect(charts).toHaveLength(6);
  for (const id of ['loss', 'validation', 'loss-by-t', 'gradient-norm', 'learning-rate', 'speed']) {
    expect(html).toContain(`<title id="${id}-chart-title">`);
    expect(html).toContain(`<desc id="${id}-chart-description">`);
  }
  expect(html.match(/<details><summary>.* as a table/g)).toHaveLength(6);
});

test('a grid is said to be of the step with which its epoch ended, though images came in between', async () => {
  const lines = linesOf(400).map((line, i) => ({ ...line, epoch: i < 10 ? 1 : 2 + Math.floor((i - 10) / 13) }));
  const html = await pageOf(lines);
  expect(html).toContain('After epoch 1, step 10<');
  expect(html).toContain('After epoch 30, step 387<'); // 10 + 29·13
});

test('the loss by t of the beginning is that of the first stretch where it is longer than a quarter of the run', async () => {
  const [first, last] = stretches as [(typeof stretches)[0], (typeof stretches)[0]];
  const html = await pageOf(linesOf(400), [{ ...first, step: 300 }, last]);
  expect(html).toContain('at the beginning (to step 300)');
  expect(await pageOf(linesOf(400), [last])).toContain('so far (to step 400)');
});

test('the loss by t of the beginning stands beside that of the end', async () => {
  const html = await pageOf(linesOf(400));
  expect(html).toContain('at the beginning (to step 100)');
  expect(html).toContain('lately (to step 400)');
  // 0.4/(1 + i) over i = 0 … 19, by their number; a quarter of it later.
  const harmonic = Array.from({ length: 20 }, (_, i) => 1 / (1 + i)).reduce((a, b) => a + b);
  const cell = (scale: number) => `<td>${Number(((scale * harmonic) / 20).toPrecision(3))}</td>`;
  expect(html).toContain(`<th scope="row">0–99</th>${cell(0.4)}${cell(0.1)}`);
});

test('the report stays small however long the run, and is one before the first step', async () => {
  expect((await pageOf(linesOf(200_000))).length).toBeLessThan(600_000);
  expect(await pageOf([])).toContain('After step 0 of 500.');
});

test('a log of an older version, without norms and rates, gives a report without those charts', async () => {
  const old = linesOf(20).map(({ step, epoch, loss, imagesPerSecond, time }) => ({
    step,
    epoch,
    loss,
    imagesPerSecond,
    time,
  }));
  const html = await pageOf(old);
  expect(html).toContain('<h2 id="loss">');
  expect(html).not.toContain('gradient-norm');
});

test('a logarithmic axis has at least three ticks, however narrow', () => {
  for (const high of [1.0001, 1.1, 2, 5, 30, 1e5]) {
    const svg = chart({
      id: 'c',
      title: 't',
      description: 'd',
      x: { label: 'step', domain: [0, 1] },
      y: { label: 'loss', scale: 'log' },
      series: [
        {
          name: 's',
          kind: 'line',
          points: [
            [0, 1],
            [1, high],
          ],
        },
      ],
    });
    expect(svg.match(/class="grid"/g)?.length, `up to ${high}`).toBeGreaterThanOrEqual(3);
  }
});
