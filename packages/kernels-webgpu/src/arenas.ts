import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from './dispatch';

/** Where in which buffer a tensor's numbers are, in bytes. */
export type Place = { readonly buffer: GPUBuffer; readonly offset: number; readonly size: number };

/** One buffer for many tensors, each at a place of its own. */
export type Arena = {
  readonly buffer: GPUBuffer;
  /** Sizes of the places in bytes, in order: two arenas of one layout have the same places. */
  readonly layout: string;
  /** Offsets of the places that tensors have. */
  readonly taken: Set<number>;
  /** Where the gradients by this arena's tensors go, place by place; made when the first of them is. */
  gradients?: Arena;
  /** Whether it stays when no tensor is in it. */
  isKept: boolean;
};

/** A tensor's place in an arena. */
export type Slot = { readonly arena: Arena; readonly offset: number };

/** What arenas ask of the backend. */
export type ArenaMemory = {
  /** Of places, in bytes. */
  readonly alignment: number;
  /** Bytes of an arena, at most. */
  readonly most: number;
  slotOf(tensor: TensorInfo): Slot | undefined;
  /** Copies a tensor's numbers to a place, if it has any yet, and lets it have its memory there. `isForGood`: its buffer is destroyed. */
  move(tensor: TensorInfo, slot: Slot, how: { readonly isForGood: boolean }): void;
  createBuffer(size: number): GPUBuffer;
  /** Once what is recorded is done. */
  destroyBuffer(buffer: GPUBuffer): void;
};

/**
 * Puts tensors that are always used together, such as the parameters of a network, behind one another in one buffer, so that what is
 * done to all of them is one dispatch. They stay tensors of their own: whoever binds one binds its place.
 */
export class Arenas {
  constructor(private readonly memory: ArenaMemory) {}

  /** Bytes of a tensor's place: what is behind its numbers is 0, and stays 0 in what is done to all elements alike. */
  bytesFor({ shape }: TensorInfo): number {
    const { alignment } = this.memory;
    return alignment * Math.ceil((4 * sizeOf(shape)) / alignment);
  }

  /** Moves tensors to places behind one another, in their order, unless they are there. */
  gather(tensors: readonly TensorInfo[]): void {
    let part: TensorInfo[] = [];
    let bytes = 0;
    const finish = () => {
      if (part.length > 1) this.gatherInOne(part);
      part = [];
      bytes = 0;
    };
    for (const tensor of tensors) {
      const size = this.bytesFor(tensor);
      if (tensor.dtype !== 'float32' || size === 0 || size > this.memory.most) continue;
      if (bytes + size > this.memory.most) finish();
      part.push(tensor);
      bytes += size;
    }
    finish();
  }

  private gatherInOne(tensors: readonly TensorInfo[]): void {
    const sizes = tensors.map((tensor) => this.bytesFor(tensor));
    const layout = sizes.join();
    let end = 0;
    const offsets = sizes.map((size) => {
      end += size;
      return end - size;
    });
    const slots = tensors.map((tensor) => this.memory.slotOf(tensor));
    const arena = slots.find((slot) => slot?.arena.layout === layout)?.arena;
    const isThere = (i: number) => slots[i]?.arena === arena && slots[i]?.offset === offsets[i];
    const fits = arena && offsets.every((offset, i) => isThere(i) || !arena.taken.has(offset));
    const to = arena && fits ? arena : this.create(end, layout, false);
    for (const [i, tensor] of tensors.entries()) {
      if (to !== arena || !isThere(i))
        this.enter(tensor, { arena: to, offset: offsets[i] as number }, { isForGood: true });
    }
  }

  /** Lets a new tensor, whose numbers are still to be written, have the place of the gradient by `parameter`, if that is free. */
  placeGradient(gradient: TensorInfo, parameter: TensorInfo): void {
    const slot = this.gradientSlot(parameter);
    if (slot && !slot.arena.taken.has(slot.offset)) this.enter(gradient, slot, { isForGood: false });
  }

  /** Moves a gradient that was made elsewhere to its place, if that is free. */
  settleGradient(gradient: TensorInfo, parameter: TensorInfo): void {
    const slot = this.gradientSlot(parameter);
    if (!slot || this.memory.slotOf(gradient) || slot.arena.taken.has(slot.offset)) return;
    this.enter(gradient, slot, { isForGood: false });
  }

  /** Frees a place; an arena without tensors goes. */
  leave({ arena, offset }: Slot): void {
    arena.taken.delete(offset);
    this.dropIfEmpty(arena);
  }

  private gradientSlot(parameter: TensorInfo): Slot | undefined {
    const slot = this.memory.slotOf(parameter);
    if (!slot) return undefined;
    const { arena, offset } = slot;
    arena.gradients ??= this.create(arena.buffer.size, arena.layout, true);
    return { arena: arena.gradients, offset };
  }

  private create(size: number, layout: string, isKept: boolean): Arena {
    return { buffer: this.memory.createBuffer(size), layout, taken: new Set(), isKept };
  }

  private enter(tensor: TensorInfo, slot: Slot, how: { readonly isForGood: boolean }): void {
    slot.arena.taken.add(slot.offset);
    this.memory.move(tensor, slot, how);
  }

  private dropIfEmpty(arena: Arena): void {
    if (arena.isKept || arena.taken.size > 0) return;
    this.memory.destroyBuffer(arena.buffer);
    if (!arena.gradients) return;
    arena.gradients.isKept = false;
    this.dropIfEmpty(arena.gradients);
  }
}
