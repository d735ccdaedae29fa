import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@sextant/service/run/config';
import { temporaryFolder } from '@sextant/testing/rig';
import { engineAddress } from '../../src/engine/address.ts';

describe('engineAddress', () => {
  it('is as set, else as DOCKER_HOST says, else the usual socket', () => {
    const env = { DOCKER_HOST: 'unix:///there.sock' };
    expect(engineAddress('unix:///here.sock', env)).toMatchObject({
      url: 'unix:///here.sock',
      options: { socketPath: '/here.sock' },
    });
    expect(engineAddress(undefined, env)).toMatchObject({
      url: 'unix:///there.sock',
      options: { socketPath: '/there.sock' },
    });
    expect(engineAddress(undefined, {})).toMatchObject({ options: { socketPath: '/var/run/docker.sock' } });
    expect(engineAddress(undefined, { DOCKER_HOST: '' })).toMatchObject({
      options: { socketPath: '/var/run/docker.sock' },
    });
  });

  it('may be over TCP, and hides a password', () => {
    expect(engineAddress('tcp://me:secret@box:2375', {})).toEqual({
      url: 'tcp://box:2375',
      options: { host: 'box', port: '2375', protocol: 'http' },
    });
    expect(engineAddress('tcp://[::1]:2375', {})).toMatchObject({ options: { host: '::1', port: '2375' } });
  });

  it("takes TLS and Docker's own certificates where they are asked for", async () => {
    await using folder = await temporaryFolder();
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(folder.path, `${name}.pem`), name);
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder.path };
    expect(engineAddress('tcp://box:9999', env).options).toMatchObject({
      protocol: 'https',
      ca: 'ca',
      cert: 'cert',
      key: 'key',
    });
    expect(() => engineAddress('tcp://box:2376', { DOCKER_CERT_PATH: join(folder.path, 'none') })).toThrow(
      /needed in .*none/,
    );
  });

  it.each([
    'ssh://box',
    'box:2375',
    'tcp://box',
    'unix://',
    'unix:///',
    'unix://folder/socket',
    'nonsense',
    'npipe:////./pipe/x',
  ])('is not %s', (address) => {
    expect(() => engineAddress(address, {})).toThrow(ConfigError);
    expect(() => engineAddress(undefined, { DOCKER_HOST: address })).toThrow('must be unix:///path or tcp://host:port');
  });
});
