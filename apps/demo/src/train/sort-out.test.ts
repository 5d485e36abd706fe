import { expect, test } from 'vitest';
import { sortOut } from './sort-out';

const file = (name: string, type: string) => ({ name, source: new File(['x'], name, { type }) });
const png = file('a.png', 'image/png');

test('pictures are taken, with their class', () => {
  const found = [png, { ...file('b.webp', 'image/webp'), className: 'cat' }];
  expect(sortOut(found, 10)).toEqual({
    pictures: [
      { ...png, className: '' },
      { ...found[1], className: 'cat' },
    ],
    failures: [],
  });
});

test('what is no picture for the browser is named, also among others that are', () => {
  const { pictures, failures } = sortOut([png, file('photo.heic', '')], 10);
  expect(pictures.map(({ name }) => name)).toEqual(['a.png']);
  expect(failures).toEqual([
    'photo.heic is not among the kinds of pictures that this browser reads; choose PNG, JPEG or WebP files.',
  ]);
});

test('what a browser says is a picture is taken, such as HEIC in Safari: whether it can be read is found when it is', () => {
  const photo = file('photo.heic', 'image/heic');
  expect(sortOut([photo], 10)).toEqual({ pictures: [{ ...photo, className: '' }], failures: [] });
});

test('of many three are named and the rest counted', () => {
  const others = ['a', 'b', 'c', 'd', 'e'].map((name) => file(`${name}.txt`, 'text/plain'));
  expect(sortOut(others, 10).failures).toEqual([
    'a.txt, b.txt, c.txt and 2 more files are not among the kinds of pictures that this browser reads; choose PNG, JPEG or WebP files.',
  ]);
});

test('pictures beyond the room are counted', () => {
  const { pictures, failures } = sortOut([png, png, png], 1);
  expect(pictures).toHaveLength(1);
  expect(failures[0]).toMatch(/the last 2 were left out/);
});
