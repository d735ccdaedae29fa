import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Packages with a part that is compiled for one machine: no bundle can hold it. */
const NATIVE = ['@lydell/node-pty', '@napi-rs/blake-hash'];

/**
 * Bundles the app in whose folder it is run: one file to start, what it loads or starts later beside it. The folder `dist`
 * then needs nothing else but Node.
 */
export default {
  // Programs of their own, which the service starts in a process or a thread.
  input: ['src/main.ts', 'src/launch/launcher.ts', 'src/disk/program.ts'].filter((file) => existsSync(file)),
  platform: 'node',
  // cpu-features is an option of dockerode's that it does without.
  external: [...NATIVE, 'cpu-features'],
  output: { dir: 'dist', cleanDir: true, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
  plugins: [{ name: 'native', writeBundle: ({ dir }) => copyNative(process.cwd(), dir) }],
};

/** Copies what the package in `from` depends on and is native to where code in `dir` finds it. */
function copyNative(from, dir) {
  for (const name of dependenciesOf(from)) if (NATIVE.includes(name)) copyPackage(name, from, dir);
}

/** The same of a package and all that it depends on; what is made for another machine is not there. */
function copyPackage(name, from, dir) {
  const folder = folderOf(name, from);
  if (folder === undefined) return;
  cpSync(folder, join(dir, 'node_modules', name), { recursive: true, dereference: true });
  for (const other of dependenciesOf(folder)) copyPackage(other, folder, dir);
}

function dependenciesOf(folder) {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...optionalDependencies });
}

function folderOf(name, from) {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
}
