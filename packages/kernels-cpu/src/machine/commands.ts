import { Address } from './generated/jobs';

/** Room for the arguments of a job. */
export const ARGUMENT_BYTES = Address.temporary - Address.arguments;

/** What an engine did: a job of the arguments in these bytes, or bytes that came from JavaScript. */
export type Command =
  | { readonly job: string; readonly chunks: number; readonly args: Uint8Array }
  | { readonly to: number; readonly bytes: Uint8Array };

/** Commands, written down by the engine while it has this as its `log`. */
export class CommandLog {
  readonly commands: Command[] = [];
  /** Whether something was done that these commands do not do again. */
  isBroken = false;
}

/** Commands whose arguments lie in the engine's memory. */
export type PlacedCommands = readonly (
  | { readonly job: string; readonly chunks: number; readonly args: number }
  | { readonly to: number; readonly bytes: Uint8Array }
)[];

/** Returns commands whose arguments lie from an address on, and writes these there. */
export function placeCommands(
  commands: readonly Command[],
  address: number,
  write: (address: number, bytes: Uint8Array) => void,
): PlacedCommands {
  let end = address;
  return commands.map((command) => {
    if ('to' in command) return command;
    const { job, chunks } = command;
    const args = end;
    write(args, command.args);
    end += ARGUMENT_BYTES;
    return { job, chunks, args };
  });
}
