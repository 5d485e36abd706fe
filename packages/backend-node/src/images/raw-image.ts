/** Pixels in 8 bits, row by row, channels last: grey, RGB or RGBA. */
export type RawImage = {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
};

/** Why a file of a format that is read here is not: it `isWhole`, but of a kind that isn't read, or it is damaged. */
export class UnreadImage extends Error {
  constructor(
    message: string,
    readonly isWhole: boolean,
  ) {
    super(message);
  }
}

export const damaged = (): UnreadImage => new UnreadImage('it is damaged or truncated', false);

/** As sharp allows. */
const MOST_PIXELS = 0x3fff * 0x3fff;

const MOST_ELONGATED = 1000;

/** Why an image of these sizes is not read: so long a strip that covering a frame with it would take gigabytes. */
export function elongation(width: number, height: number): string | undefined {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (long <= MOST_ELONGATED * short) return undefined;
  return `it is ${width}×${height} pixels, one side more than ${MOST_ELONGATED} times the other`;
}

/** Throws unless an image of these sizes can be, before anything of that size is made. */
export function checkSizes(width: number, height: number): void {
  if (!(width >= 1 && height >= 1)) throw damaged();
  if (width * height > MOST_PIXELS) throw new UnreadImage('it is too large', false);
  const strip = elongation(width, height);
  if (strip) throw new UnreadImage(strip, false);
}
