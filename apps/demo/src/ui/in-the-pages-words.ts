import { page } from '../words/page';

const CALLED: Readonly<Record<string, string>> = page.options;

/** Returns an option's name as a field has it: `weightDecay` is "Weight decay". */
export const labelOf = (option: string): string =>
  option.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^./, (letter) => letter.toUpperCase());

/** Returns what went wrong in words of the page: libraries speak of options, such as `batchSize`, and people see fields, “Batch size”. */
export function inThePagesWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/`([A-Za-z][\w.]*)`/g, (_, path: string) => {
    const option = path.split('.').at(-1) as string;
    return `“${CALLED[option] ?? labelOf(option)}”`;
  });
}
