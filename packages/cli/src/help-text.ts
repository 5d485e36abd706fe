import type { AddHelpTextContext } from 'commander';

/** Where commander wraps when there is no terminal. */
const USUAL_WIDTH = 80;

/**
 * Returns a text for `addHelpText`: its paragraphs are wrapped as commander wraps the options; lists keep their lines, since commands
 * are copied.
 */
export function helpText(text: string): (context: AddHelpTextContext) => string {
  return ({ error, command }) => {
    const { getErrHelpWidth, getOutHelpWidth } = command.configureOutput();
    const width = (error ? getErrHelpWidth?.() : getOutHelpWidth?.()) || USUAL_WIDTH;
    const help = command.createHelp();
    const blocks = text.trim().split('\n\n');
    const wrapped = blocks.map((block) =>
      block.includes('\n  ') ? block : help.boxWrap(block.replaceAll('\n', ' '), width),
    );
    return `\n${wrapped.join('\n\n')}`;
  };
}
