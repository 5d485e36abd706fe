// Preloaded into the command by a test: a disk on which files whose name matches FULL_DISK do not fit.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const pattern = new RegExp(process.env.FULL_DISK ?? '$^');
const { open } = fs;
fs.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  if (!pattern.test(String(path))) return handle;
  const full = async () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return Object.assign(handle, { writeFile: full, appendFile: full, write: full });
};
syncBuiltinESMExports();
