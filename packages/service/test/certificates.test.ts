import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { certificateFiles, makeCertificates, readCertificate } from '../src/certificates/certificates.ts';
import { temporaryFolder } from './temporary-folder.ts';

const HOSTS = ['box.example.org', 'localhost', '127.0.0.1', '::1'];

async function make(hosts = HOSTS, days = 90) {
  const home = temporaryFolder();
  return {
    files: certificateFiles(home.path),
    home: home.path,
    facts: await makeCertificates(home.path, hosts, { days }),
    [Symbol.dispose]: () => home[Symbol.dispose](),
  };
}

/** What `openssl ARGS` prints; it fails as it does. */
async function openssl(...args: string[]): Promise<string> {
  const running = promisify(execFile)('openssl', args, { timeout: 10_000 });
  running.child.stdin?.end();
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

/** A TLS server with the certificate, which says hello. */
async function serve({ cert, key }: { cert: string; key: string }) {
  const server = createServer({ cert: await readFile(cert), key: await readFile(key) }, (socket) => {
    socket.on('error', () => {});
    socket.end('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('makeCertificates', () => {
  it('makes what openssl takes, also where it is strict', async () => {
    using made = await make();
    const { ca, cert } = made.files;
    for (const host of ['-verify_hostname box.example.org', '-verify_ip 127.0.0.1', '-verify_ip ::1', '']) {
      const args = ['verify', '-x509_strict', '-purpose', 'sslserver', ...host.split(' ').filter(Boolean)];
      expect(await openssl(...args, '-CAfile', ca, cert)).toContain(': OK');
    }
    await expect(openssl('verify', '-verify_hostname', 'evil.org', '-CAfile', ca, cert)).rejects.toThrow('mismatch');
    await expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', ca, cert)).rejects.toThrow('purpose');
  });

  it('says what each of both may be used for', async () => {
    using made = await make();
    const ca = await openssl('x509', '-in', made.files.ca, '-noout', '-text');
    expect(ca).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(ca).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    const leaf = await openssl('x509', '-in', made.files.cert, '-noout', '-text');
    expect(leaf).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
    expect(leaf).toMatch(/Key Usage: critical\s+Digital Signature\n/);
    expect(leaf).toMatch(/Extended Key Usage: \s+TLS Web Server Authentication\n/);
    expect(leaf).toMatch(/NIST CURVE: P-256/);
    expect(leaf).toMatch(/Signature Algorithm: ecdsa-with-SHA256/);
  });

  it('is trusted by who has the authority, and by nobody else', async () => {
    using made = await make();
    await using server = await serve(made.files);
    const args = [
      's_client',
      '-connect',
      `127.0.0.1:${server.port}`,
      '-verify_return_error',
      '-verify_ip',
      '127.0.0.1',
    ];
    expect(await openssl(...args, '-CAfile', made.files.ca)).toContain('Verify return code: 0 (ok)');
    using other = await make();
    await expect(openssl(...args, '-CAfile', other.files.ca)).rejects.toThrow('verify error');
    const socket = connect({ host: 'localhost', port: server.port, ca: await readFile(made.files.ca) });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.destroy();
    const wary = connect({ host: '127.0.0.1', port: server.port });
    expect(await once(wary, 'error')).toMatchObject([{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }]);
  });

  it('keeps keys from others, and the authority for a second time', async () => {
    using made = await make();
    const { ca, caKey, cert, key } = made.files;
    for (const secret of [caKey, key]) expect((await stat(secret)).mode & 0o777).toBe(0o600);
    const before = await Promise.all([ca, caKey, key].map((path) => readFile(path, 'utf8')));
    const facts = await makeCertificates(made.home, ['other.example.org'], { days: 10 });
    expect(await Promise.all([ca, caKey, key].map((path) => readFile(path, 'utf8')))).toEqual(before);
    expect(facts.fingerprint).not.toBe(made.facts.fingerprint);
    expect(await openssl('verify', '-verify_hostname', 'other.example.org', '-CAfile', ca, cert)).toContain('OK');
  });

  it('goes on where it was cut between a key and its certificate', async () => {
    using made = await make();
    const { ca, cert, caKey, key } = made.files;
    const caBefore = await readFile(caKey, 'utf8');
    await rm(ca);
    await rm(cert);
    await rm(key);
    await makeCertificates(made.home, HOSTS, { days: 90 });
    expect(await readFile(caKey, 'utf8')).toBe(caBefore);
    expect(await openssl('verify', '-CAfile', ca, cert)).toContain('OK');
  });

  it('signs with no authority that is only trusted here', async () => {
    using made = await make();
    await rm(made.files.caKey);
    await expect(makeCertificates(made.home, HOSTS, { days: 1 })).rejects.toThrow('belongs to another home');
  });

  it('signs with no authority of another kind', async () => {
    using made = await make();
    const { ca, caKey } = made.files;
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/O=ACME/CN=x',
      '-keyout',
      caKey,
      '-out',
      ca,
    );
    await expect(makeCertificates(made.home, HOSTS, { days: 1 })).rejects.toThrow('was not made here');
  });

  it('uses no key that others may read', async () => {
    using made = await make();
    await chmod(made.files.caKey, 0o644);
    await expect(makeCertificates(made.home, HOSTS, { days: 1 })).rejects.toThrow(`chmod 600 ${made.files.caKey}`);
  });

  it.each(['', 'a b', '-x', 'https://x', 'fe80::1%eth0', 'x'.repeat(300)])('refuses %j as a host', async (host) => {
    using home = temporaryFolder();
    await expect(makeCertificates(home.path, [host], { days: 1 })).rejects.toThrow('neither a host');
  });

  it('outlives no authority', async () => {
    using made = await make(HOSTS, 100_000);
    const ca = new X509Certificate(await readFile(made.files.ca));
    expect(made.facts.expiresAt).toEqual(ca.validToDate);
  });
});

describe('readCertificate', () => {
  it('says what a certificate is for, until when, and how to recognise it', async () => {
    using made = await make();
    expect(await readCertificate(made.files.cert)).toEqual(made.facts);
    expect(made.facts.hosts).toEqual(HOSTS);
    expect(made.facts.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const days = (made.facts.expiresAt.getTime() - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(90);
  });

  it('says that there is none, or that it cannot be read', async () => {
    using made = await make();
    expect(await readCertificate(`${made.home}/none.pem`)).toBeUndefined();
    await expect(readCertificate(made.files.key)).rejects.toThrow('holds no certificate');
  });
});
