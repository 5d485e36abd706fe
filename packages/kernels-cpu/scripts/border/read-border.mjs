import { ElementKind } from 'assemblyscript';
import { compile } from './compiler.mjs';

/**
 * The border between the assembly and its host: what the host may call, and with which arguments.
 *
 * @typedef {{ name: string, about: string, type: string, offset: number, count?: number }} Argument
 *   `type` is a number type of AssemblyScript or the name of an enum; `count` says that it is a list.
 * @typedef {{ name: string, about: string, from: string, function: string, bytes: number, arguments: Argument[] }} Job
 *   `from` is the file of `function`, `bytes` the size of its arguments.
 * @typedef {{ name: string, about: string, values: Record<string, number> }} Enum
 * @typedef {{ jobs: Job[], enums: Enum[] }} Border
 */

/** Types that an argument may have besides enums. */
const TYPES = ['i32', 'u32', 'usize', 'f32', 'f64', 'bool'];

/**
 * Reads the border from what the compiler makes of the sources. A job is an exported function `nameJob(args: SomeClass, chunk: i32): void`, its
 * arguments are the fields of that unmanaged class. Fields `x0`, `x1`, … are one argument, the list `x`.
 *
 * @param {Readonly<Record<string, string>>} sources texts by file name
 * @returns {Promise<Border>}
 * @throws {Error} where a job is not of that form, or has an argument of another type
 */
export async function readBorder(sources) {
  const files = Object.keys(sources);
  let border = { jobs: [], enums: [] };
  let program;
  await compile(sources, files, ['--noEmit', '--disableWarning', '112'], {
    afterInitialize(initialized) {
      program = initialized;
    },
    afterCompile() {
      const elements = files.flatMap((file) => [
        ...(program.filesByName.get(file.replace(/\.ts$/, '')).exports?.values() ?? []),
      ]);
      border = {
        jobs: elements.filter((e) => e.kind === ElementKind.FunctionPrototype && e.name.endsWith('Job')).map(jobOf),
        enums: elements.filter((e) => e.kind === ElementKind.Enum).map(enumOf),
      };
    },
  });
  return border;
}

function jobOf(prototype) {
  const { parameterTypes, returnType } = prototype.getResolvedInstance('').signature;
  const [first, second] = parameterTypes;
  const taken = first?.isUnmanaged && first.getClass();
  if (!taken || parameterTypes.length !== 2 || second.toString() !== 'i32' || returnType.toString() !== 'void')
    throw new Error(
      `${prototype.internalName} is no job: it must take an unmanaged class and a chunk, an i32, and return nothing.`,
    );
  return {
    name: prototype.name.replace(/Job$/, ''),
    about: commentOf(prototype.declaration),
    from: prototype.declaration.range.source.internalPath,
    function: prototype.name,
    bytes: taken.nextMemoryOffset,
    arguments: argumentsOf(taken),
  };
}

function argumentsOf(taken) {
  const found = [];
  for (const member of taken.members.values()) {
    const declaration = member.fieldDeclaration;
    if (!declaration) continue;
    const field = {
      name: member.name,
      about: commentOf(declaration),
      type: typeOf(member, declaration),
      offset: member.instance.memoryOffset,
    };
    const [, list, index] = /^(.*\D)(\d+)$/.exec(field.name) ?? [];
    const last = found.at(-1);
    if (index === '0') found.push({ ...field, name: list, count: 1 });
    else if (index && last?.name === list && last.count === Number(index)) last.count++;
    else found.push(field);
  }
  return found;
}

function typeOf(member, declaration) {
  const written = declaration.type.name.identifier.text;
  if (member.parent.lookup(written, true)?.kind === ElementKind.Enum) return written;
  const type = member.instance.type.toString();
  if (!TYPES.includes(type))
    throw new Error(`${member.internalName} is a ${type}; arguments are ${TYPES.join(', ')} or enums.`);
  return type;
}

const enumOf = (element) => ({
  name: element.name,
  about: commentOf(element.declaration),
  values: Object.fromEntries([...element.members].map(([name, value]) => [name, value.constantIntegerValue.toInt()])),
});

/** The text of the doc comment before a declaration. */
function commentOf({ range, decorators }) {
  const start = Math.min(range.start, ...(decorators ?? []).map((decorator) => decorator.range.start));
  const before = range.source.text.slice(0, start);
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export\s+)?(?:const\s+)?$/.exec(before)?.[1] ?? '';
  return comment.replace(/\s*\n\s*\*\s?/g, ' ').trim();
}
