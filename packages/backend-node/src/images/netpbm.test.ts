import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOf } from '../../test/pictures';
import { decode } from './decode';
import { readNetpbm } from './netpbm';

const binary = (header: string, ...bytes: number[]) => Buffer.concat([Buffer.from(header), Buffer.from(bytes)]);

test.each<[string, Buffer, channels: number, number[]]>([
  ['P1', Buffer.from('P1\n# by hand\n2 2\n01\n1 0\n'), 1, [255, 0, 0, 255]],
  ['P2', Buffer.from('P2 2 2 # sizes\n15\n0 5\n10 15'), 1, [0, 85, 170, 255]],
  ['P3', Buffer.from('P3\n2 1 255\n255 0 0 1 2 3\n'), 3, [255, 0, 0, 1, 2, 3]],
  ['P4', binary('P4\n2 2\n', 0b01000000, 0b10000000), 1, [255, 0, 0, 255]],
  ['P5', binary('P5\n2 2\n255\n', 0, 10, 20, 255), 1, [0, 10, 20, 255]],
  ['P5 of 16 bits', binary('P5 2 1 65535\n', 0x80, 0, 0xff, 0xff), 1, [128, 255]],
  ['P6', binary('P6\n#\n2 1\n255\n', 10, 13, 35, 4, 5, 6), 3, [10, 13, 35, 4, 5, 6]],
])('%s is read', (_, content, channels, data) => {
  const image = readNetpbm(content);
  expect([image.channels, [...image.data]]).toEqual([channels, data]);
});

test('images of Netpbm are training images, whatever they are called', async () => {
  const folder = await folderOf({
    'a.ppm': binary('P6 2 1 255\n', 255, 0, 0, 0, 0, 255),
    'b.png': Buffer.from('P2 1 1 9 9'),
  });
  expect([...(await decode(join(folder, 'a.ppm'), { frame: [1, 2], channels: 3 })).bytes]).toEqual([
    255, 0, 0, 0, 0, 255,
  ]);
  expect([...(await decode(join(folder, 'b.png'), { frame: [1, 1], channels: 3 })).bytes]).toEqual([255, 255, 255]);
});

test.each([
  'P5 2 2 255\n',
  'P5 2 2',
  'P2 2 2 255 1 2 3',
  'P2 1 1 9 10',
  'P5 0 1 255\n',
  'P5 1 1 70000\n..',
  'P1 2 2 0120',
  'P3 x',
])('%j is damaged', (content) => {
  expect(() => readNetpbm(Buffer.from(content))).toThrow('it is damaged or truncated');
});

test('an impossible size is refused before anything of that size is made', () => {
  expect(() => readNetpbm(Buffer.from('P2 99999999 99999999 255 1'))).toThrow('it is too large');
  expect(() => readNetpbm(Buffer.from('P1 16000 16000 1'))).toThrow('damaged');
});
