#!/usr/bin/env node
import { runInFront } from './process/front';

process.exitCode = await runInFront(process.argv.slice(2));
