import { CommanderError } from 'commander';
import { describeError, Interrupted, NOTHING_WRITTEN } from './errors';
import { type Host, quietHost } from './process/host';
import { createProgram } from './program';

/**
 * Runs the command with the arguments after its name and returns the exit code: 0 done, 1 an error (one line on stderr),
 * 130 interrupted in good order.
 */
export async function main(args: readonly string[], host: Host = quietHost()): Promise<number> {
  try {
    await createProgram(host).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
      return error.exitCode;
    const isStopped = host.signal.aborted && error === host.signal.reason;
    if (error instanceof Interrupted || isStopped) {
      // A program reads its result on stdout.
      const stream = args.includes('--json') ? process.stderr : process.stdout;
      stream.write(`${error instanceof Interrupted ? error.message : NOTHING_WRITTEN}\n`);
      return 130;
    }
    process.stderr.write(`denoiser: ${error instanceof CommanderError ? usage(error, args) : describeError(error)}\n`);
    if (process.env.DENOISER_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

/** Commander's message as one sentence, with a hint where to read on. */
function usage(error: CommanderError, [command]: readonly string[]): string {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const help =
    command && /^[a-z]+$/.test(command) && error.code !== 'commander.unknownCommand' ? `${command} --help` : '--help';
  const hint = suggestion?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?') ?? `see 'denoiser ${help}'.`;
  return `${message.replace(/\.$/, '')}; ${hint}`;
}
