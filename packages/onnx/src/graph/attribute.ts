import { ATTRIBUTE, type AttributeProto } from '../proto/messages';

/** Attributes of a node: whole numbers are `int`s unless they are given as `{ float }`. */
export type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

/** Returns the message of an attribute. */
export function attributeProto([name, value]: [string, Attributes[string]]): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float };
  return { name, type: ATTRIBUTE.ints, ints: value.map(BigInt) };
}
