/** How often a step is taken. */
export type Times = {
  /** Before anything is measured: programs are compiled, clocks rise. */
  readonly warmUp: number;
  readonly measured: number;
};

/**
 * Takes a step some times, and gives the milliseconds of each measured one.
 *
 * @param step which may still be computing when it returns
 * @param settle waits until it has been computed
 */
export async function timeSteps(
  step: () => Promise<unknown>,
  settle: () => Promise<unknown>,
  { warmUp, measured }: Times,
): Promise<number[]> {
  for (let i = 0; i < warmUp; i++) await step();
  await settle();
  const ms: number[] = [];
  for (let i = 0; i < measured; i++) {
    const started = performance.now();
    await step();
    await settle();
    ms.push(performance.now() - started);
  }
  return ms;
}
