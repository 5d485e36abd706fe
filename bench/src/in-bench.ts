import { fileURLToPath } from 'node:url';

/** The folder of the benchmarks: sources and built programs, also the parts that several share, lie at different depths in it. */
const FOLDER = import.meta.url.replace(/^(.*)\/(?:src|dist)\/.*$/, '$1/');

/** Returns the path of a file of the benchmarks. */
export const inBench = (path: string): string => fileURLToPath(new URL(path, FOLDER));
