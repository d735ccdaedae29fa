#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before the rest is loaded: what was compiled once starts in a third of the time.
enableCompileCache();
const { runProgram } = await import('./program.ts');
await runProgram(process.argv);
