/** How wide a network may be: channels at full size, at half of it, and at a quarter where pictures have 32 pixels a side. */
const CHANNELS = {
  narrow: [32, 32, 32],
  medium: [32, 64, 96],
  wide: [64, 128, 192],
} as const;

export type Width = keyof typeof CHANNELS;

/** Returns the options of the network, as the page's worker makes it. */
export const networkOf = (size: '16' | '32', width: Width) => ({
  blockChannels: CHANNELS[width].slice(0, size === '16' ? 2 : 3),
});
