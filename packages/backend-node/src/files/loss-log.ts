import { dirname } from 'node:path';
import { fileError, systemCode } from '@denoiser/errors';
import { type FileSystem, nodeFileSystem } from './file-system';
import { makeFolder, writeFileAtomically } from './write-atomically';

/** One line of the log: the step and whatever numbers, or lists of numbers, belong to it. */
export type LossRecord = { readonly step: number; readonly [quantity: string]: number | readonly number[] };

export type LossLog = {
  append(record: LossRecord): Promise<void>;
  close(): Promise<void>;
};

export type LossLogOptions = {
  /** Keep the records up to this step and drop later ones: the step that a run resumes from. Default: keep all. */
  readonly upToStep?: number;
  readonly fileSystem?: FileSystem;
};

/** The records of a log of JSON lines. No file: no records. A line that a killed process cut short is left out. */
export async function readLossLog(
  path: string,
  { fileSystem = nodeFileSystem }: { fileSystem?: FileSystem } = {},
): Promise<LossRecord[]> {
  return (await readText(path, fileSystem)).split('\n').flatMap((line) => parseLine(line) ?? []);
}

/** Opens a log of JSON lines to append to, made whole first: what can't be read and what is past `upToStep` goes. */
export async function openLossLog(
  path: string,
  { upToStep = Number.POSITIVE_INFINITY, fileSystem = nodeFileSystem }: LossLogOptions = {},
): Promise<LossLog> {
  const before = await readText(path, fileSystem);
  const kept = before
    .split('\n')
    .flatMap((line) => parseLine(line) ?? [])
    .filter(({ step }) => step <= upToStep)
    .map(lineOf)
    .join('');
  if (kept !== before) await writeFileAtomically(path, kept, { fileSystem });

  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw fileError(error, 'write', path);
    }
  };
  const file = await attempt(async () => {
    await makeFolder(fileSystem, dirname(path));
    return fileSystem.open(path, 'a');
  });
  return {
    append: (record) => attempt(() => file.appendFile(lineOf(record))),
    close: () => attempt(() => file.close()),
  };
}

async function readText(path: string, fileSystem: FileSystem): Promise<string> {
  try {
    return await fileSystem.readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw fileError(error, 'read', path);
  }
}

function lineOf(record: LossRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function parseLine(line: string): LossRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is LossRecord {
  return typeof value === 'object' && value !== null && 'step' in value && typeof value.step === 'number';
}
