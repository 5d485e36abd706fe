/** @import { Argument, Border, Enum, Job } from './read-border.mjs' */

/** By argument type: the array that the host writes it through, and its bytes. */
const VIEWS = {
  i32: { view: 'i32', bytes: 4 },
  u32: { view: 'i32', bytes: 4 },
  usize: { view: 'i32', bytes: 4 },
  f32: { view: 'f32', bytes: 4 },
  f64: { view: 'f64', bytes: 8 },
  bool: { view: 'u8', bytes: 1 },
};

const viewOf = ({ type }) => VIEWS[type] ?? VIEWS.i32; // enums are i32

/**
 * Prints an entry file for the compiler. It exports for each job, under its name, the index in the table that threads call it by.
 *
 * @param {Border} border
 */
export const printEntry = ({ jobs }) =>
  jobs
    .map(
      (job) =>
        `import { ${job.function} } from './${job.from}';\nexport const ${job.name}: u32 = ${job.function}.index;\n`,
    )
    .join('');

/**
 * Prints the border in TypeScript: the enums, a type for the arguments of each job, and the jobs with what writes their arguments.
 *
 * @param {Border} border
 */
export const printBorder = ({ jobs, enums }) =>
  [
    '// Written by scripts/build-assembly.mjs from the classes and enums of assembly/.',
    "import type { Job } from '../job';",
    '',
    ...enums.map(printEnum),
    ...jobs.map(printArguments),
    'export const jobs = {',
    ...jobs.map(printJob),
    '};',
    '',
  ].join('\n');

/** @param {Enum} e */
function printEnum({ name, about, values }) {
  const entries = Object.entries(values).map(([key, value]) => `${key}: ${value}`);
  const type = `export type ${name} = (typeof ${name})[keyof typeof ${name}];`;
  return `${printComment(about)}export const ${name} = { ${entries.join(', ')} } as const;\n${type}\n`;
}

/** @param {Job} job */
const printArguments = (job) =>
  [
    `export type ${typeName(job)} = {`,
    ...job.arguments.map(
      (argument) => `${printComment(argument.about, '  ')}  readonly ${argument.name}: ${typeOf(argument)};`,
    ),
    '};',
    '',
  ].join('\n');

/** @param {Job} job */
const printJob = (job) =>
  [
    `${printComment(job.about, '  ')}  ${job.name}: {`,
    `    name: '${job.name}',`,
    `    write({ ${[...new Set(job.arguments.map((argument) => viewOf(argument).view))].join(', ')} }, args) {`,
    ...job.arguments.flatMap(printWrites).map((line) => `      ${line}`),
    '    },',
    `  } satisfies Job<${typeName(job)}>,`,
  ].join('\n');

/** @param {Argument} argument */
function printWrites(argument) {
  const { view, bytes } = viewOf(argument);
  const at = argument.offset / bytes;
  const value = `args.${argument.name}`;
  if (argument.count) return Array.from({ length: argument.count }, (_, i) => `${view}[${at + i}] = ${value}[${i}];`);
  return [`${view}[${at}] = ${argument.type === 'bool' ? `${value} ? 1 : 0` : value};`];
}

const typeName = ({ name }) => `${name[0].toUpperCase()}${name.slice(1)}Arguments`;

function typeOf({ type, count }) {
  const one = type === 'bool' ? 'boolean' : type in VIEWS ? 'number' : type;
  return count ? `readonly [${Array(count).fill(one).join(', ')}]` : one;
}

const printComment = (text, indent = '') => (text ? `${indent}/** ${text} */\n` : '');
