import { expect, it } from 'vitest';
import { checkFits, checkRoom, imagesAtOnce } from './room';

it('as many images are drawn at once as were asked for, but for what takes all memory', () => {
  expect(imagesAtOnce(16, [64, 64, 3])).toBe(16);
  expect(imagesAtOnce(1e9, [64, 64, 3])).toBe(341);
  expect(imagesAtOnce(4, [4096, 4096, 3])).toBe(1);
});

it('images that no array or machine holds are refused with the size that they have', () => {
  expect(() => checkFits(67108865, [8, 8, 1])).toThrow('more than the 67108864 images of 8×8 that one array holds');
  const room = { bytes: 2 ** 30, whose: 'this machine' };
  checkRoom(4096, [256, 256, 1], room);
  expect(() => checkRoom(4097, [256, 256, 1], room)).toThrow(
    '`count` 4097 images of 256×256 take 2 GiB, and this machine has 1; draw them in parts',
  );
});
