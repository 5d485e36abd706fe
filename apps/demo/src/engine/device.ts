import { signal } from '@preact/signals';

/** What computes, as the chip in the footer says it. */
export type Device = { readonly name: string; readonly why: string };

/** Undefined until a model is first needed. */
export const device = signal<Device | undefined>(undefined);
