import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  createFile,
  isMissing,
  isTaken,
  makePrivateFolder,
  readPrivateFile,
  replaceFile,
} from '../identity/private-file.ts';

/** Where a home keeps its authority and the certificate of its services. */
export interface CertificateFiles {
  /** What others need to trust this home; no secret. */
  readonly ca: string;
  readonly caKey: string;
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateFacts {
  /** Names and addresses it is for. */
  readonly hosts: string[];
  readonly expiresAt: Date;
  /** SHA-256 of the certificate, in hexadecimal pairs with colons. */
  readonly fingerprint: string;
}

const AUTHORITY = 'Sextant authority';
const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Clocks of two machines differ. */
const SKEW_MS = 3_600_000;
/** Everybody may read a certificate. */
const PUBLIC_FILE = 0o644;

export function certificateFiles(home: string): CertificateFiles {
  const at = (name: string): string => join(home, 'tls', name);
  return { ca: at('ca.pem'), caKey: at('ca-key.pem'), cert: at('cert.pem'), key: at('key.pem') };
}

/**
 * Makes a certificate for these names and addresses, signed by the home's own authority, which is made at the first
 * time and kept. The private key is kept too, so that key and certificate fit each other at any moment.
 * @throws Error that says what to do if a host is none, or the authority is not this home's own.
 */
export async function makeCertificates(
  home: string,
  hosts: readonly string[],
  { days }: { days: number },
): Promise<CertificateFacts> {
  for (const host of hosts) if (!isHost(host)) throw new Error(`"${host}" is neither a host's name nor an address.`);
  const files = certificateFiles(home);
  await makePrivateFolder(join(home, 'tls'));
  const { keyPairOf, issueLeaf } = await import('./issue-certificate.ts');
  const authority = await openAuthority(files);
  const keys = await keyPairOf(await openKey(files.key));
  const asked = validity(days);
  const until = new Date(Math.min(asked.until.getTime(), authority.until.getTime()));
  const pem = await issueLeaf(authority, keys, hosts, { from: asked.from, until });
  await replaceFile(files.cert, pem, PUBLIC_FILE);
  return factsOf(new X509Certificate(pem));
}

/**
 * What the certificate in a file says; undefined if there is no such file.
 * @throws Error if it holds something else.
 */
export async function readCertificate(path: string): Promise<CertificateFacts | undefined> {
  const certificate = await readX509(path);
  return certificate && factsOf(certificate);
}

/** True for what can stand in a certificate: an address, a name, or `*.` and a name. */
export function isHost(host: string): boolean {
  const name = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
  return (isIP(host) !== 0 && !host.includes('%')) || (host.length <= 253 && name.test(host));
}

async function openAuthority(files: CertificateFiles) {
  const { issueAuthority, keyPairOf } = await import('./issue-certificate.ts');
  const standing = await readX509(files.ca);
  if (standing) refuseForeign(standing, files);
  const keys = await keyPairOf(await openKey(files.caKey));
  if (standing) return { name: standing.subject.slice('CN='.length), keys, until: standing.validToDate };
  // Two authorities must not have one name: who trusts both would look for the signature of the wrong one.
  const name = `${AUTHORITY} ${randomBytes(4).toString('hex')}`;
  const valid = validity(CA_DAYS);
  await createFile(files.ca, await issueAuthority({ name, keys }, valid), PUBLIC_FILE);
  return { name, keys, until: valid.until };
}

/** Another home's authority may lie there to be trusted: without its key, nothing can be signed. */
function refuseForeign(authority: X509Certificate, { ca, caKey }: CertificateFiles): void {
  if (!authority.subject.startsWith(`CN=${AUTHORITY} `)) {
    throw new Error(
      `${ca} was not made here. Let that authority sign cert.pem and key.pem beside it, or move it away.`,
    );
  }
  const key = readPrivateFile(caKey);
  if (key === undefined || !authority.checkPrivateKey(createPrivateKey(key))) {
    throw new Error(`${ca} belongs to another home: its key is not in ${caKey}. Use another --home, or move it away.`);
  }
  if (authority.validToDate.getTime() <= Date.now())
    throw new Error(`${ca} has expired. Remove it and ${caKey}, make new ones, and let the others trust the new one.`);
}

/** A key is written before the certificate it belongs to, and never again. */
async function openKey(path: string): Promise<KeyObject> {
  const standing = readPrivateFile(path);
  if (standing !== undefined) return createPrivateKey(standing);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await createFile(path, pem).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
  });
  return createPrivateKey(readPrivateFile(path) ?? pem);
}

function validity(days: number): { from: Date; until: Date } {
  return { from: new Date(Date.now() - SKEW_MS), until: new Date(Date.now() + days * DAY_MS) };
}

async function readX509(path: string): Promise<X509Certificate | undefined> {
  try {
    return new X509Certificate(await readFile(path));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new Error(`${path} holds no certificate that can be read: ${String(cause)}`, { cause });
  }
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    hosts: (certificate.subjectAltName ?? '').split(', ').filter(Boolean).map(hostOf),
    expiresAt: certificate.validToDate,
    fingerprint: certificate.fingerprint256,
  };
}

/** `DNS:localhost` -> `localhost`, `IP Address:0:0:0:0:0:0:0:1` -> `::1` */
function hostOf(name: string): string {
  const host = name.slice(name.indexOf(':') + 1);
  return host.includes(':') ? new URL(`tls://[${host}]`).hostname.slice(1, -1) : host;
}
