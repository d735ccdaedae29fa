import type { Run } from '@sextant/protocol/process-schemas';

const REASONS: Readonly<Record<string, string>> = {
  close: 'somebody closed it',
  ttl: 'its time was over',
  service: 'the service was stopped',
  time: 'it ran for as long as it may',
  memory: 'it used more memory than it may',
  output: 'it printed more than it may',
  processes: 'it was more processes than it may',
};

/** Why a program was ended, where somebody who follows it could not know. */
export function reasonOf({ endedBy, oomKilled }: Run): string | undefined {
  return oomKilled ? 'the system killed it for want of memory' : REASONS[endedBy ?? ''];
}
