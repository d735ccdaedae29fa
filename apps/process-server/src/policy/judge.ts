import { basename } from 'node:path';
import { ProtocolError } from '@sextant/protocol/errors';
import { isSteering } from './environment.ts';
import { matches, matchesSome } from './glob.ts';
import type { Rule } from './rules.ts';

/** What is about to be started. */
export interface Deed {
  /** The program as the caller calls it. */
  readonly name: string;
  /** The file that it is, without a link in its path. */
  readonly file: string;
  readonly args: readonly string[];
  /** Names of the variables that the caller sets. */
  readonly variables: readonly string[];
  /** Where it begins, without a link in its path. */
  readonly folder: string;
  readonly detached: boolean;
}

/** Where the paths and names of a rule lead, without a link; undefined where nothing is. */
export interface Places {
  path(path: string): string | undefined;
  program(name: string): string | undefined;
}

type Member = 'programs' | 'args' | 'env' | 'folders' | 'detached';

/** A rule's word against something: what it is that it does not allow. */
type Objection = (rule: Rule, deed: Deed, places: Places) => string | undefined;

/** In the order in which a rule comes closer to what is asked for. */
const OBJECTIONS: readonly (readonly [Member, Objection])[] = [
  [
    'programs',
    ({ programs }, deed, places) =>
      programs.some((program) => isProgram(program, deed, places)) ? undefined : `the program ${quote(deed.file)}`,
  ],
  ['args', ({ args }, deed) => unless(args && deed.args.find((arg) => !matchesSome(args, arg)), 'the argument')],
  [
    'env',
    ({ env }, deed) =>
      unless(
        deed.variables.find((name) => !maySet(env, name)),
        'the variable',
      ),
  ],
  [
    'folders',
    ({ folders }, { folder }, places) =>
      !folders || folders.some((root) => isWithin(folder, places.path(root)))
        ? undefined
        : `the folder ${quote(folder)}`,
  ],
  ['detached', (rule, deed) => (deed.detached && !rule.detached ? 'a program that goes on by itself' : undefined)],
];

/**
 * Why none of the rules allows something; undefined if one allows all of it. Told is what the rule says that comes closest.
 */
export function judge(rules: readonly Rule[], deed: Deed, places: Places): ProtocolError | undefined {
  const refusals: Refusal[] = [];
  for (const rule of rules) {
    const refusal = refusalBy(rule, deed, places);
    if (!refusal) return undefined;
    refusals.push(refusal);
  }
  return refused(refusals.reduce((best, one) => (one.step > best.step ? one : best)));
}

interface Refusal {
  /** Of the rule, in the file. */
  readonly at: number;
  /** How far the rule allows it. */
  readonly step: number;
  readonly member: Member;
  readonly what: string;
}

function refusalBy(rule: Rule, deed: Deed, places: Places): Refusal | undefined {
  for (const [step, [member, objection]] of OBJECTIONS.entries()) {
    const what = objection(rule, deed, places);
    if (what !== undefined) return { at: rule.at, step, member, what };
  }
  return undefined;
}

/** By the file it is. One file may be many programs, by the name it is called by: then the rule's name must be used. */
function isProgram(pattern: string, { name, file }: Deed, places: Places): boolean {
  if (pattern === '*') return true;
  if (pattern.endsWith('/*')) return isWithin(file, places.path(pattern.slice(0, -2) || '/'));
  const meant = pattern.includes('/') ? places.path(pattern) : places.program(pattern);
  if (meant !== file) return false;
  return basename(file) === basename(pattern) || basename(name) === basename(pattern);
}

/** Programs also read in the home what they are to do. Where there are no rules, a caller may write there anyway. */
function maySet(env: readonly string[] | undefined, variable: string): boolean {
  if (variable === 'HOME' || isSteering(variable)) return env?.includes(variable) ?? false;
  return !env || env.some((pattern) => matches(pattern, variable));
}

/** Both without a link in their path. */
function isWithin(path: string, root: string | undefined): boolean {
  if (root === undefined) return false;
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
}

function unless(text: string | undefined, what: string): string | undefined {
  return text === undefined ? undefined : `${what} ${quote(text)}`;
}

function refused({ at, member, what }: Refusal): ProtocolError {
  const policy = `rules.${at}.${member}`;
  return new ProtocolError(
    'forbidden',
    `The policy of this service does not allow ${what}. Ask who runs this service to allow it in its policy file ("${policy}").`,
    { policy },
  );
}

/** Where there are no rules, all is allowed but variables that steer programs: why these may not be set. */
export function steered(variables: readonly string[]): ProtocolError | undefined {
  const variable = variables.find(isSteering);
  if (variable === undefined) return undefined;
  const instead = variable === 'PATH' ? "Leave it out and give the program's whole path" : 'Leave it out';
  return new ProtocolError(
    'forbidden',
    `The variable ${quote(variable)} may make programs run what nobody asked for, so callers may not set it. ${instead}, or ask who runs this service to name it in its policy file ("env" of a rule).`,
    { variable, policy: 'rules' },
  );
}

/** Characters of a text that a message repeats. */
const QUOTED = 100;

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text);
}
