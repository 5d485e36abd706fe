import { expect, test } from 'vitest';
import { chooseClasses } from './classes';
import { dealLabels, gridColumns } from './draw';

const names = ['cat', 'dog', '7'];

test('classes are chosen by name or number, the name first', () => {
  expect(chooseClasses(['dog', '0', '7'], names)).toEqual([1, 0, 2]);
  expect(chooseClasses(undefined, names)).toEqual([0, 1, 2]);
  expect(chooseClasses(undefined, [])).toEqual([]);
});

test('a class that is not there is refused with those that are', () => {
  expect(() => chooseClasses(['3'], names)).toThrow(
    '--class 3: there is no such class; the checkpoint has 3 classes, 0 to 2 (cat, dog, 7).',
  );
  expect(() => chooseClasses(['bird'], names)).toThrow('--class bird');
  expect(() => chooseClasses(['0'], [])).toThrow('trained without classes');
});

test('each class has its column', () => {
  expect(dealLabels(5, [4, 2])).toEqual([4, 2, 4, 2, 4]);
  expect(gridColumns(100, 10)).toBe(10);
  expect(gridColumns(3, 10)).toBe(2);
  expect(gridColumns(16, 0)).toBe(4);
  expect(gridColumns(2000, 1000)).toBe(45);
});
