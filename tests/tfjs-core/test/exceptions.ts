/**
 * The specs of tfjs-core that fail, by full name without the environment, each with the reason. One that passes must leave the
 * list.
 */
export const exceptions: readonly { spec: string; reason: string }[] = [
  ...['true', 'false'].map((value) => ({
    spec: `IS_BROWSER isBrowser: ${value}`,
    reason:
      "disabled in tfjs-core (xit), fails on its cpu backend too: it replaces a module's export, which can't be written",
  })),
  {
    spec: 'kernel_registry errors when registering the same kernel twice',
    reason: 'disabled in tfjs-core (xit), fails on its cpu backend too: tfjs has come to allow a second registration',
  },
];
