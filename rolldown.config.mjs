/** Bundles the app in whose folder it is run: one file to start, what it loads later beside it. */
export default {
  input: 'src/main.ts',
  platform: 'node',
  // Compiled for one machine: these come from node_modules. cpu-features is an option of dockerode's that it does without.
  external: ['@napi-rs/blake-hash', 'cpu-features'],
  output: { dir: 'dist', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
};
