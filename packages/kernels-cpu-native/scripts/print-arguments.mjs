/** @import { Argument, Border, Enum, Job } from '../../kernels-cpu/scripts/border/read-border.mjs' */

/** By argument type: what it is in Rust. A boolean stays a byte, since any may come. */
const TYPES = { i32: 'i32', u32: 'u32', usize: 'u32', f32: 'f32', f64: 'f64', bool: 'u8' };

/**
 * Prints the border in Rust: the arguments of each job as the host writes them, and the enums' values.
 *
 * @param {Border} border
 */
export const printArguments = ({ jobs, enums }) =>
  [
    '// Written by scripts/build-native.mjs from the classes and enums of kernels-cpu/assembly/.',
    '#![allow(dead_code)]',
    ...enums.map(printEnum),
    ...jobs.map(printStruct),
  ].join('\n');

/** @param {Enum} e */
const printEnum = ({ name, about, values }) =>
  [
    ...printComment(about),
    `pub mod ${snake(name)} {`,
    ...Object.entries(values).map(([key, value]) => `    pub const ${snake(key).toUpperCase()}: i32 = ${value};`),
    `    /// How many there are.\n    pub const COUNT: i32 = ${Object.keys(values).length};`,
    '}',
    '',
  ].join('\n');

/** @param {Job} job */
function printStruct(job) {
  const name = `${job.name[0].toUpperCase()}${job.name.slice(1)}Arguments`;
  return [
    ...printComment(job.about),
    '#[derive(Clone, Copy, Debug)]',
    '#[repr(C)]',
    `pub struct ${name} {`,
    ...job.arguments.flatMap((argument) => [
      ...printComment(argument.about, '    '),
      `    pub ${snake(argument.name)}: ${typeOf(argument)},`,
    ]),
    '}',
    ...job.arguments.map(
      (argument) =>
        `const _: () = assert!(core::mem::offset_of!(${name}, ${snake(argument.name)}) == ${argument.offset});`,
    ),
    '',
  ].join('\n');
}

/** @param {Argument} argument */
function typeOf({ type, count }) {
  const one = TYPES[type] ?? 'i32';
  return count ? `[${one}; ${count}]` : one;
}

/** `logSumExp` is `log_sum_exp`, `kT` is `k_t`. */
const snake = (name) => name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

const printComment = (text, indent = '') => (text ? [`${indent}/// ${text}`] : []);
