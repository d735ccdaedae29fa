import { execFile } from 'node:child_process';
import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Contender } from '../area.ts';
import { freePort } from '../programs/free-port.ts';
import { startProgram } from '../programs/program.ts';
import { measureCopies } from './copies.ts';
import { makeData } from './data.ts';

const run = promisify(execFile);

/** Over a server of its own, with keys that were made for it; sshd insists on being started by its full path. */
export const scp: Contender = {
  name: 'scp',
  role: 'peer',
  needs: 'sshd',
  async run(pace) {
    await using data = await makeData(pace);
    const port = await freePort();
    const { key, file } = await configure(data.folder, port);
    const sshd = (await run('sh', ['-c', 'PATH="$PATH:/usr/sbin" command -v sshd'])).stdout.trim();
    await using server = await startProgram(sshd, ['-D', '-f', file], { port });
    const options = ['-i', key, '-P', String(server.port), '-o', 'StrictHostKeyChecking=no'].concat([
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'IdentitiesOnly=yes',
      '-q',
      '-r',
    ]);
    const remote = `${userInfo().username}@127.0.0.1:${data.served}`;
    return await measureCopies(data, remote, (from, to) => ['scp', ...options, from, to]);
  },
};

async function configure(folder: string, port: number): Promise<{ key: string; file: string }> {
  const [key, host, file] = ['key', 'host-key', 'sshd_config'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [key, host]) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', made]);
  const keys = join(folder, 'authorized_keys');
  await copyFile(`${key}.pub`, keys);
  await chmod(keys, 0o600);
  await writeFile(
    file,
    `
Port ${port}
ListenAddress 127.0.0.1
HostKey ${host}
AuthorizedKeysFile ${keys}
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
Subsystem sftp internal-sftp
`,
  );
  return { key, file };
}
