import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { readLocalToken } from '@sextant/service/identity/local-token';
import { requestLine } from '../../src/exchange.ts';
import { openNamespace } from '../../src/namespace.ts';
import { describeUnless } from '../../src/describe-unless.ts';
import { missingNamespaces, missingPrograms } from '../../src/missing.ts';
import { spawnEverywhere } from '../everywhere.ts';

const run = promisify(execFile);

describeUnless(await missingPrograms('openssl'))('C25: TLS', () => {
  it.each([
    ['1.1', ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0']],
    ['1.0', ['-tls1', '-cipher', 'DEFAULT@SECLEVEL=0']],
    ['without encryption', ['-tls1_2', '-cipher', 'NULL@SECLEVEL=0']],
    ['without authentication', ['-tls1_2', '-cipher', 'aNULL@SECLEVEL=0']],
    ['with RC4, 3DES or export keys', ['-tls1_2', '-cipher', 'RC4:3DES:EXPORT@SECLEVEL=0']],
  ])('%s is refused', async (_name, flags) => {
    await using everywhere = await spawnEverywhere();
    await expect(handshake(everywhere.port, flags)).rejects.toThrow();
  });

  it.each([['-tls1_2'], ['-tls1_3']])('%s is taken, and its certificate is good', async (flag) => {
    await using everywhere = await spawnEverywhere();
    const ca = join(everywhere.home, 'tls', 'ca.pem');
    const said = await handshake(everywhere.port, [flag, '-CAfile', ca, '-verify_return_error']);
    expect(said).toContain('Verify return code: 0 (ok)');
  });
});

async function handshake(port: number, flags: readonly string[]): Promise<string> {
  const script = 'exec openssl s_client -connect "$0" "$@" </dev/null 2>&1';
  const { stdout } = await run('sh', ['-c', script, `127.0.0.1:${port}`, ...flags], { timeout: 10_000 });
  if (/Cipher\s+is \(NONE\)|Cipher *: 0000/.test(stdout)) throw new Error('no cipher was agreed on');
  return stdout;
}

describeUnless((await missingNamespaces()) ?? (await missingPrograms('nc')))('C25: a token in clear', () => {
  it('over a network is not taken, and written down as exposed', async () => {
    await using network = await openNamespace();
    await using service = await spawnEverywhere({
      under: network.under,
      hosts: [network.host],
      flags: ['--host', network.host],
      log: () => {},
    });
    const auth = { type: 'token', token: readLocalToken(service.home) };
    const hello = requestLine(1, 'rpc.hello', { protocol: 1, client: 'x', auth });
    const [from = ''] = network.peers;
    const said = await network.run(
      'sh',
      '-c',
      `printf %s '${hello.trim()}\n' | nc -N -w 5 -s ${from} "$0" "$1"`,
      network.host,
      String(service.port),
    );
    expect(JSON.parse(said.split('\n', 1)[0] ?? '')).toMatchObject({
      id: 1,
      error: { data: { type: 'insecure_transport' } },
    });
    const audit = await readFile(join(service.home, 'workshop', 'audit.log'), 'utf8');
    expect(audit).toContain('"token_exposed"');
    expect(audit).not.toContain(auth.token);
  }, 30_000);
});
