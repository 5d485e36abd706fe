import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileError } from '@denoiser/errors';
import { type FileSystem, nodeFileSystem } from '../files/file-system';
import { makeFolder } from '../files/write-atomically';
import { imageEvent, scalarsEvent, startEvent, versionEvent } from './event';
import { frame } from './tf-record';

/** A file of events that TensorBoard reads, also while it grows. */
export type EventLog = {
  readonly path: string;
  /** Numbers of a step by tag, like `{ loss: 0.03 }`. */
  scalars(step: number, scalars: Readonly<Record<string, number>>): Promise<void>;
  /** A picture of a step. */
  image(step: number, tag: string, png: Uint8Array): Promise<void>;
  close(): Promise<void>;
};

export type EventLogOptions = {
  /** The first step this file will tell of; what earlier files in the folder say of it and later ones is taken back. */
  readonly firstStep?: number;
  readonly fileSystem?: FileSystem;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/**
 * Opens a new TensorBoard event file in `folder` (TFRecord framing, protocol buffers; no TensorFlow needed). Show it with
 * `tensorboard --logdir <folder>`.
 *
 * @throws DenoiserError that names the path and the cause.
 */
export async function openEventLog(
  folder: string,
  { firstStep = 1, fileSystem = nodeFileSystem, now = Date.now }: EventLogOptions = {},
): Promise<EventLog> {
  const seconds = String(Math.floor(now() / 1000)).padStart(10, '0');
  const path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`);
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw fileError(error, 'write', path);
    }
  };
  const file = await attempt(async () => {
    await makeFolder(fileSystem, folder);
    return fileSystem.open(path, 'a');
  });
  const write = (...events: readonly Uint8Array[]) => attempt(() => file.appendFile(Buffer.concat(events.map(frame))));
  try {
    await write(versionEvent(now()), startEvent(now(), firstStep));
  } catch (error) {
    await file.close().catch(() => {}); // the first failure is the one to be told
    throw error;
  }
  return {
    path,
    scalars: (step, scalars) => write(scalarsEvent(now(), step, scalars)),
    image: (step, tag, png) => write(imageEvent(now(), step, tag, png)),
    close: () => attempt(() => file.close()),
  };
}
