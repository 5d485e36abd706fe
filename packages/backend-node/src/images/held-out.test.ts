import { expect, test } from 'vitest';
import { isHeldOut, splitHeldOut } from './held-out';

const images = Array.from({ length: 400 }, (_, i) => ({ name: `${i % 100}/${i}.png`, label: i % 100 }));

test('every class keeps an image to train on, whatever the share', () => {
  for (const share of [0.05, 0.5, 0.9, 0.999]) {
    const { kept, held } = splitHeldOut(images, share);
    expect(new Set(kept.map(({ label }) => label)).size, `${share}`).toBe(100);
    expect(kept.length + held.length).toBe(400);
    expect(held.every(({ name }) => isHeldOut(name, share))).toBe(true);
  }
});

test('else a name alone decides: others that come or go change nothing', () => {
  const held = (some: typeof images) => splitHeldOut(some, 0.3).held.map(({ name }) => name);
  const less = held(images.slice(0, 300));
  expect(held(images).filter((name) => less.includes(name))).toEqual(less);
  const unlabelled = images.map(({ name }) => ({ name, label: -1 }));
  expect(splitHeldOut(unlabelled, 0.3).held.map(({ name }) => name)).toEqual(
    images.filter(({ name }) => isHeldOut(name, 0.3)).map(({ name }) => name),
  );
  expect(splitHeldOut(images, 0).kept).toBe(images);
});
