import type { Service } from '@sextant/protocol/method';
import { describeService } from '@sextant/protocol/openrpc';
import { allowsAll, METRICS_SCOPE } from '@sextant/protocol/scope';
import { VERSION } from '@sextant/protocol/version';
import type { Remote } from '@sextant/wire/connection';
import { frontPage } from './front-page.ts';
import { json, type Answer } from './answer.ts';
import type { Grant } from '../identity/identities.ts';

/** What a service shows by HTTP. */
export interface PageSources {
  /** The front page, made once. */
  readonly front: Answer;
  readonly openrpc: object;
  metrics(): Promise<Answer>;
  /** Why the service cannot do its work now; empty if it can. */
  unready(): Promise<readonly string[]>;
}

/** The pages of a service, and what changes of them. */
export function pagesOf(
  service: Service,
  address: { host: string; port: number; encrypted: boolean },
  changing: Pick<PageSources, 'metrics' | 'unready'>,
): PageSources {
  const openrpc = describeService(service, VERSION);
  const { html, contentSecurityPolicy } = frontPage(openrpc, address);
  const headers = { 'Content-Security-Policy': contentSecurityPolicy };
  return { front: { status: 200, type: 'text/html; charset=utf-8', body: html, headers }, openrpc, ...changing };
}

/** What is at a path; undefined for nothing. */
export async function pageAt(
  path: string,
  sources: PageSources,
  remote: Remote,
  grant: Grant | undefined,
): Promise<Answer | undefined> {
  if (path === '/') return sources.front;
  if (path === '/healthz') return json(200, { status: 'ok' });
  if (path === '/readyz') return readiness(await sources.unready());
  if (path === '/openrpc.json') return json(200, sources.openrpc);
  if (path !== '/metrics') return undefined;
  const mayRead = remote.local || (grant !== undefined && allowsAll(grant.principal.scopes, METRICS_SCOPE));
  if (mayRead) return sources.metrics();
  return json(grant ? 403 : 401, { error: `/metrics needs a token with the scope "${METRICS_SCOPE}".` });
}

function readiness(reasons: readonly string[]): Answer {
  return reasons.length === 0 ? json(200, { ready: true }) : json(503, { ready: false, reasons });
}
