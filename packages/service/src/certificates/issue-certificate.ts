// oxlint-disable-next-line import/no-unassigned-import -- x509 finds its metadata where this puts it, so it comes first.
import 'reflect-metadata';
import { webcrypto, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509';

type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** Who signs. */
export interface Issuer {
  readonly name: string;
  readonly keys: CryptoKeyPair;
}

/** How long a certificate is good for. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The certificate of an authority of one's own, as PEM: it signs certificates of services, and no further authority. */
export async function issueAuthority({ name, keys }: Issuer, validity: Validity): Promise<string> {
  return issue(name, { name, keys }, keys.publicKey, validity, [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]);
}

/** The certificate of a service that is called by these names and addresses, as PEM. */
export async function issueLeaf(
  issuer: Issuer,
  keys: CryptoKeyPair,
  hosts: readonly string[],
  validity: Validity,
): Promise<string> {
  return issue('Sextant service', issuer, keys.publicKey, validity, [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(hosts.map((host) => ({ type: isIP(host) ? 'ip' : 'dns', value: host }))),
  ]);
}

/** A private key of `node:crypto` and its public half, as what signs. */
export async function keyPairOf(key: KeyObject): Promise<CryptoKeyPair> {
  const jwk = key.export({ format: 'jwk' });
  const { d: _, ...publicJwk } = jwk;
  return {
    privateKey: await webcrypto.subtle.importKey('jwk', jwk, ALGORITHM, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('jwk', publicJwk, ALGORITHM, true, ['verify']),
  };
}

/** Some verifiers, Python's since 3.13 among them, take no certificate without the identifiers of both keys. */
async function issue(
  subject: string,
  issuer: Issuer,
  publicKey: webcrypto.CryptoKey,
  { from, until }: Validity,
  extensions: Extension[],
): Promise<string> {
  const certificate = await X509CertificateGenerator.create(
    {
      subject: `CN=${subject}`,
      issuer: `CN=${issuer.name}`,
      notBefore: from,
      notAfter: until,
      publicKey,
      signingKey: issuer.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        ...extensions,
        await SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto),
        await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return `${certificate.toString('pem').trimEnd()}\n`;
}
