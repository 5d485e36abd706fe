/** Returns whether a value of a pickle is a number of things, or a place among them: whole, exact and not below 0. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
