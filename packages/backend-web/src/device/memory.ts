import type { Room } from '@denoiser/pipeline';

/** What is taken for a page's memory where the browser does not tell the machine's: more than any page gets on most. */
const USUAL = 8;

/** Returns how much memory a page has at most, by what the browser tells of the machine. */
export function pageMemory(): Room {
  const { navigator } = globalThis as { navigator?: { deviceMemory?: number } };
  return { bytes: (navigator?.deviceMemory ?? USUAL) * 2 ** 30, whose: 'a page on this machine' };
}
