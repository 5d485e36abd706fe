import { nearest } from '@denoiser/errors';
import type { DType, TensorFile } from '@denoiser/safetensors';
import type { Architecture, Translated } from './architecture';
import { NetworkError } from './errors';
import { fileShape } from './layouts';
import { checkArchitecture } from './metadata';

const FLOATS: readonly DType[] = ['F32', 'F16', 'BF16', 'F64', 'F8_E4M3', 'F8_E5M2'];
const NAMED = 3;
/** Of a name in a message, and of the shape after it. */
const LONGEST = 120;
/** Names among which a similar one is looked for: each costs time, and a file may have any number. */
const COMPARED = 2000;

/**
 * Checks that a file holds exactly a network's parameters, in the file's shapes.
 *
 * @throws DenoiserError that names the first few that don't fit and says what the file seems to be.
 */
export function checkFile(translated: Translated, architecture: Architecture<unknown, string>): void {
  const { file, nameInFile } = translated;
  checkArchitecture(file, architecture.name);
  const { parameters } = architecture.network;
  const missing = [...parameters.keys()].filter((name) => !file.tensors.has(name));
  const extra = [...file.tensors.keys()].filter((name) => !parameters.has(name));
  const misfits: string[] = [];
  for (const [name, spec] of parameters) {
    const tensor = file.tensors.get(name);
    if (!tensor) continue;
    const expected = fileShape(spec);
    if (tensor.shape.join() !== expected.join()) {
      misfits.push(`${name} is [${tensor.shape.join(', ')}] instead of [${expected.join(', ')}]`);
    } else if (!FLOATS.includes(tensor.dtype)) {
      misfits.push(`${name} is of type ${tensor.dtype} instead of F32`);
    }
  }
  const faults = [
    fault('it lacks', missing, (name) => {
      const there = nameInFile?.(name);
      if (there !== undefined) return `there ${cut(there)}`;
      const near = similar(name, extra);
      return near && `nearest: ${near}`;
    }),
    fault('it has unknown', extra),
    fault('', misfits),
  ].filter(Boolean);
  if (faults.length === 0) return;
  throw new NetworkError(
    'parameters-mismatch',
    `The file does not fit this U-Net (${architecture.description}): ${faults.join('; ')}; ${verdict(file, architecture)}.`,
  );
}

function fault(what: string, names: string[], remark = (_: string): string | undefined => undefined): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const shown = names.slice(0, NAMED).map((name) => {
    const said = remark(name);
    return said === undefined ? cut(name) : `${cut(name)} (${said})`;
  });
  return `${what} ${shown.join(', ')}${more}`.trim();
}

const cut = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);

/** Returns the name that probably stands for a missing one: one that shares its beginning or its end. */
function similar(name: string, others: readonly string[]): string | undefined {
  const ending = name.split('.').slice(-1)[0];
  const candidates = others.filter((other) => other.length <= LONGEST && other.endsWith(`.${ending}`));
  const found = nearest(name, candidates.slice(0, COMPARED), { within: 1 });
  return found !== undefined && shared(name, found) * 2 > name.length ? found : undefined;
}

/** Counts the letters that two names share at their beginnings and ends. */
function shared(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return start + end;
}

function verdict(file: TensorFile, { recognize, description }: Architecture<unknown, string>): string {
  const found = recognize(file);
  if (found === undefined) return 'it seems to be of another kind of network, so choose another file';
  if (found === description) return 'it seems to be a U-Net of these sizes, but changed or damaged, so save it anew';
  return `it seems to be a U-Net with ${found}, so create the U-Net with these sizes or choose another file`;
}
