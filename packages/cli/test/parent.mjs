// Started by a test: runs the command as the repository's scripts do, with the arguments after its own.
import { runChild } from '../../../scripts/children.mjs';

process.exitCode = await runChild(process.execPath, process.argv.slice(2));
