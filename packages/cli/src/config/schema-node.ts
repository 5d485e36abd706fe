/** As much of a JSON Schema as the command looks at. */
export interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Node;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

/** Returns the alternatives of a node, without null; a node without alternatives is its only one. */
export const branches = (node: Node): readonly Node[] =>
  (node.oneOf ?? node.anyOf ?? [node]).filter(({ type }) => type !== 'null');

/** Returns the words that a node lists. */
export const wordsOf = (node: Node): string[] =>
  branches(node)
    .flatMap((branch) => branch.enum ?? (branch.const === undefined ? [] : [branch.const]))
    .filter((word) => typeof word === 'string');

/** Returns the name of the kind that an alternative describes. */
export const kindOf = ({ properties }: Node): string | undefined => properties?.type?.const as string | undefined;
