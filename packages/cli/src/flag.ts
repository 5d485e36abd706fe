/** Options whose flag has another name. */
const FLAGS: Readonly<Record<string, string>> = {
  classes: '--class',
  image: '--from',
  imageSize: '--size',
  postHocEma: '--post-hoc-ema',
  process: '--schedule',
};

/** Returns the flag of an option by the name that the libraries and commander give it: `sigmaMin` is `--sigma-min`. */
export const flagOf = (option: string): string =>
  FLAGS[option] ?? `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Returns a library's sentence with its options, which stand in backticks, as flags. */
export const inFlags = (sentence: string): string =>
  sentence.replace(/`([a-z][A-Za-z]*)`/g, (_, option: string) => flagOf(option));
