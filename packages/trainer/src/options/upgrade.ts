import { resolveOptions, type TrainingOptionsInput } from './training-options';

/** The version of the checkpoint format that is written; older ones are read, too. */
export const FORMAT_VERSION = 2;

/** What turns the state of a version into that of the next. What an old one doesn't know has the value it had then. */
const UPGRADES: Readonly<Record<number, (state: Record<string, unknown>) => Record<string, unknown>>> = {
  // Version 1 knew ε-prediction with a constant learning rate, and nothing that has come since.
  1: (state) => ({ ...state, options: resolveOptions(state.options as TrainingOptionsInput) }),
};

/** A state as the newest version has it, or nothing if its version is not known. */
export function upgradeState(state: Record<string, unknown>): Record<string, unknown> | undefined {
  let upgraded = state;
  for (let version = Number(state.version); version !== FORMAT_VERSION; version++) {
    const upgrade = UPGRADES[version];
    if (!upgrade) return undefined;
    upgraded = { ...upgrade(upgraded), version: version + 1 };
  }
  return upgraded;
}
