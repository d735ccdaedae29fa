import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@sextant/service/run/config';

/** Where an engine is: for people, and as dockerode takes it. */
export interface EngineAddress {
  readonly url: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const USUAL = 'unix:///var/run/docker.sock';
/** The port of engines that ask for TLS, by custom. */
const TLS_PORT = '2376';

/**
 * Where the engine is: as set, else where DOCKER_HOST says, else the usual socket.
 * @throws ConfigError if that is no address, or the certificates for it cannot be read.
 */
export function engineAddress(setting: string | undefined, env: NodeJS.ProcessEnv): EngineAddress {
  const text = setting || env['DOCKER_HOST'] || USUAL;
  const url = URL.parse(text);
  if (url?.protocol === 'unix:' && url.host === '' && url.pathname.length > 1)
    return { url: text, options: socket(url) };
  if (url && url.hostname !== '' && url.port !== '' && ['tcp:', 'http:', 'https:'].includes(url.protocol)) {
    return { url: `${url.protocol}//${url.host}`, options: remote(url, env) };
  }
  throw new ConfigError(
    'the address of the Docker engine must be unix:///path or tcp://host:port; set it with --engine or DOCKER_HOST',
  );
}

/** Says explicitly that there is no host: dockerode would take one from DOCKER_HOST. */
function socket(url: URL): EngineAddress['options'] {
  return { socketPath: decodeURIComponent(url.pathname), host: undefined, port: undefined, protocol: 'http' };
}

function remote(url: URL, env: NodeJS.ProcessEnv): EngineAddress['options'] {
  const secure = url.protocol === 'https:' || url.port === TLS_PORT || Boolean(env['DOCKER_TLS_VERIFY']);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port, protocol: secure ? 'https' : 'http', ...(secure && certificates(env)) };
}

/** The files that Docker's own client uses. */
function certificates(env: NodeJS.ProcessEnv): EngineAddress['options'] {
  const folder = env['DOCKER_CERT_PATH'] || join(homedir(), '.docker');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  try {
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  } catch (error) {
    throw new ConfigError(
      `ca.pem, cert.pem and key.pem are needed in ${folder} to reach the Docker engine; set DOCKER_CERT_PATH`,
      {
        cause: error,
      },
    );
  }
}
