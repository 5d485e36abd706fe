/** The content of a line of progress. */
export interface Progress {
  /** The share that is done, from 0 to 1. */
  readonly share: number;
  /** The text before the bar. */
  readonly text: string;
  /** The texts behind it, the most important first. */
  readonly details: readonly string[];
}

const WIDEST = 20;
const NARROWEST = 5;

/**
 * Returns progress as one line of a terminal of so many columns: where there is little room the bar gives way first, then
 * what stands before it, then the details that matter least.
 */
export function barLine({ share, text, details }: Progress, columns: number): string {
  const room = columns - 1; // a line that is full moves the cursor on
  const tail = details.join('  ');
  const before = text === '' ? '' : `${text} `;
  const cells = Math.min(WIDEST, room - before.length - tail.length - 3);
  if (cells >= NARROWEST) {
    const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
    return `${before}[${'='.repeat(full)}${'-'.repeat(cells - full)}] ${tail}`;
  }
  const lines = [
    `${text}  ${tail}`.trimStart(),
    ...details.map((_, i) => details.slice(0, details.length - i).join('  ')),
  ];
  return (lines.find((line) => line.length <= room) ?? (details[0] as string)).slice(0, room);
}
