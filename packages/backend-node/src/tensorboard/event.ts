import { type Field, message } from './protobuf';

/**
 * TensorBoard's events (tensorflow/core/util/event.proto and framework/summary.proto) as bytes: wall time in seconds (1),
 * step (2) and what it is about.
 */
const event = (time: number, step: number, ...about: Field[]): Uint8Array =>
  message({ id: 1, double: time / 1000 }, { id: 2, int: step }, ...about);

const summary = (values: readonly Uint8Array[]): Field => ({
  id: 5,
  bytes: message(...values.map((bytes): Field => ({ id: 1, bytes }))),
});

/** The first event of every file. `time` in milliseconds, as everywhere here. */
export const versionEvent = (time: number): Uint8Array => event(time, 0, { id: 3, text: 'brain.Event:2' });

/** A session begins with this step; what earlier files say of it and later ones no longer counts. */
export const startEvent = (time: number, step: number): Uint8Array =>
  event(time, step, { id: 7, bytes: message({ id: 1, int: 1 }) });

export const scalarsEvent = (time: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array =>
  event(
    time,
    step,
    summary(Object.entries(scalars).map(([tag, float]) => message({ id: 1, text: tag }, { id: 2, float }))),
  );

export function imageEvent(time: number, step: number, tag: string, png: Uint8Array): Uint8Array {
  const { height, width } = pngSize(png);
  const RGB = 3;
  const image = message({ id: 1, int: height }, { id: 2, int: width }, { id: 3, int: RGB }, { id: 4, bytes: png });
  return event(time, step, summary([message({ id: 1, text: tag }, { id: 4, bytes: image })]));
}

/** The picture's size stands at a fixed place, in the header chunk. */
function pngSize(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
