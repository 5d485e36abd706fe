/**
 * Classes as folders say them: of `top/cat/1.png` it is `cat`, if all paths begin with `top/`; where several folders were
 * given side by side, each is a class. Deeper folders belong to the one above, and files beside the folders have none.
 */
export function classesOfPaths(paths: readonly string[]): (string | undefined)[] {
  const split = paths.map((path) => path.split('/').filter((part) => part !== ''));
  const top = split[0]?.[0];
  const isCommon = split.every((parts) => parts.length > 1 && parts[0] === top);
  return split.map((parts) => {
    const below = isCommon ? parts.slice(1) : parts;
    return below.length > 1 ? below[0] : undefined;
  });
}
