/** A block of code in a text of Markdown. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** The line of the text that its first line is, from 1. */
  readonly line: number;
}

/** Returns the fenced blocks of a Markdown text. */
export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = '', 2: code = '' }) => ({
    language,
    code,
    line: markdown.slice(0, index).split('\n').length + 1,
  }));

/** Whether a block is a program: a fragment, which takes its names from the text around it, imports nothing. */
export const isProgram = ({ code }: Block): boolean => /^import /m.test(code);

/** Returns the packages that a program imports; what Node brings is none. */
export const importsOf = ({ code }: Block): string[] =>
  [...code.matchAll(/^import (?:[^'"]*? from )?'([^']+)';/gm)]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));

/** Returns the packages that a text tells to install where programs find them, which `--global` is not. */
export const installedBy = (markdown: string): string[] =>
  blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => [...code.matchAll(/^npm install ((?!--global)[^#\n]*)/gm)])
    .flatMap(([, names = '']) => names.trim().split(/\s+/));
