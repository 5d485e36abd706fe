import { pickleDamaged } from './pickle/cursor';
import { DEEPEST, MOST_VALUES } from './pickle/limits';
import { isTensor, type PyTorchValue } from './values';

/**
 * Makes sure that what a pickle made is a tree of plain values which can be walked: without circles, not deeper than a
 * program's stack, and not larger when lists that it holds several times are counted each time.
 *
 * @throws DenoiserError (`pickle-damaged`)
 */
export function checkTree(value: unknown): asserts value is PyTorchValue {
  const sizes = new Map<object, number>();
  const open = new Set<object>();

  const sizeOf = (node: unknown): number => {
    if (node === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof node)) return 1;
    if (node instanceof Uint8Array || isTensor(node)) return 1;
    if (!(Array.isArray(node) || node instanceof Map || node instanceof Set)) {
      throw pickleDamaged('it has a class or a storage where a value should be');
    }
    const known = sizes.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) throw pickleDamaged('it has a list or a dict within itself');
    if (open.size >= DEEPEST) throw pickleDamaged(`it is nested more than ${DEEPEST} deep`);
    open.add(node);
    let size = 1;
    for (const inner of node instanceof Map ? [...node].flat() : node) {
      size += sizeOf(inner);
      if (size > MOST_VALUES) throw pickleDamaged(`it unfolds to more than ${MOST_VALUES} values`);
    }
    if (node instanceof Map) for (const key of node.keys()) checkKey(key);
    open.delete(node);
    sizes.set(node, size);
    return size;
  };

  sizeOf(value);
}

function checkKey(key: unknown): void {
  if (key !== null && typeof key === 'object' && !Array.isArray(key)) {
    throw pickleDamaged('it has a dict with a key that Python has none of');
  }
}
