// Preloaded into the command by a test: a disk on which checkpoints are never written to the end.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { open } = fs;
fs.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  const isCheckpoint = /step-\d+.*safetensors/.test(String(path));
  // A timer keeps the process, as a disk does that answers late.
  if (isCheckpoint) Object.assign(handle, { writeFile: () => new Promise(() => setInterval(() => {}, 1000)) });
  return handle;
};
syncBuiltinESMExports();
