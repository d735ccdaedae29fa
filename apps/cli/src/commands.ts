import type { Command } from 'commander';

/** Commands by their names, as they are listed: under a heading, from a file each that is loaded when one of them is meant. */
interface Source {
  readonly heading: string;
  readonly names: readonly string[];
  readonly load: () => Promise<(program: Command) => void>;
}

const SERVICES = 'Services:';
const PROGRAMS = 'Programs:';
const THINGS = 'Files, containers, people, peers:';
const TRUST = 'People and trust:';
const SHELL = 'Your shell:';

const SOURCES: readonly Source[] = [
  source(SERVICES, ['up'], async () => (await import('./commands/up.ts')).addUpCommand),
  source(SERVICES, ['status'], async () => (await import('./commands/status.ts')).addStatusCommand),
  source(SERVICES, ['call'], async () => (await import('./commands/call.ts')).addCallCommand),
  source(PROGRAMS, ['run'], async () => (await import('./commands/run.ts')).addRunCommand),
  source(PROGRAMS, ['attach'], async () => (await import('./commands/attach.ts')).addAttachCommand),
  source(PROGRAMS, ['logs'], async () => (await import('./commands/logs.ts')).addLogsCommand),
  source(PROGRAMS, ['ps'], async () => (await import('./commands/ps.ts')).addListCommand),
  source(PROGRAMS, ['top'], async () => (await import('./commands/top.ts')).addTopCommand),
  source(PROGRAMS, ['events'], async () => (await import('./commands/events.ts')).addEventsCommand),
  source(PROGRAMS, ['wait'], async () => (await import('./commands/wait.ts')).addWaitCommand),
  source(PROGRAMS, ['signal'], async () => (await import('./commands/signal.ts')).addSignalCommand),
  source(PROGRAMS, ['adopt'], async () => (await import('./commands/adopt.ts')).addAdoptCommand),
  source(PROGRAMS, ['close'], async () => (await import('./commands/close.ts')).addCloseCommand),
  source(PROGRAMS, ['shell'], async () => (await import('./commands/shell.ts')).addShellCommand),
  source(THINGS, ['file'], async () => (await import('./commands/file.ts')).addFileCommands),
  source(THINGS, ['container'], async () => (await import('./commands/container.ts')).addContainerCommands),
  source(THINGS, ['image'], async () => (await import('./commands/image.ts')).addImageCommands),
  source(THINGS, ['chat'], async () => (await import('./commands/chat.ts')).addChatCommands),
  source(THINGS, ['registry'], async () => (await import('./commands/registry.ts')).addRegistryCommands),
  source(THINGS, ['peer'], async () => (await import('./commands/peer.ts')).addPeerCommands),
  source(TRUST, ['token'], async () => (await import('./commands/token.ts')).addTokenCommands),
  source(TRUST, ['cert'], async () => (await import('./commands/cert.ts')).addCertificateCommands),
  source(SHELL, ['completion'], async () => (await import('./commands/completion.ts')).addCompletionCommand),
];

/** The commands' names, in the order of the list. */
export function commandNames(): string[] {
  return SOURCES.flatMap(({ names }) => names);
}

/** Adds the commands that words may mean, or all where they mean none: then there is something to list or to suggest. */
export async function addCommands(program: Command, words: readonly string[]): Promise<void> {
  const meant = SOURCES.filter(({ names }) => names.some((name) => words.includes(name)));
  for (const { heading, load } of meant.length > 0 ? meant : SOURCES) {
    const add = await load();
    program.commandsGroup(heading);
    add(program);
  }
}

function source(heading: string, names: readonly string[], load: Source['load']): Source {
  return { heading, names, load };
}
