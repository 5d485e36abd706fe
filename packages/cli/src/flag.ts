/** The flag of an option by the name that commander gives it: `sigmaMin` is `--sigma-min`. */
export const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
