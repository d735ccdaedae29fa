import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why something cannot be tested here; undefined if it can. */
export type Missing = string | undefined;

/** Each program must be there; `.ci/tools.sh` installs those that are missing. */
export async function missingPrograms(...names: string[]): Promise<Missing> {
  for (const name of names) {
    const found = await run('sh', ['-c', `command -v ${name}`]).then(
      () => true,
      () => false,
    );
    if (!found) return `no ${name} is installed. .ci/tools.sh installs it`;
  }
  return undefined;
}

/** A network of one's own takes root, and a kernel that has them. */
export async function missingNamespaces(): Promise<Missing> {
  const missing = await missingPrograms('ip', 'iptables', 'unshare');
  if (missing !== undefined) return missing;
  return run('unshare', ['--net', '--mount', 'true']).then(
    () => undefined,
    () => 'no network and mount namespaces can be made here. They take root',
  );
}
