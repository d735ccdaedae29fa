import { describe, expect, it, jest } from '@jest/globals';
import { unlessAborted } from '../src/unless-aborted.ts';

describe('unlessAborted', () => {
  it('ends as its act does, for all who wait for the same', async () => {
    const { signal } = new AbortController();
    const [good, bad] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
    const waits = [good, good, bad, bad].map(({ promise }) => unlessAborted(signal, () => promise));
    const settled = Promise.allSettled(waits);
    good.resolve(1);
    bad.reject(new Error('no'));
    const [value, reason] = [{ value: 1 }, { reason: new Error('no') }];
    expect(await settled).toMatchObject([value, value, reason, reason]);
    expect(await unlessAborted(signal, () => good.promise)).toBe(1);
  });

  it('leaves nothing with its act where it is aborted', async () => {
    const act = Promise.withResolvers<string>();
    const reactions = jest.spyOn(act.promise, 'then');
    for (let count = 0; count < 10; count += 1) {
      const controller = new AbortController();
      const wait = unlessAborted(controller.signal, () => act.promise);
      controller.abort(new Error('enough'));
      await expect(wait).rejects.toThrow('enough');
    }
    expect(reactions).toHaveBeenCalledTimes(1);
    const last = unlessAborted(new AbortController().signal, () => act.promise);
    act.resolve('done');
    expect(await last).toBe('done');
  });
});
