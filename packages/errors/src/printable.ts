/** C0 and C1 controls, DEL, what turns the direction of writing, what has no width, and halves of surrogate pairs. */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * Returns text from outside (names of files, what a file says of itself) as it may be shown: what would move a terminal's
 * cursor, change its colours or turn the direction of writing stands as an escape such as `\x1b`.
 */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** Returns a message of several lines as `printable` does each line. */
export function printableLines(message: string): string {
  return message.replace(unprintable, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\n') return '\\n';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
