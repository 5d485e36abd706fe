/** Runs `work` for 0…count−1 with so many at a time. After a failure nothing new starts; the one of the lowest number is thrown. */
export async function forEachParallel(
  count: number,
  parallel: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: { index: number; error: unknown }[] = [];
  async function worker(): Promise<void> {
    while (next < count && failures.length === 0) {
      const index = next++;
      try {
        await work(index);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
  const first = failures.sort((a, b) => a.index - b.index)[0];
  if (first) throw first.error;
}
