import { quote } from '@denoiser/errors';
import { PyTorchError } from './errors';
import { latin1 } from './latin1';
import { NumpyType, scalarOf } from './numpy-scalar';
import { pickleDamaged } from './pickle/cursor';
import { MOST_ENCODED, MOST_OBJECTS } from './pickle/limits';
import type { PickleWorld } from './pickle/unpickle';
import { laterTypeOf, Storage, type StorageType, storageTypeOf } from './storage-types';
import type { Tensors } from './tensors';

/** A class or function of Python that a file may call: what it makes of its arguments here. */
class Callable {
  constructor(
    readonly name: string,
    readonly call: (...args: readonly unknown[]) => unknown,
  ) {}
}

/** A class of storages, which files name but don't call. */
export class StorageClass {
  constructor(
    readonly name: string,
    readonly type: StorageType,
  ) {}
}

/** Names that are numbers' formats which are not read. */
const OTHER_FORMATS =
  /^torch\.(?:cuda\.)?(?:Complex\w+|Q\w+)Storage$|^torch\._utils\._rebuild_(?:qtensor|sparse_tensor|sparse_csr_tensor|nested_tensor)$/;
const DTYPE = /^torch\.(?:float|bfloat|u?int|complex)\d{1,3}(?:_[a-z0-9]{1,12})?$|^torch\.bool$/;

/**
 * The classes and functions that weights are saved with, by their full names, each as a few lines that make a plain value: all that
 * a file can call. `load` gives a storage by what the pickle says of it.
 */
export function createWorld(tensors: Tensors, load: PickleWorld['load']): PickleWorld {
  let copied = 0;
  /** Of what is copied of remembered values, which a pickle can ask for again and again in a few bytes. */
  const charge = (count: number, most: number) => {
    copied += count;
    if (copied > most) throw pickleDamaged('it copies more than it holds');
  };
  const callables: Record<string, Callable['call']> = {
    'collections.OrderedDict': (pairs = []) => {
      if (!isPairs(pairs)) throw misused('collections.OrderedDict');
      charge(pairs.length, MOST_OBJECTS);
      return new Map(pairs);
    },
    'torch._utils._rebuild_tensor': (storage, offset, shape, strides) => tensors.add(storage, offset, shape, strides),
    'torch._utils._rebuild_tensor_v2': (storage, offset, shape, strides) =>
      tensors.add(storage, offset, shape, strides),
    // Of types that have no class of storages.
    'torch._utils._rebuild_tensor_v3': (storage, offset, shape, strides, _grad, _hooks, dtype) => {
      const type = laterTypeOf(dtype);
      if (!type) throw unsupported(typeof dtype === 'string' ? dtype.slice(0, 100) : 'a type that is none');
      if (!(storage instanceof Storage) || storage.start > 0) throw misused('torch._utils._rebuild_tensor_v3');
      return tensors.add(storage.as(type), offset, shape, strides);
    },
    'torch._utils._rebuild_parameter': (data) => data,
    'torch.Size': (sizes = []) => {
      if (!Array.isArray(sizes)) throw misused('torch.Size');
      charge(sizes.length, MOST_OBJECTS);
      return [...sizes];
    },
    'torch.device': (type, index) => {
      if (typeof type !== 'string' || type.length > 100) throw misused('torch.device');
      return typeof index === 'number' ? `${type}:${index}` : type;
    },
    // Python 3 writes bytes so for protocol 2.
    '_codecs.encode': (text, encoding) => {
      if (typeof text !== 'string' || encoding !== 'latin1') throw misused('_codecs.encode');
      charge(text.length, MOST_ENCODED);
      return latin1(text);
    },
    'numpy.dtype': (code) => {
      if (typeof code !== 'string') throw misused('numpy.dtype');
      return new NumpyType(code);
    },
    'numpy.core.multiarray.scalar': scalarOf,
    'numpy._core.multiarray.scalar': scalarOf,
  };

  return {
    find(name) {
      if (Object.hasOwn(callables, name)) return new Callable(name, callables[name]);
      const type = storageTypeOf(name);
      if (type) return new StorageClass(name, type);
      if (OTHER_FORMATS.test(name)) throw unsupported(name);
      if (DTYPE.test(name)) return name;
      throw new PyTorchError(
        'pickle-refused',
        `The file names ${quote(name)}, and only weights and plain values are read; save the state dict alone, with torch.save(model.state_dict(), …).`,
      );
    },
    call(callee, args) {
      if (!(callee instanceof Callable)) throw pickleDamaged('it calls something that is no function');
      if (args.length > 16) throw misused(callee.name);
      return callee.call(...args);
    },
    build(object, state) {
      if (object instanceof NumpyType) object.build(state);
      else if (!(object instanceof Map)) throw pickleDamaged('it gives a state to something that has none');
      // The state of a dict is `_metadata`: versions of layers.
    },
    load,
  };
}

const unsupported = (name: string) =>
  new PyTorchError(
    'dtype-unsupported',
    `The file has tensors of ${quote(name)}: complex, quantized and sparse numbers and rare 8-bit ones are not read; leave these tensors out, or convert them before torch.save.`,
  );

const isPairs = (value: unknown): value is [unknown, unknown][] =>
  Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);

const misused = (name: string) => pickleDamaged(`it calls ${name} with arguments that it does not take`);
