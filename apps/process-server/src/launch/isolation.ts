import { ProtocolError } from '@sextant/protocol/errors';

/** What keeps the launcher and all that it starts together. */
export const ISOLATIONS = ['auto', 'namespace', 'none'] as const;
export type Isolation = (typeof ISOLATIONS)[number];

/** How a launcher is started. */
export interface Enclosure {
  readonly isolation: Exclude<Isolation, 'auto'>;
  /** The command that its own is added to. */
  readonly command: readonly string[];
  /** Why there is no namespace though one was wanted. */
  readonly reason?: string;
}

const OPEN: Enclosure = { isolation: 'none', command: [] };

/** The descriptor by which the first of a namespace and the launcher see the processes that the service sees. */
export const OUTSIDE = 9;

/** Milliseconds that the system may take to make a namespace. It takes some 3. */
const WAIT_MS = 5000;

/**
 * How to start the launcher. In a process namespace of its own if the system lets us: that ends as a whole, whatever is in
 * it, when the service ends, however that does.
 * @throws ProtocolError `unavailable` if a namespace is wanted and there can be none.
 */
export async function enclose(wanted: Isolation): Promise<Enclosure> {
  if (wanted === 'none') return OPEN;
  const reason = process.platform === 'linux' ? await obstacle() : 'only Linux has them';
  if (reason === undefined) return { isolation: 'namespace', command: [...namespace(), ...FIRST] };
  if (wanted === 'auto') return { ...OPEN, reason };
  throw new ProtocolError(
    'unavailable',
    `The service can have no process namespace here: ${reason}. It may start programs without one: --isolation auto.`,
    { reason: 'isolation' },
  );
}

/**
 * Only both together leave nothing behind: the first makes `unshare` end with the service, and the second the namespace
 * with `unshare`. What is mounted outside later is seen inside.
 */
function namespace(): string[] {
  // Without root it takes a user namespace, in which everybody is who they were.
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-current-user'];
  const unshare = [
    'unshare',
    ...user,
    '--pid',
    '--fork',
    '--kill-child=KILL',
    '--propagation',
    'slave',
    '--mount-proc',
  ];
  return [...LOOKING_OUT, 'setpriv', '--pdeathsig', 'KILL', '--', ...unshare, '--'];
}

/** Opened before the namespace is there. */
const LOOKING_OUT = ['sh', '-c', `exec "$@" ${OUTSIDE}</proc`, 'sextant'];

/**
 * The first process of a namespace buries whoever lost its parents, as any shell does while it waits for its program. Of
 * its own, it has nothing to say.
 */
const FIRST = ['sh', '-c', 'exec 8>&2 2>/dev/null; (exec "$@" 2>&8 8>&-); exit "$?"', 'sextant'];

/** That it is the first of a namespace, and can look outside. */
const TRIAL = ['sh', '-c', `[ "$$" = 1 ] && [ -r /proc/self/fd/${OUTSIDE}/thread-self/children ]`];

/** The system's words for what will be no different the next time: there is no shell, or it stands still. */
const LASTING = new Set(['ENOENT', 'ETIMEDOUT']);

/** Why no namespace can be made here, if so. What may be otherwise in a moment is thrown. */
async function obstacle(): Promise<string | undefined> {
  const { execa } = await import('execa');
  const [file = '', ...args] = [...namespace(), ...TRIAL];
  const options = { cwd: '/', stdin: 'ignore', stdout: 'ignore', timeout: WAIT_MS, reject: false } as const;
  const trial = await execa(file, args, options);
  if (!trial.failed) return undefined;
  if (trial.code !== undefined && !LASTING.has(trial.code)) throw trial.cause;
  const [line = ''] = trial.stderr?.split('\n') ?? [];
  return line || (trial.code ?? 'the kernel does not tell the children of a process');
}
