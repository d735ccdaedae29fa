import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { jsonLines, listening, loopback, serving } from './services.ts';
import { run } from './sextant.ts';

describe('status', () => {
  it('says what runs and how to start what does not', async () => {
    await using home = await temporaryFolder();
    const host = loopback();
    await using up = serving('up', 'file-server', '--host', host, '--home', home.path, '--json');
    await listening(up, 1);
    const { code, stdout, stderr } = await run(['status', '--host', host]);
    expect(stdout).toMatch(/^SERVICE +ADDRESS +STATE +VERSION\n/);
    expect(stdout).toMatch(/^file-server +\S+:65432 +running +\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^chat-relay +\S+:5000 +not running +- +start it with: (npx )?sextant up chat-relay$/m);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('gives JSON lines', async () => {
    await using home = await temporaryFolder();
    const host = loopback();
    await using up = serving('up', 'contact-registry', '--host', host, '--home', home.path, '--json');
    const [registry] = await listening(up, 1);
    const args = [
      'peer',
      'start',
      '--registry',
      `${host}:${registry.port}`,
      '--home',
      home.path,
      '--name',
      'ann',
      '--json',
    ];
    await using peer = serving(...args);
    await listening(peer, 1);
    const services = jsonLines((await run(['status', '--host', host, '--json'])).stdout);
    expect(services).toHaveLength(6);
    expect(services).toContainEqual(
      expect.objectContaining({ service: 'contact-registry', host, port: 8080, state: 'running' }),
    );
    expect(services).toContainEqual(expect.objectContaining({ service: 'process-server', state: 'not running' }));
    expect(services).toContainEqual(expect.objectContaining({ service: 'peer-node', name: 'ann', state: 'running' }));
  });

  it('says what to type where nothing runs', async () => {
    const { code, stderr } = await run(['status', '--host', loopback()]);
    expect(stderr).toMatch(/Nothing runs\. Start everything with: (npx )?sextant up/);
    expect(code).toBe(3);
  });

  it('takes a host without a port', async () => {
    expect(await run(['status', '--host', 'localhost:80'])).toMatchObject({ code: 2, stdout: '' });
  });
});
