/** A terminal, as far as it matters here. `process.stdout` fits. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** The last line of a terminal, which says what is going on and makes room for whatever else is written. */
export interface StatusLine {
  /** Shows a line; `text` is told how many columns there are. */
  show(text: string | ((columns: number) => string)): void;
  /** Takes the line away; to be called before anything else is written. */
  clear(): void;
}

export const START_OF_LINE = '\r\u001b[2K';
const COLUMNS = 80;

/** Creates the status line of an output; one that is no terminal has none. */
export function createStatusLine(output: Output): StatusLine {
  let isShown = false;
  return {
    show(text) {
      if (!output.isTTY) return;
      const { columns = COLUMNS } = output;
      // One that wrapped could not be taken away again.
      const line = (typeof text === 'string' ? text : text(columns)).slice(0, columns - 1);
      output.write(`${START_OF_LINE}${line}`);
      isShown = true;
    },
    clear() {
      if (isShown) output.write(START_OF_LINE);
      isShown = false;
    },
  };
}
