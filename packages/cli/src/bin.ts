#!/usr/bin/env node
import { main } from './main';

// A reader that closes its end of the pipe (`denoiser train … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));
