import type { Service } from '@sextant/protocol/method';
import { sessionMethods } from '@sextant/protocol/session';
import type { Remote } from '@sextant/wire/connection';
import { openAudit, type Audit, type AuditEntry } from './audit.ts';
import type { Witness } from '../identity/authenticate.ts';
import type { Watcher } from '../session/host.ts';
import type { Answer } from '../http/answer.ts';
import type { Grant } from '../identity/identities.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics, type Refusal } from './metrics.ts';
import { Repetition } from './repetition.ts';

/** All that is told of a service: to its metrics, its audit log and, where somebody should act, its log. */
export interface Watch extends Watcher, Witness {
  /** Something of the service's own, for its audit log. */
  record(event: AuditEntry): void;
  /** Somebody was sent away before it asked for anything. */
  turnedAway(reason: Refusal): void;
  metrics(): Promise<Answer>;
  close(): void;
}

/** `folder` gets the audit log; `queuedBytes` is what waits to be written on all connections. */
export function openWatch(service: Service, folder: string, log: Log, queuedBytes: () => number): Watch {
  const audit = openAudit(folder, log);
  const metrics = createMetrics({
    service: service.name,
    methods: [...Object.keys(sessionMethods), ...Object.keys(service.methods)],
    queuedBytes,
    auditFailures: () => audit.failed,
  });
  return {
    ...watcher(metrics, audit),
    ...witness(metrics, audit, log),
    record: (event) => audit.record(event),
    turnedAway: (reason) => metrics.refused(reason),
    metrics: async () => pageOf(await metrics.text()),
    close() {
      metrics.close();
      audit.close();
    },
  };
}

function watcher(metrics: Metrics, audit: Audit): Watcher {
  const refusals = new Repetition();
  return {
    answered: (method, outcome, ms) => metrics.request(method, outcome, ms / 1000),
    called({ principal, remote, id }, method, object, outcome) {
      const refused = outcome === 'forbidden' || outcome === 'unauthenticated';
      const times = refused ? refusals.times(`${principal.name} ${remote.host} ${method}`) : 1;
      if (times === 0) return;
      const entry = { ...who('call', principal.name, remote, outcome), method, object, session: id };
      audit.record(times === 1 ? entry : { ...entry, times });
    },
    frames: (direction, count) => metrics.frames(direction, count),
    opened: (transport) => metrics.opened(transport),
    closed: (transport) => metrics.closed(transport),
  };
}

function witness(metrics: Metrics, audit: Audit, log: Log): Witness {
  const refusals = new Repetition();
  return {
    authenticated: ({ principal, tokenId }, remote) =>
      audit.record({ ...who('authenticated', principal.name, remote, 'ok'), tokenId }),
    refused(type, remote) {
      metrics.refused(type);
      const times = refusals.times(`${type} ${remote.host}`);
      const event = type === 'rate_limited' ? 'rate_limited' : 'refused';
      if (times > 0) audit.record({ ...who(event, 'unknown', remote, type), ...(times > 1 && { times }) });
    },
    exposed(grant: Grant, remote) {
      log.warn({ tokenId: grant.tokenId, remote: remote.host }, 'a token came in clear over a network; revoke it');
      audit.record({
        ...who('token_exposed', grant.principal.name, remote, 'insecure_transport'),
        tokenId: grant.tokenId,
      });
    },
  };
}

function who(event: AuditEntry['event'], principal: string, { host, transport }: Remote, outcome: string): AuditEntry {
  return { event, principal, remote: host === '' ? transport : host, outcome };
}

function pageOf({ contentType, body }: { contentType: string; body: string }): Answer {
  return { status: 200, type: contentType, body };
}
