import { realpath } from 'node:fs/promises';
import { refused } from './refused.ts';
import type { Rules } from './rules.ts';

type Rule = Rules['mounts'][number];

/** What must be named itself to be mounted: with it, a container may become whatever it likes on the machine. */
const GUARDED = [
  '/boot',
  '/dev',
  '/etc',
  '/proc',
  '/root',
  '/run',
  '/sys',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/run',
];

/** What this service knows of the engine's machine. */
export interface EngineHost {
  /** Paths, besides the usual ones, that must be named themselves. */
  readonly guarded: readonly string[];
  /** It is this machine, as far as can be told. */
  readonly isHere: boolean;
}

/** Which folders of the engine's machine may be mounted. */
export class HostFolders {
  readonly #rules: readonly Rule[];
  readonly #guarded: readonly string[];
  readonly #isHere: boolean;

  constructor(rules: readonly Rule[], { guarded, isHere }: EngineHost) {
    this.#rules = rules;
    this.#guarded = [...GUARDED, ...guarded];
    this.#isHere = isHere;
  }

  /**
   * The engine follows links, so what is not named itself is looked at from here.
   * @throws ProtocolError `forbidden` for what no rule allows, or leads out of what one allows.
   */
  async check({ source, write }: { source: string; write: boolean }): Promise<void> {
    const rules = this.#rules.filter((rule) => rule.write || !write);
    const what = `${JSON.stringify(source)} of the host${write ? ' to be written' : ''}`;
    if (!isAllowed(rules, this.#guarded, source))
      throw refused('mounts', `The policy of this service does not let containers mount ${what}`);
    if (rules.some((rule) => rule.source === source)) return;
    const real = this.#isHere ? await resolve(source) : undefined;
    if (real === undefined) {
      throw refused(
        'mounts',
        `${JSON.stringify(source)} cannot be seen from where this service runs, so links might lead out of what its policy lets containers mount`,
      );
    }
    const named = await Promise.all(
      rules.map(async ({ source, write }): Promise<Rule> => ({ source: await resolved(source), write })),
    );
    const guarded = await Promise.all(this.#guarded.map(resolved));
    if (!isAllowed(named, guarded, real))
      throw refused(
        'mounts',
        `A link leads from ${JSON.stringify(source)} out of what the policy of this service lets containers mount`,
      );
  }
}

function isAllowed(rules: readonly Rule[], guarded: readonly string[], path: string): boolean {
  return rules.some(({ source }) => path === source || (isWithin(path, source) && !isGuarded(guarded, path, source)));
}

/** True for what is in something guarded, or holds it, that the source of a rule does not name itself. */
function isGuarded(all: readonly string[], path: string, source: string): boolean {
  return all.some(
    (guarded) =>
      guarded !== source && isWithin(guarded, source) && (isWithin(path, guarded) || isWithin(guarded, path)),
  );
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** Where a path leads; undefined where nothing can be seen. */
async function resolve(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

async function resolved(path: string): Promise<string> {
  return (await resolve(path)) ?? path;
}
