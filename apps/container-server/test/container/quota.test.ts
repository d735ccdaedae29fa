import { expect, it } from '@jest/globals';
import { person } from '../person.ts';
import { policyFile } from '../policy-file.ts';
import { describeWithEngine, docker, engineRig, IMAGE } from '../real-engine.ts';

describeWithEngine('a limit of containers', () => {
  it('holds for each owner, however many are made at once', async () => {
    await using policy = await policyFile({ containersPerOwner: 3 });
    await using rig = await engineRig({ policy: policy.path });
    using ann = await person(rig, rig.name().slice(-20), 'container:create', 'container:manage');
    using bob = await person(rig, rig.name().slice(-20), 'container:create');
    const create = ({ client }: typeof ann) =>
      client.call('container.create', { image: IMAGE, name: rig.name(), start: false });
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => create(ann)));
    const made = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(made).toHaveLength(3);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({
        type: 'quota',
        message: expect.stringContaining('has 3 containers, and the policy of this service allows 3: remove one first'),
        data: { limit: 'containersPerOwner', max: 3 },
      });
    }
    await create(bob);
    // What is removed by other means counts no more.
    await docker('rm', made[0]?.value.name ?? '');
    await create(ann);
    await expect(create(ann)).rejects.toMatchObject({ type: 'quota' });
  });

  it('leaves room for one that could not be started', async () => {
    await using policy = await policyFile({ containersPerOwner: 1 });
    await using rig = await engineRig({ policy: policy.path });
    using ann = await person(rig, rig.name().slice(-20), 'container:create');
    for (let tries = 0; tries < 2; tries += 1) {
      await expect(
        ann.client.call('container.create', { image: IMAGE, name: rig.name(), command: ['nonsense'] }),
      ).rejects.toMatchObject({ type: 'invalid_params' });
    }
    expect(await ann.client.call('container.create', { image: IMAGE, name: rig.name() })).toMatchObject({
      state: 'running',
    });
  });
});
