import { expect, it } from '@jest/globals';
import { describeWithEngine, docker, engineRig } from '../real-engine.ts';

describeWithEngine('engine.info', () => {
  it('says what engine it drives', async () => {
    await using rig = await engineRig();
    const info = await rig.client.call('engine.info', {});
    expect(info.version).toBe(await docker('version', '--format', '{{.Server.Version}}'));
    expect(info.name).toBe(await docker('info', '--format', '{{.Name}}'));
    expect(info.apiVersion).toMatch(/^1\.\d+$/);
    expect(info.images).toBeGreaterThan(0);
    expect(info.running).toBeLessThanOrEqual(info.containers);
  });
});
