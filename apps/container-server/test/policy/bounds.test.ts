import { describe, expect, it } from '@jest/globals';
import { creationSchema } from '@sextant/protocol/container-creation';
import { ProtocolError } from '@sextant/protocol/errors';
import { seedOfRun } from '@sextant/testing/random';
import * as fc from 'fast-check';
import { updateSchema } from '@sextant/protocol/container-update';
import { creation } from '../../src/container/creation.ts';
import { KEY } from '../../src/container/labels.ts';
import { fullName } from '../../src/image/image.ts';
import { HostFolders } from '../../src/policy/host-folders.ts';
import { Policy } from '../../src/policy/policy.ts';
import { rulesSchema, type Rules } from '../../src/policy/rules.ts';
import { change } from '../../src/update/change.ts';
import { recall } from '../../src/update/recall.ts';
import { mustBeUpdatable } from '../../src/update/updatable.ts';
import { rigAt } from '../app.ts';
import { recordingEngine } from '../recording-engine.ts';
import { policyFile } from '../policy-file.ts';
import { inspectedOf } from './inspected.ts';
import { extras, trespasses } from './trespasses.ts';
import { hostileWish, rules, updateWish, wish } from './wishes.ts';

const OWNER = 'ann';
const PUBLISH_HOST = '127.0.0.1';
const NO_RULES = rulesSchema.parse({});

/** The body that the engine would get; undefined where it gets none. */
async function bodyOf(params: unknown, rules: Rules): Promise<string | undefined> {
  // As it arrives: `__proto__` is a member like all others there.
  const checked = creationSchema.safeParse(JSON.parse(JSON.stringify(params)));
  if (!checked.success) return undefined;
  const policy = new Policy(rules, new HostFolders(rules.mounts, { guarded: [], isHere: true }));
  try {
    const allowed = await policy.allowed(checked.data);
    return JSON.stringify(creation(allowed, fullName(allowed.image), PUBLISH_HOST, OWNER, { [KEY]: 'key' }));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return undefined;
  }
}

/** The body that the engine would get in place of an old one. */
async function bodyInPlace(old: string, params: object, rules: Rules): Promise<string | undefined> {
  const checked = updateSchema.safeParse(JSON.parse(JSON.stringify({ ...params, target: 'old' })));
  if (!checked.success) return undefined;
  const inspected = inspectedOf(old);
  mustBeUpdatable(inspected, undefined);
  const before = recall(inspected, undefined);
  const image = { name: fullName(checked.data.image ?? before.Image), env: [] };
  const policy = new Policy(rules, new HostFolders(rules.mounts, { guarded: [], isHere: true }));
  try {
    return JSON.stringify(await change(before, checked.data, image, { policy, publishHost: PUBLISH_HOST }));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return undefined;
  }
}

/** Holds for so many wishes of a kind, of which so many get as far as the engine. */
async function holdsFor(
  wishes: fc.Arbitrary<object>,
  policies: fc.Arbitrary<Rules>,
  { numRuns, atLeast }: { numRuns: number; atLeast: number },
  check: (body: string, rules: Rules) => void,
): Promise<void> {
  let sent = 0;
  const property = fc.asyncProperty(wishes, policies, async (params, policy) => {
    const body = await bodyOf(params, policy);
    if (body === undefined) return;
    sent += 1;
    check(body, policy);
  });
  await fc.assert(property, { numRuns, seed: seedOfRun() });
  expect(sent).toBeGreaterThanOrEqual(atLeast);
}

/** Without lone surrogates: no line can have them. */
function sendable(params: object): { image: string } {
  const text = JSON.stringify(params).replaceAll(/\\ud[89a-f][0-9a-f]{2}/g, '?');
  return JSON.parse(text) as { image: string };
}

const anyPolicy = rules.map((text) => rulesSchema.parse(text));
const within = (body: string, policy: Rules): void => expect(trespasses(body, policy, OWNER, PUBLISH_HOST)).toEqual([]);

describe('what the engine is sent', () => {
  it('is within the policy, whatever a caller says that is valid', () =>
    holdsFor(wish, anyPolicy, { numRuns: 6000, atLeast: 300 }, within));

  it('is within the policy, whatever a caller says that is not', () =>
    holdsFor(hostileWish, anyPolicy, { numRuns: 6000, atLeast: 30 }, within));

  it('is the template without a policy, whatever a caller says', () =>
    holdsFor(fc.oneof(wish, hostileWish), fc.constant(NO_RULES), { numRuns: 4000, atLeast: 100 }, (body, policy) => {
      within(body, policy);
      expect(extras(body)).toEqual([]);
    }));

  it('is within the policy in place of a container that was made under any other, whatever changes', async () => {
    let sent = 0;
    const property = fc.asyncProperty(
      fc.tuple(wish, anyPolicy),
      fc.tuple(updateWish, anyPolicy),
      async ([params, policy], [changes, laterPolicy]) => {
        const old = (await bodyOf(params, policy)) ?? (await bodyOf({ ...params, mounts: [] }, NO_RULES));
        const body = old && (await bodyInPlace(old, changes, laterPolicy));
        if (body === undefined) return;
        sent += 1;
        within(body, laterPolicy);
      },
    );
    await fc.assert(property, { numRuns: 6000, seed: seedOfRun() });
    expect(sent).toBeGreaterThanOrEqual(300);
  });

  it('is within the policy when it comes from a service that is asked', async () => {
    await using engine = await recordingEngine();
    const seed = seedOfRun();
    let sent = 0;
    for (const [at, text] of [{}, ...fc.sample(rules, { numRuns: 5, seed })].entries()) {
      await using file = await policyFile(text);
      await using rig = await rigAt(engine.url, { policy: file.path });
      const policy = rulesSchema.parse(text);
      for (const params of fc.sample<object>(fc.oneof(wish, hostileWish), { numRuns: 60, seed: seed + at })) {
        const error = await rig.client.call('container.create', sendable(params)).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(ProtocolError);
        const bodies = engine.take();
        if (error === undefined) expect(bodies).toHaveLength(1);
        for (const body of bodies)
          expect({ seed, wrong: trespasses(body, policy, 'local', PUBLISH_HOST) }).toEqual({ seed, wrong: [] });
        sent += bodies.length;
      }
    }
    expect(sent).toBeGreaterThan(10);
  });
});

describe('a body that is not within the policy', () => {
  const good = {
    Image: 'x',
    Env: [],
    Labels: {
      'sextant.managed': 'true',
      'sextant.owner': OWNER,
      'sextant.expires': '',
      'sextant.leash': '',
      'sextant.update': '',
    },
    Tty: false,
    OpenStdin: false,
    ExposedPorts: {},
  };
  const host = {
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    PortBindings: {},
    RestartPolicy: { Name: 'no' },
    PidsLimit: 2048,
  };

  it.each([
    { Privileged: true },
    { Binds: ['/:/host'] },
    { NetworkMode: 'host' },
    { PidsLimit: -1 },
    { Mounts: [{ Type: 'bind', Source: '/', Target: '/host', ReadOnly: true }] },
    { Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rw' }] },
    { PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '80' }] } },
  ])('would be seen: %j', (more) => {
    const trespassesOf = (HostConfig: object) =>
      trespasses(JSON.stringify({ ...good, HostConfig }), NO_RULES, OWNER, PUBLISH_HOST);
    expect(trespassesOf(host)).toEqual([]);
    expect(trespassesOf({ ...host, ...more })).not.toEqual([]);
  });
});
