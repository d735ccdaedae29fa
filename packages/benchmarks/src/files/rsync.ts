import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from '../area.ts';
import { freePort } from '../programs/free-port.ts';
import { startProgram } from '../programs/program.ts';
import { measureCopies } from './copies.ts';
import { makeData, type Data } from './data.ts';

/** Its daemon and its own client, which keeps what it gets. */
export const rsync: Contender = {
  name: 'rsync daemon',
  role: 'peer',
  needs: 'rsync',
  async run(pace) {
    await using data = await makeData(pace);
    const port = await freePort();
    const file = join(data.folder, 'rsyncd.conf');
    await writeFile(file, configuration(data));
    const args = ['--daemon', '--no-detach', `--port=${port}`, '--address=127.0.0.1', `--config=${file}`];
    await using server = await startProgram('rsync', args, { port });
    const remote = `rsync://127.0.0.1:${server.port}/served`;
    return await measureCopies(data, remote, (from, to) => ['rsync', '-r', '--whole-file', from, to]);
  },
};

function configuration({ folder, served }: Data): string {
  return `
use chroot = no
pid file = ${folder}/rsyncd.pid
log file = /dev/null
uid = ${process.getuid?.() ?? 0}
gid = ${process.getgid?.() ?? 0}
[served]
path = ${served}
read only = no
`;
}
