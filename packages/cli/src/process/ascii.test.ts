import { expect, test } from 'vitest';
import { createProgram } from '../program';
import { inAscii, showsUtf8 } from './ascii';
import { quietHost } from './host';

const ASCII = /^\p{ASCII}*$/u;

test('all that help says can be said in ASCII, and names of files stay what they are', () => {
  for (const command of createProgram(quietHost()).commands) {
    expect(inAscii(command.helpInformation()), command.name()).toMatch(ASCII);
  }
  expect(inAscii('16×16 … −1')).toBe('16x16 ... -1');
  expect(inAscii('runs/Größe 中文')).toBe('runs/Größe 中文');
});

test('the locale says what a terminal shows, the first of its variables that is set', () => {
  expect(showsUtf8({ LANG: 'de_DE.UTF-8' }, 'linux')).toBe(true);
  expect(showsUtf8({ LANG: 'C.utf8' }, 'linux')).toBe(true);
  expect(showsUtf8({ LANG: 'C' }, 'linux')).toBe(false);
  expect(showsUtf8({}, 'linux')).toBe(false);
  expect(showsUtf8({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, 'linux')).toBe(false);
  expect(showsUtf8({}, 'win32')).toBe(true);
});
