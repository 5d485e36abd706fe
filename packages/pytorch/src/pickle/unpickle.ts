import { PyTorchError } from '../errors';
import { Cursor, pickleDamaged } from './cursor';
import { MOST_OBJECTS, MOST_ON_STACK, MOST_REMEMBERED } from './limits';
import { literalAt } from './literal';
import { OP, REFUSED } from './opcodes';

/** What gives a pickle's names a meaning. It has no way to anything else. */
export interface PickleWorld {
  /** The value of a class or function, by its full name; throws for every name that is not known. */
  find(name: string): unknown;
  /** Calls what `find` gave. */
  call(callee: unknown, args: readonly unknown[]): unknown;
  /** Gives an object the rest of its state. */
  build(object: unknown, state: unknown): void;
  /** The value that stands outside the pickle. */
  load(id: unknown): unknown;
}

/**
 * Reads a pickle as Python's `pickle` (PEP 3154, PEP 574) does, without Python's objects: its instructions make lists, tuples,
 * dicts, sets, numbers and texts, and whatever else they name is asked of `world`.
 *
 * @returns the value, and where the pickle ends.
 * @throws DenoiserError (`pickle-damaged`, `pickle-refused`)
 */
export function unpickle(bytes: Uint8Array, begin: number, world: PickleWorld): { value: unknown; end: number } {
  const cursor = new Cursor(bytes, begin);
  const machine = new Machine(cursor, world);
  for (;;) {
    const code = cursor.uint8();
    if (code === OP.STOP) return { value: machine.result(), end: cursor.at };
    machine.step(code);
  }
}

/** The stack and the memory of one pickle. No value is undefined. */
class Machine {
  readonly #stack: unknown[] = [];
  /** Heights of the stack at the marks. */
  readonly #marks: number[] = [];
  readonly #memory = new Map<number, unknown>();
  readonly #cursor: Cursor;
  readonly #world: PickleWorld;
  #objects = 0;

  constructor(cursor: Cursor, world: PickleWorld) {
    this.#cursor = cursor;
    this.#world = world;
  }

  result(): unknown {
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw pickleDamaged('it ends within a value');
    return value;
  }

  step(code: number): void {
    let value = literalAt(code, this.#cursor);
    if (value === undefined) value = this.#make(code);
    if (value === undefined) this.#act(code);
    else this.#push(value);
  }

  /** A value that is made of others, or asked of the world; undefined if the instruction makes none. */
  #make(code: number): unknown {
    const value = this.#made(code);
    if (value !== undefined && ++this.#objects > MOST_OBJECTS) {
      throw pickleDamaged(`it makes more than ${MOST_OBJECTS} objects`);
    }
    return value;
  }

  #made(code: number): unknown {
    const [cursor, world] = [this.#cursor, this.#world];
    switch (code) {
      case OP.EMPTY_LIST:
      case OP.EMPTY_TUPLE:
        return [];
      case OP.EMPTY_DICT:
        return new Map();
      case OP.EMPTY_SET:
        return new Set();
      case OP.TUPLE1:
        return this.#popMany(1);
      case OP.TUPLE2:
        return this.#popMany(2);
      case OP.TUPLE3:
        return this.#popMany(3);
      case OP.TUPLE:
        return this.#popToMark();
      case OP.FROZENSET:
        return new Set(this.#popToMark());
      case OP.GLOBAL:
        return world.find(`${cursor.line()}.${cursor.line()}`);
      case OP.STACK_GLOBAL: {
        const [module, name] = this.#popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string')
          throw pickleDamaged('it has a name that is no text');
        return world.find(`${module}.${name}`);
      }
      case OP.REDUCE:
      case OP.NEWOBJ: {
        const [callee, args] = this.#popMany(2);
        if (!Array.isArray(args)) throw pickleDamaged('it calls a function with something that is no tuple');
        return world.call(callee, args);
      }
      case OP.BINPERSID:
        return world.load(this.#pop());
      default:
        return undefined;
    }
  }

  #act(code: number): void {
    const cursor = this.#cursor;
    switch (code) {
      case OP.PROTO:
        checkProtocol(cursor.uint8());
        break;
      case OP.FRAME: // says how much may be read ahead
        cursor.uint64();
        break;
      case OP.APPEND:
        this.#append(this.#popMany(1));
        break;
      case OP.APPENDS:
        this.#append(this.#popToMark());
        break;
      case OP.SETITEM:
        this.#setItems(this.#popMany(2));
        break;
      case OP.SETITEMS:
        this.#setItems(this.#popToMark());
        break;
      case OP.ADDITEMS:
        this.#addItems(this.#popToMark());
        break;
      case OP.BUILD: {
        const state = this.#pop();
        this.#world.build(this.#top(), state);
        break;
      }
      case OP.MARK:
        this.#marks.push(this.#stack.length);
        this.#checkHeight();
        break;
      case OP.POP:
        if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
        else this.#pop();
        break;
      case OP.POP_MARK:
        this.#popToMark();
        break;
      case OP.BINPUT:
        this.#remember(cursor.uint8());
        break;
      case OP.LONG_BINPUT:
        this.#remember(cursor.uint32());
        break;
      case OP.MEMOIZE:
        this.#remember(this.#memory.size);
        break;
      case OP.BINGET:
        this.#recall(cursor.uint8());
        break;
      case OP.LONG_BINGET:
        this.#recall(cursor.uint32());
        break;
      case OP.INST: // names a class, and calls it
        this.#world.find(`${cursor.line()}.${cursor.line()}`);
        throw refused('INST');
      default: {
        const name = REFUSED[code];
        throw name ? refused(name) : pickleDamaged(`it has the byte ${code} where an instruction should be`);
      }
    }
  }

  #push(value: unknown): void {
    this.#stack.push(value);
    this.#checkHeight();
  }

  #checkHeight(): void {
    if (this.#stack.length + this.#marks.length <= MOST_ON_STACK) return;
    throw pickleDamaged(`it puts more than ${MOST_ON_STACK} values on its stack`);
  }

  #pop(): unknown {
    return this.#popMany(1)[0];
  }

  #popMany(count: number): unknown[] {
    this.#needs(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  #popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw pickleDamaged('it goes back to a mark that is not there');
    return this.#stack.splice(mark);
  }

  #top(): unknown {
    this.#needs(1);
    return this.#stack.at(-1);
  }

  /** Throws unless so many values stand above the last mark. */
  #needs(count: number): void {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0)) {
      throw pickleDamaged('it takes a value that is not there');
    }
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw pickleDamaged('it appends to something that is no list');
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw pickleDamaged('it sets items of something that is no dict');
    if (items.length % 2 !== 0) throw pickleDamaged('it has a key without a value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #addItems(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw pickleDamaged('it adds to something that is no set');
    for (const item of items) set.add(item);
  }

  #remember(place: number): void {
    this.#memory.set(place, this.#top());
    if (this.#memory.size > MOST_REMEMBERED) throw pickleDamaged(`it remembers more than ${MOST_REMEMBERED} values`);
  }

  #recall(place: number): void {
    if (!this.#memory.has(place)) throw pickleDamaged(`it recalls value ${place}, which it never remembered`);
    this.#push(this.#memory.get(place));
  }
}

function checkProtocol(protocol: number): void {
  if (protocol >= 2 && protocol <= 5) return;
  throw new PyTorchError(
    'file-unreadable',
    `The file is a pickle of protocol ${protocol}, and 2 to 5 are read; save it anew with torch.save.`,
  );
}

function refused(instruction: string): InstanceType<typeof PyTorchError> {
  return new PyTorchError(
    'pickle-refused',
    `The file has the pickle instruction ${instruction}, for which weights have no use; save the state dict anew with torch.save.`,
  );
}
