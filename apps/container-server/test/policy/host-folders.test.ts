import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@sextant/testing/rig';
import { HostFolders } from '../../src/policy/host-folders.ts';

interface Rule {
  source: string;
  write?: boolean;
}

function folders(rules: readonly Rule[], isHere = true): HostFolders {
  const whole = rules.map(({ source, write = false }) => ({ source, write }));
  return new HostFolders(whole, { guarded: ['/opt/engine.sock', '/home/ann/.local/state/sextant'], isHere });
}

function check(rules: readonly Rule[], source: string, write = false): Promise<void> {
  return folders(rules).check({ source, write });
}

/** `in/deep` and `out`; links to both. */
async function tree() {
  const folder = await temporaryFolder();
  const root = folder.path;
  await mkdir(join(root, 'in/deep'), { recursive: true });
  await mkdir(join(root, 'out'));
  await symlink(join(root, 'out'), join(root, 'in/leads-out'));
  await symlink('deep', join(root, 'in/leads-in'));
  await symlink(join(root, 'in'), join(root, 'alias'));
  await symlink('/etc', join(root, 'in/leads-to-etc'));
  return { root, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('a host folder', () => {
  it('that is named may be mounted, and what is below it', async () => {
    await using at = await tree();
    const rules = [{ source: `${at.root}/in` }];
    await check(rules, `${at.root}/in`);
    await check(rules, `${at.root}/in/deep`);
    await check(rules, `${at.root}/in/leads-in`);
    await check([{ source: `${at.root}/alias` }], `${at.root}/alias/deep`);
    for (const source of [at.root, `${at.root}/out`, `${at.root}/inner`, '/', '/etc'])
      await expect(check(rules, source)).rejects.toThrow('does not let containers mount');
  });

  it('may be written only where that is said', async () => {
    await using at = await tree();
    const rules = [{ source: `${at.root}/in` }, { source: `${at.root}/out`, write: true }];
    await check(rules, `${at.root}/out`, true);
    await check(rules, `${at.root}/out`);
    await expect(check(rules, `${at.root}/in`, true)).rejects.toThrow('of the host to be written');
    // Nor by a link from where it may be written.
    await symlink(join(at.root, 'in/deep'), join(at.root, 'out/in'));
    await check(rules, `${at.root}/out/in`);
    await expect(check(rules, `${at.root}/out/in`, true)).rejects.toThrow('A link leads from');
  });

  it('is not mounted by a link that leads out', async () => {
    await using at = await tree();
    const rules = [{ source: `${at.root}/in` }];
    for (const link of ['leads-out', 'leads-to-etc', 'leads-to-etc/ssl'])
      await expect(check(rules, `${at.root}/in/${link}`)).rejects.toThrow('A link leads from');
  });

  it('below a named one must be seen from here', async () => {
    await using at = await tree();
    const rules = [{ source: `${at.root}/in` }];
    await expect(check(rules, `${at.root}/in/nothing`)).rejects.toThrow('cannot be seen from where this service runs');
    const elsewhere = folders(rules, false);
    await elsewhere.check({ source: `${at.root}/in`, write: false });
    await expect(elsewhere.check({ source: `${at.root}/in/deep`, write: false })).rejects.toThrow('cannot be seen');
  });

  it('does not mean what is guarded in it under another name', async () => {
    await using at = await tree();
    const guarding = new HostFolders([{ source: `${at.root}/in`, write: false }], {
      guarded: [`${at.root}/alias/deep`],
      isHere: true,
    });
    await expect(guarding.check({ source: `${at.root}/in/deep`, write: false })).rejects.toThrow('A link leads');
    await guarding.check({ source: `${at.root}/in`, write: false });
  });

  it.each([
    ['/', '/etc'],
    ['/', '/etc/ssl'],
    ['/', '/proc'],
    ['/', '/sys/kernel'],
    ['/', '/dev'],
    ['/', '/root'],
    ['/', '/var'],
    ['/', '/var/lib'],
    ['/var', '/var/lib/docker/volumes'],
    ['/var', '/var/run/docker.sock'],
    ['/', '/run/docker.sock'],
    ['/opt', '/opt/engine.sock'],
    ['/', '/opt'],
    ['/home', '/home/ann/.local/state/sextant/token'],
    ['/home', '/home/ann'],
  ])('%s does not mean %s, which must be named itself', async (source, guarded) => {
    await expect(check([{ source }], guarded)).rejects.toThrow('does not let containers mount');
    await check([{ source }, { source: guarded }], guarded);
  });

  it('that is guarded may be named, with what is below it', async () => {
    await check([{ source: '/' }], '/');
    await check([{ source: '/etc' }], '/etc');
    await expect(check([{ source: '/etc' }], '/etc', true)).rejects.toThrow('to be written');
    await check([{ source: '/proc' }], '/proc/self');
  });
});
