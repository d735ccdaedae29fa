import type Docker from 'dockerode';

/** All that the engine tells of a container. */
export type Inspected = Docker.ContainerInspectInfo;

/** What is asked of a container again and again. */
export interface Look {
  id: string;
  /** All it prints is stdout then. */
  hasTerminal: boolean;
  state: string;
  startedAt: string;
  exitCode: number;
  oomKilled: boolean;
}

export function lookOf({ Id, Config, State }: Inspected): Look {
  const { Status: state, StartedAt: startedAt, ExitCode: exitCode, OOMKilled: oomKilled } = State;
  return { id: Id, hasTerminal: Config.Tty, state, startedAt, exitCode, oomKilled };
}
