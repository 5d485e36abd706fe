import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from './setup.mjs';

const STATEMENT = /^(?:import|export)\s(?:[^'";]*\sfrom\s+)?'([^']+)'/gm;
const EXPRESSION = /^(?!\s*(?:\*|\/\/)).*?\bimport\((?:\/\*.*?\*\/|\s)*'([^']+)'/gm;

/** The modules that a source file, formatted as ours are, imports or re-exports, also only for types or later, by name. */
export function importsOf(file) {
  const text = readFileSync(file, 'utf8');
  return [STATEMENT, EXPRESSION].flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name));
}

/** The source files below a folder, without tests, by path. */
export function sourcesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The circles of relative imports among files: Tarjan's strongly connected components of more than one file, each a sorted list of
 * paths from the repository's root. A file that imports itself is one, too.
 */
export function importCircles(files) {
  const edges = new Map(files.map((file) => [file, relativeImports(file)]));
  const index = new Map();
  const low = new Map();
  const stack = [];
  const circles = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const next of edges.get(file) ?? []) {
      if (!edges.has(next)) continue;
      if (!index.has(next)) {
        visit(next);
        low.set(file, Math.min(low.get(file), low.get(next)));
      } else if (stack.includes(next)) {
        low.set(file, Math.min(low.get(file), index.get(next)));
      }
    }
    if (low.get(file) !== index.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    const isCircle = component.length > 1 || edges.get(file).includes(file);
    if (isCircle) circles.push(component.map((path) => relative(root, path).replaceAll('\\', '/')).sort());
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return circles;
}

function relativeImports(file) {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => resolve(dirname(file), name))
    .map((path) =>
      ['', '.ts', '.tsx', '/index.ts'].map((end) => path + end).find((p) => /\.tsx?$/.test(p) && existsSync(p)),
    )
    .filter((path) => path !== undefined);
}
