/** Blocks of a size that so many make, the last one maybe smaller. */
export const ceil = (n: number, block: number): number => Math.ceil(n / block);

/** The next multiple of a block, or n itself. */
export const up = (n: number, block: number): number => ceil(n, block) * block;
