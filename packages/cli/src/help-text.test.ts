import { Command } from 'commander';
import { expect, test } from 'vitest';
import { helpText } from './help-text';

const helpAt = (width: number) => {
  let shown = '';
  const command = new Command('a')
    .configureOutput({ writeOut: (text) => (shown += text), getOutHelpWidth: () => width })
    .addHelpText(
      'after',
      helpText(`\none two\nthree four ${'five '.repeat(20)}\n\nExamples:\n  $ a --long ${'x'.repeat(90)}`),
    );
  command.outputHelp();
  return shown;
};

test('paragraphs of help fill the width of the terminal, and commands stay whole', () => {
  const [paragraph = '', examples] = helpAt(60).split('\n\n').slice(-2);
  expect(paragraph.split('\n')[0]).toMatch(/^one two three four five/);
  expect(Math.max(...paragraph.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(examples).toContain(`\n  $ a --long ${'x'.repeat(90)}`);
});
