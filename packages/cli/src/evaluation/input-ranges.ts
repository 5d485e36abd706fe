/** What a tfjs feature network takes black and white as. */
export const INPUT_RANGES = ['-1:1', '0:1', '0:255'] as const;
