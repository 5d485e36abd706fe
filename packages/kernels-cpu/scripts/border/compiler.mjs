import asc from 'assemblyscript/asc';

const FEATURES = ['--enable', 'simd', '--enable', 'threads'];
const MEMORY = ['--importMemory', '--sharedMemory', '--initialMemory', '2', '--maximumMemory', '65536'];
/** AS201 says that threads share memory. */
const COMMON = ['--runtime', 'stub', '--noAssert', '--disableWarning', '201', ...FEATURES, ...MEMORY];

/**
 * Compiles AssemblyScript sources, given as texts by file name.
 *
 * @param {Readonly<Record<string, string>>} sources
 * @param {readonly string[]} entries names of those whose exports the module exports
 * @param {readonly string[]} options of asc, besides those that every build has
 * @param {object} [transform] hooks into the compiler, see the documentation of AssemblyScript
 * @returns {Promise<Uint8Array | undefined>} the module, if the options ask for one
 * @throws {Error} with what the compiler reports
 */
export async function compile(sources, entries, options, transform = {}) {
  let binary;
  const { error, stderr } = await asc.main([...entries, ...COMMON, ...options], {
    readFile: (name) => sources[name] ?? null,
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
    transforms: [transform],
  });
  const report = stderr.toString();
  if (error) throw new Error(`${error.message}\n${report}`);
  process.stderr.write(report);
  return binary;
}
