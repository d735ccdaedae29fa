import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ProtocolError } from '@sextant/protocol/errors';
import { temporaryFolder } from '@sextant/testing/rig';
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  option,
  property,
  record,
  uniqueArray,
  type Arbitrary,
} from 'fast-check';
import { confine } from '../../src/launch/confine.ts';
import type { Rule } from '../../src/policy/rules.ts';
import { collect, start } from '../rig.ts';
import { policyFile } from './policy-file.ts';

const FILES = ['tools/good', 'tools/deep/other', 'bin/multi', 'bin/evil'];
const LINKS = {
  'tools/link': '../bin/evil',
  'bin/one': 'multi',
  'bin/two': 'multi',
  'work/good': '../tools/good',
  'work/multi': '../bin/multi',
};
const FOLDERS = ['tools', 'tools/deep', 'bin', 'work', 'work/sub', 'works'];
const FOLDER_LINKS = { 'work/out': '..', 'work/in': 'sub', bins: 'bin' };
const ARGS = ['', '-j4', '-j', 'test', 'tests', '-n', '$(id)', 'a\nb', '*'];
const VARIABLES = ['A', 'AB', 'B', 'PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'GIT_DIR', 'PYTHONPATH', 'SEXTANT_HOME'];

function makePlaces(root: string): void {
  for (const name of FOLDERS) mkdirSync(join(root, name), { recursive: true });
  for (const name of FILES) writeFileSync(join(root, name), `#!/bin/sh\necho started`, { mode: 0o755 });
  for (const [name, to] of Object.entries({ ...LINKS, ...FOLDER_LINKS })) symlinkSync(to, join(root, name));
}

interface Wish {
  program: string;
  args: string[];
  variables: string[];
  cwd: string;
  detached: boolean;
}

function wishes(root: string): Arbitrary<Wish> {
  const paths = [...FILES, ...Object.keys(LINKS), 'bins/one', 'bins/evil', 'tools/../bin/evil', 'work/out/bin/evil'];
  return record({
    program: constantFrom(...paths.map((path) => join(root, path)), ...paths.map((path) => `./${basename(path)}`)),
    args: array(constantFrom(...ARGS), { maxLength: 2 }),
    variables: uniqueArray(constantFrom(...VARIABLES), { maxLength: 2 }),
    cwd: constantFrom(...[...FOLDERS, ...Object.keys(FOLDER_LINKS)].map((path) => join(root, path))),
    detached: boolean(),
  });
}

function rules(root: string): Arbitrary<Rule> {
  const programs = ['*', '/*', ...['tools/good', 'bin/multi', 'bin/one', 'tools/*', 'bin/*', 'bins/*'].map(inRoot)];
  function inRoot(path: string): string {
    return join(root, path);
  }
  const optional = <T>(value: Arbitrary<T>) => option(value, { nil: undefined });
  return record({
    at: constant(0),
    users: constant(['*']),
    programs: uniqueArray(constantFrom(...programs), { minLength: 1, maxLength: 3 }),
    args: optional(uniqueArray(constantFrom('', '-j*', 'test', '*st*', '*\n*', '*'), { maxLength: 3 })),
    env: optional(uniqueArray(constantFrom('A', 'A*', '*', 'PATH', 'LD_*', 'GIT_DIR'), { maxLength: 3 })),
    folders: optional(uniqueArray(constantFrom(...['work', 'work/in', 'tools', 'bins'].map(inRoot)), { minLength: 1 })),
    detached: boolean(),
  });
}

/** The same once more, in other words: whether a rule allows a wish whose program is there. */
function allows(rule: Rule, wish: Wish): boolean {
  const file = realpathSync(join(wish.program.startsWith('.') ? wish.cwd : '/', wish.program));
  const below = (path: string, root: string): boolean =>
    `${path}/`.startsWith(`${realpathSync(root)}/`.replace('//', '/'));
  const fits = (pattern: string, text: string): boolean =>
    new RegExp(
      `^${pattern
        .split('*')
        .map((part) => RegExp.escape(part))
        .join('[^]*')}$`,
    ).test(text);
  const isProgram = rule.programs.some((pattern) => {
    if (pattern.endsWith('*')) return below(file, pattern.slice(0, -1) || '/');
    const called = basename(wish.program);
    return realpathSync(pattern) === file && (basename(pattern) === basename(file) || called === basename(pattern));
  });
  const harmless = new Set(['A', 'AB', 'B']);
  return (
    isProgram &&
    wish.args.every((arg) => rule.args?.some((pattern) => fits(pattern, arg)) ?? true) &&
    wish.variables.every((name) =>
      harmless.has(name) ? (rule.env?.some((pattern) => fits(pattern, name)) ?? true) : rule.env?.includes(name),
    ) &&
    (rule.folders?.some((root) => below(realpathSync(wish.cwd), root)) ?? true) &&
    (rule.detached || !wish.detached)
  );
}

describe('any rules', () => {
  it('allow no more and no less than they say, of any wish', async () => {
    await using folder = await temporaryFolder();
    const root = realpathSync(folder.path);
    makePlaces(root);
    const counts = { allowed: 0, refused: 0 };
    assert(
      property(array(rules(root), { minLength: 1, maxLength: 3 }), wishes(root), (rules, wish) => {
        const env = Object.fromEntries(wish.variables.map((name) => [name, '']));
        const order = { program: wish.program, args: wish.args, env, tty: false };
        const errand = { id: '', order, cwd: wish.cwd, rules, detached: wish.detached, stdin: false, streams: 0 };
        let outcome = 'allowed';
        try {
          using confined = confine(errand);
          expect(confined.file).toBe(realpathSync(confined.file));
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          // A name that is not where it is asked for.
          if (error.data.type === 'not_found') return;
          outcome = error.type;
        }
        const expected = rules.some((rule) => allows(rule, wish));
        expect(outcome).toBe(expected ? 'allowed' : 'forbidden');
        counts[expected ? 'allowed' : 'refused'] += 1;
      }),
      { numRuns: 4000 },
    );
    expect(Math.min(counts.allowed, counts.refused)).toBeGreaterThan(100);
  }, 30_000);

  it('are kept by the service, which starts nothing else', async () => {
    await using folder = await temporaryFolder();
    const root = realpathSync(folder.path);
    makePlaces(root);
    await assert(
      asyncProperty(
        array(rules(root), { minLength: 1, maxLength: 3 }),
        array(wishes(root), { minLength: 20, maxLength: 20 }),
        async (rules, wishes) => {
          await using policy = await policyFile({ rules: rules.map(({ at: _at, ...rule }) => rule) });
          await using rig = await start({ policy: policy.path });
          for (const { program, args, variables, cwd } of wishes) {
            const wish = { program, args, cwd };
            const env = Object.fromEntries(variables.map((name) => [name, '']));
            const stream = rig.client.open('process.run', { ...wish, env });
            const outcome = await collect(stream).then(
              ({ stdout }) => stdout.toString(),
              ({ type }: { type: string }) => type,
            );
            if (outcome === 'not_found') continue;
            const expected = rules.some((rule) => allows(rule, { ...wish, variables, detached: false }));
            expect(outcome).toBe(expected ? 'started\n' : 'forbidden');
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);
});
