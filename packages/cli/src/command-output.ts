import type { Output } from './status-line';

/** Where a command's words and its result go: for a person all to stdout; for a program the result alone, as JSON. */
export interface CommandOutput {
  /** Where words and progress go. */
  readonly words: Output;
  print(text: string): void;
  /** Prints the result, where it is a program that reads it. */
  result(value: object): void;
}

export function commandOutput({ isJson = false }: { isJson?: boolean | undefined }): CommandOutput {
  const words = isJson ? process.stderr : process.stdout;
  return {
    words,
    print: (text) => void words.write(`${text}\n`),
    result(value) {
      if (isJson) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}
