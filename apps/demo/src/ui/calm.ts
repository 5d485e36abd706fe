/** Whether somebody has asked the system for little motion: then nothing begins to move by itself. */
export const isCalm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
