import { basename } from 'node:path';
import { printable } from '@denoiser/errors';
import type { SkippedFile } from './image-tree';

const NAMED = 3;

/** Returns what was passed over in a part of a sentence: how many files, for which reasons, and the names of some. */
export function describeSkipped(skipped: readonly SkippedFile[]): string {
  const byReason = new Map<string, SkippedFile[]>();
  for (const file of skipped) {
    const alike = byReason.get(file.reason);
    if (alike) alike.push(file);
    else byReason.set(file.reason, [file]);
  }
  const parts = Array.from(byReason, ([reason, files]) => {
    const names = files.slice(0, NAMED).map(({ file }) => printable(basename(file)));
    const more = files.length > NAMED ? ` and ${files.length - NAMED} more` : '';
    return `${names.join(', ')}${more} (${reason})`;
  });
  return `${skipped.length} other ${skipped.length === 1 ? 'file' : 'files'}: ${parts.join('; ')}`;
}
