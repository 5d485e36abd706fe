#!/usr/bin/env node
// A file that is there before the first build: npm links commands when it installs, and skips those it does not find.
import '../dist/bin.js';
