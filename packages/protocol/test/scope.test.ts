import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, oneof, property, stringMatching, tuple } from 'fast-check';
import { allows, allowsAll, allowsSome, scopeSchema } from '../src/scope.ts';
import { SERVICES } from '../src/services.ts';

const word = stringMatching(/^[a-z]{1,8}$/);
const object = stringMatching(/^[^\s*:]{0,12}$/);
/** Few words, so that they often meet. */
const few = constantFrom('a', 'b', 'ab');
const fewObjects = stringMatching(/^[ab/:]{0,5}$/);

describe('scopeSchema', () => {
  it.each([
    '*',
    'chat:*',
    'chat:use',
    'chat:use:lobby',
    'chat:use:*',
    'file:read:reports/*',
    'file:read:a:b',
    'chat:use:',
  ])('takes %j', (scope) => {
    expect(scopeSchema.safeParse(scope).success).toBe(true);
  });

  it.each([
    '',
    'chat',
    '**',
    '*:use',
    '*:*',
    'chat:*:lobby',
    'chat:us*',
    'ch*:use',
    'Chat:use',
    'chat:use:a*b',
    'chat:use:a b',
    'chat:use:a\n',
    'chat:use\n',
    ' *',
    'chat:use:**',
    `chat:use:${'x'.repeat(256)}`,
  ])('refuses %j', (scope) => {
    expect(scopeSchema.safeParse(scope).success).toBe(false);
  });

  it('takes whatever a service needs, and gives to those who say nothing of themselves', () => {
    const methods = SERVICES.flatMap((service) => Object.values(service.methods));
    const needed = methods.map(({ access }) => access).filter((access) => access !== 'public');
    for (const scope of [...needed, ...SERVICES.flatMap(({ anonymous }) => anonymous)]) {
      expect(scopeSchema.safeParse(scope).success).toBe(true);
    }
  });
});

describe('allows', () => {
  it.each([
    ['*', 'chat:use', 'lobby'],
    ['chat:*', 'chat:use', 'lobby'],
    ['chat:use', 'chat:use', 'lobby'],
    ['chat:use:lobby', 'chat:use', 'lobby'],
    ['chat:use:*', 'chat:use', 'lobby'],
    ['chat:use:lob*', 'chat:use', 'lobby'],
    ['file:read:reports/*', 'file:read', 'reports/2026/a.pdf'],
    ['file:read:reports/*', 'file:read', 'reports'],
    ['file:read:a:b', 'file:read', 'a:b'],
  ])('%s allows %s of %s', (scope, access, name) => {
    expect(allows([scope], access, name)).toBe(true);
    expect(allowsSome([scope], access)).toBe(true);
  });

  it.each([
    ['chat:use:lobby', 'chat:use', 'lobby2'],
    ['chat:use:lobby', 'chat:use', 'Lobby'],
    ['chat:use', 'chat:manage', 'lobby'],
    ['chat:*', 'chatter:use', 'lobby'],
    ['file:read:reports/*', 'file:read', 'reports2'],
    ['file:read:reports/*', 'file:write', 'reports/a'],
    ['file:read:reports/*', 'file:read', ''],
    ['file:read:a*', 'file:read', 'b/a'],
    ['file:read:', 'file:read', 'a'],
  ])('%s does not allow %s of %s', (scope, access, name) => {
    expect(allows([scope], access, name)).toBe(false);
  });

  it('allows nothing without a scope', () => {
    assert(
      property(word, word, object, (service, verb, name) => {
        expect(allows([], `${service}:${verb}`, name)).toBe(false);
        expect(allowsSome([], `${service}:${verb}`)).toBe(false);
      }),
    );
  });

  it('never allows another service, verb or object than a scope names without *', () => {
    assert(
      property(few, few, fewObjects, few, few, fewObjects, (service, verb, name, itsService, itsVerb, its) => {
        const access = `${service}:${verb}`;
        const sameService = service === itsService;
        const sameVerb = sameService && verb === itsVerb;
        expect(allows([`${itsService}:*`], access, name)).toBe(sameService);
        expect(allows([`${itsService}:${itsVerb}`], access, name)).toBe(sameVerb);
        expect(allows([`${itsService}:${itsVerb}:${its}`], access, name)).toBe(sameVerb && name === its);
        const beginning = name.startsWith(its) || `${name}/` === its;
        expect(allows([`${itsService}:${itsVerb}:${its}*`], access, name)).toBe(sameVerb && beginning);
      }),
      { numRuns: 2000 },
    );
  });

  it('allows by several scopes what one of them allows, and no more', () => {
    const scope = oneof(
      tuple(few, constantFrom('*', 'a', 'b')).map((parts) => parts.join(':')),
      tuple(few, few, fewObjects, constantFrom('', '*')).map(([s, v, name, end]) => `${s}:${v}:${name}${end}`),
    );
    assert(
      property(array(scope), few, few, fewObjects, (scopes, service, verb, name) => {
        const access = `${service}:${verb}`;
        expect(allows(scopes, access, name)).toBe(scopes.some((one) => allows([one], access, name)));
        expect(allowsSome(scopes, access)).toBe(scopes.some((one) => allowsSome([one], access)));
        if (allowsAll(scopes, access)) expect(allows(scopes, access, name)).toBe(true);
        if (allows(scopes, access, name)) expect(allowsSome(scopes, access)).toBe(true);
      }),
    );
  });

  it('takes every scope apart as it was put together', () => {
    assert(
      property(word, word, object, (service, verb, name) => {
        expect(scopeSchema.safeParse(`${service}:${verb}:${name}`).success).toBe(true);
        expect(allows([`${service}:${verb}:${name}`], `${service}:${verb}`, name)).toBe(true);
      }),
    );
  });
});

describe('allowsAll', () => {
  it.each([
    ['*', true],
    ['chat:*', true],
    ['chat:use', true],
    ['chat:use:*', false],
    ['chat:use:lobby', false],
    ['registry:*', false],
  ])('%s: %s', (scope, all) => {
    expect(allowsAll([scope], 'chat:use')).toBe(all);
  });
});
