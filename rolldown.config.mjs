import { existsSync } from 'node:fs';

/** Bundles the app in whose folder it is run: one file to start, what it loads or starts later beside it. */
export default {
  // Programs of their own, which the service starts in a process or a thread.
  input: ['src/main.ts', 'src/launcher.ts', 'src/disk/program.ts'].filter((file) => existsSync(file)),
  platform: 'node',
  // Compiled for one machine: these come from node_modules. cpu-features is an option of dockerode's that it does without.
  external: ['@napi-rs/blake-hash', 'cpu-features'],
  output: { dir: 'dist', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
};
