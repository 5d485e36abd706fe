import { expect, test } from 'vitest';
import { choice, integer, interval, number, pictureSize } from './options';

test('whole numbers are read within their range', () => {
  const count = integer('--count', { min: 1 });
  expect(count('1')).toBe(1);
  expect(count('16')).toBe(16);
  expect(integer('--seed', { min: 0 })('9007199254740991')).toBe(2 ** 53 - 1);
});

test.each(['0', '-1', '1.5', 'x', '', ' ', '1e3', '9007199254740992', 'NaN'])('a count is not %j', (text) => {
  expect(() => integer('--count', { min: 1 })(text)).toThrow(
    `--count must be a whole number, 1 or more, got '${text}'.`,
  );
});

test('a width is a multiple of the attention heads', () => {
  const width = integer('--base-width', { min: 4, unit: 4 });
  expect(width('64')).toBe(64);
  expect(() => width('6')).toThrow('divisible by 4');
});

test('numbers keep to open and closed ranges', () => {
  expect(number('--lr', { min: 0, above: true })('3e-4')).toBe(3e-4);
  expect(number('--weight-decay', { min: 0 })('0')).toBe(0);
  expect(() => number('--lr', { min: 0, above: true })('0')).toThrow("--lr must be a number above 0, got '0'.");
  expect(() => number('--ema-decay', { min: 0, max: 1 })('1.1')).toThrow('from 0 to 1');
  for (const text of ['', 'abc', 'Infinity', 'NaN']) expect(() => number('--lr', { min: 0 })(text)).toThrow('--lr');
});

test('a choice is one of its words', () => {
  const variance = choice('--variance', ['posterior', 'beta']);
  expect(variance('beta')).toBe('beta');
  expect(() => variance('gamma')).toThrow("--variance must be one of posterior, beta, got 'gamma'.");
});

test('an interval counts epochs unless it says steps', () => {
  const every = interval('--sample-every');
  expect(every('2')).toEqual({ epochs: 2 });
  expect(every('1epoch')).toEqual({ epochs: 1 });
  expect(every('500steps')).toEqual({ steps: 500 });
  expect(every('never')).toEqual({});
  for (const text of ['0', '-1', '2 weeks', '', 'steps', '1.5']) expect(() => every(text)).toThrow('--sample-every');
});

test('a size that three halvings do not leave whole is refused with its neighbours', () => {
  expect(pictureSize('--size')('64')).toBe(64);
  expect(pictureSize('--size')('48x64')).toEqual([48, 64]);
  expect(pictureSize('--size')('64x64')).toBe(64);
  expect(() => pictureSize('--size')('30')).toThrow('--size must be divisible by 8, got 30; try 24 or 32.');
});

test('a word that is none is answered with the nearest', () => {
  const kind = choice('--schedule', ['linear', 'cosine', 'sigmoid']);
  expect(() => kind('cosin')).toThrow(
    "--schedule must be one of linear, cosine, sigmoid, got 'cosin'; did you mean cosine?",
  );
});

test.each(['0x10', '1e', '1_000', 'Infinity', '1,5', '.'])('%s is no number as people write it', (text) => {
  expect(() => number('--guidance', { min: 0 })(text)).toThrow(`--guidance must be a number from 0, got '${text}'.`);
});
