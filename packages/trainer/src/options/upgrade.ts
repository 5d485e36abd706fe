/** The version of the checkpoint format that is written; older ones are read, too. */
export const FORMAT_VERSION = 3;

type Json = Record<string, unknown>;

/** What turns the state of a version into that of the next. What an old one doesn't know has the value it had then. */
const UPGRADES: Readonly<Record<number, (state: Json) => Json>> = {
  // Version 1 knew ε-prediction with a fixed variance, and nothing that has come since.
  1: (state) => ({ ...state, options: { prediction: 'epsilon', variance: { type: 'fixed' }, ...optionsOf(state) } }),
  // Version 2 called the process a schedule, and the epochs done the epoch under way, from 0.
  2: ({ epoch, ...state }) => {
    const { schedule, ...options } = optionsOf(state);
    return { ...state, epochsDone: epoch, options: { ...options, process: schedule } };
  },
};

const optionsOf = ({ options }: Json): Json => options as Json;

/** Returns a state as the newest version has it, or nothing if its version is not known. */
export function upgradeState(state: Json): Json | undefined {
  let upgraded = state;
  for (let version = Number(state.version); version !== FORMAT_VERSION; version++) {
    const upgrade = UPGRADES[version];
    if (!upgrade) return undefined;
    upgraded = { ...upgrade(upgraded), version: version + 1 };
  }
  return upgraded;
}
