import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureContext } from 'node:tls';
import { ConfigError } from '../run/config.ts';

/** A service's certificate, ready for use, and the names it is for. */
export interface Certificate {
  readonly context: SecureContext;
  readonly names: readonly string[];
}

/**
 * The certificate that settings name, else that of the home, if there is one.
 * @throws ConfigError if it cannot be used.
 */
export function loadCertificate(settings: {
  home: string;
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
}): Certificate | undefined {
  const folder = join(settings.home, 'tls');
  const certificate = settings.tlsCert ?? join(folder, 'cert.pem');
  const key = settings.tlsKey ?? join(folder, 'key.pem');
  const isNamed = settings.tlsCert !== undefined || settings.tlsKey !== undefined;
  if (!isNamed && !existsSync(certificate)) return undefined;
  // 3 MB, for whoever has a certificate.
  const { createSecureContext } = process.getBuiltinModule('node:tls');
  try {
    const cert = readFileSync(certificate);
    const context = createSecureContext({ cert, key: readFileSync(key), minVersion: 'TLSv1.2' });
    return { context, names: namesOf(new X509Certificate(cert)) };
  } catch (error) {
    const reason = Error.isError(error) ? error.message : String(error);
    throw new ConfigError(`${certificate} with ${key} cannot be used for TLS: ${reason}.`, { cause: error });
  }
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName
    .split(', ')
    .map((entry) => entry.replace(/^(DNS|IP Address):/, ''))
    .map((name) => URL.parse(`tls://${name.includes(':') ? `[${name}]` : name}`)?.hostname.toLowerCase() ?? '')
    .filter((name) => name !== '');
}
