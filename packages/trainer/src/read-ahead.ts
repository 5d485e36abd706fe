/**
 * Yields `load(item)` for each item, in order, with up to `ahead` loads under way beyond the one being waited for. A
 * failed load throws when its turn comes; loads that are not waited for any more are forgotten.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  load: (item: T) => Promise<R>,
  ahead: number,
): AsyncGenerator<R, void, undefined> {
  const underWay: Promise<R>[] = [];
  for (const item of items) {
    const promise = load(item);
    // A load that fails before its turn is reported at its turn, not as an unhandled rejection.
    promise.catch(() => {});
    underWay.push(promise);
    if (underWay.length > ahead) yield await (underWay.shift() as Promise<R>);
  }
  while (underWay.length > 0) yield await (underWay.shift() as Promise<R>);
}
