import type { ServiceDocument } from '@sextant/protocol/openrpc';
import { allowsAll, METRICS_SCOPE } from '@sextant/protocol/scope';
import type { Remote } from '@sextant/wire/connection';
import { frontPage } from './front-page.ts';
import { json, type Answer } from './answer.ts';
import type { Grant } from '../identity/identities.ts';

/** Where a service is reached. */
type Address = Parameters<typeof frontPage>[1];

/** What a service tells of itself. */
interface PageSources {
  document(): ServiceDocument;
  /** Where somebody else would dial it. */
  address(): Address;
  metrics(): Promise<Answer>;
  /** Why the service cannot do its work now; empty if it can. */
  unready(): Promise<readonly string[]>;
}

/** Milliseconds for which it is not asked again what is missing: whoever looks often makes no work of it. */
const READY_MS = 1000;

/** What a service shows, made when somebody looks. */
export class Pages {
  readonly #sources: PageSources;
  #front: Answer | undefined;
  #readiness: Promise<Answer> | undefined;
  #askedAt = 0;

  constructor(sources: PageSources) {
    this.#sources = sources;
  }

  /** What is at a path; undefined for nothing. */
  async at(path: string, remote: Remote, grant: Grant | undefined): Promise<Answer | undefined> {
    const sources = this.#sources;
    if (path === '/') return (this.#front ??= frontOf(sources.document(), sources.address()));
    if (path === '/healthz') return json(200, { status: 'ok' });
    if (path === '/readyz') return this.#ready();
    if (path === '/openrpc.json') return json(200, sources.document());
    if (path !== '/metrics') return undefined;
    const mayRead = remote.local || (grant !== undefined && allowsAll(grant.principal.scopes, METRICS_SCOPE));
    if (mayRead) return sources.metrics();
    return json(grant ? 403 : 401, { error: `/metrics needs a token with the scope "${METRICS_SCOPE}".` });
  }

  #ready(): Promise<Answer> {
    const now = performance.now();
    if (this.#readiness && now - this.#askedAt < READY_MS) return this.#readiness;
    this.#askedAt = now;
    this.#readiness = this.#sources.unready().then(readiness);
    return this.#readiness;
  }
}

function frontOf(document: ServiceDocument, address: Address): Answer {
  const { html, contentSecurityPolicy } = frontPage(document, address);
  const headers = { 'Content-Security-Policy': contentSecurityPolicy };
  return { status: 200, type: 'text/html; charset=utf-8', body: html, headers };
}

function readiness(reasons: readonly string[]): Answer {
  return reasons.length === 0 ? json(200, { ready: true }) : json(503, { ready: false, reasons });
}
