import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The path of an optional package's main file; undefined if the package is not installed. */
export function findPackage(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
