import type { ServiceDocument } from '@sextant/protocol/openrpc';
import { allowsAll, METRICS_SCOPE } from '@sextant/protocol/scope';
import type { Remote } from '@sextant/wire/connection';
import { frontPage } from './front-page.ts';
import { json, type Answer } from './answer.ts';
import type { Grant } from '../identity/identities.ts';

/** Where a service is reached. */
type Address = Parameters<typeof frontPage>[1];

/** What changes of what a service shows. */
interface PageSources {
  metrics(): Promise<Answer>;
  /** Why the service cannot do its work now; empty if it can. */
  unready(): Promise<readonly string[]>;
}

/** What a service shows, made when somebody looks at it first. */
export class Pages {
  readonly #document: () => ServiceDocument;
  readonly #address: Address;
  readonly #sources: PageSources;
  #front: Answer | undefined;

  constructor(document: () => ServiceDocument, address: Address, sources: PageSources) {
    this.#document = document;
    this.#address = address;
    this.#sources = sources;
  }

  /** What is at a path; undefined for nothing. */
  async at(path: string, remote: Remote, grant: Grant | undefined): Promise<Answer | undefined> {
    if (path === '/') return (this.#front ??= frontOf(this.#document(), this.#address));
    if (path === '/healthz') return json(200, { status: 'ok' });
    if (path === '/readyz') return readiness(await this.#sources.unready());
    if (path === '/openrpc.json') return json(200, this.#document());
    if (path !== '/metrics') return undefined;
    const mayRead = remote.local || (grant !== undefined && allowsAll(grant.principal.scopes, METRICS_SCOPE));
    if (mayRead) return this.#sources.metrics();
    return json(grant ? 403 : 401, { error: `/metrics needs a token with the scope "${METRICS_SCOPE}".` });
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
