import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { notate, notateParams } from '@sextant/protocol/notation';
import type { DescribedMethod, ServiceDocument } from '@sextant/protocol/openrpc';
import { STYLE } from './front-page-style.ts';
import { html, Markup } from './markup.ts';

/** Where a service is reached. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Whoever asks is to come by TLS, so that is what is shown. */
  readonly encrypted?: boolean;
}

/** The page at `/`, and what the browser may do with it: show it, in its own style, and nothing else. */
export function frontPage(document: ServiceDocument, at: Address): { html: string; contentSecurityPolicy: string } {
  return { html: page(document, at).text, contentSecurityPolicy: POLICY };
}

/** Made in one piece: white space that a formatter adds would be in the hash. */
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function page(document: ServiceDocument, at: Address): Markup {
  const { info, methods } = document;
  const isOwn = ({ name }: DescribedMethod): boolean => !name.startsWith('rpc.');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${info.title} at ${authority(at)}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <div class="bar"></div>
        <header>
          <h1>${info.title}</h1>
          <p class="soft">A service of Sextant ${info.version}, at <code>${authority(at)}</code></p>
          <nav aria-label="Documents of this service">${links()}</nav>
        </header>
        <main>
          <section aria-labelledby="talk">
            <h2 id="talk">Talk to it</h2>
            ${talk(document, at)}
          </section>
          <section aria-labelledby="methods">
            <h2 id="methods">Methods</h2>
            ${index(methods.filter(isOwn))} ${methods.filter(isOwn).map(describe)}
          </section>
          <section aria-labelledby="session">
            <h2 id="session">What every service answers</h2>
            ${methods.filter((method) => !isOwn(method)).map(describe)}
          </section>
        </main>
        <footer class="soft">
          <p>
            A name with <code>?</code> may be left out; <code>=</code> says what it is then. <code>(1..64)</code> are
            the least and the most.
          </p>
        </footer>
      </body>
    </html> `;
}

const LINKS = [
  ['/openrpc.json', 'its methods, for machines'],
  ['/healthz', 'is it up'],
  ['/readyz', 'does it take requests'],
  ['/metrics', 'figures for Prometheus'],
] as const;

function links(): Markup {
  return html`<ul>
    ${LINKS.map(([path, what]) => html`<li><a href="${path}">${path}</a> <span class="soft">${what}</span></li>`)}
  </ul>`;
}

function talk(document: ServiceDocument, at: Address): Markup {
  const request = `{"jsonrpc":"2.0","id":1,"method":"${exampleOf(document)}"}`;
  const [http, socket] = at.encrypted ? ['https', 'wss'] : ['http', 'ws'];
  return html`<p>It speaks JSON-RPC 2.0, one object a line:</p>
    ${block(`printf '%s\\n' '${request}' | ${dial(at)}`)}
    <p>One request by HTTP:</p>
    ${block(`curl ${http}://${authority(at)}/rpc -H 'Content-Type: application/json' -d '${request}'`)}
    <p>
      Or the same objects as messages of a WebSocket at <code>${socket}://${authority(at)}/ws</code>, subprotocol
      <code>sextant.v1</code>.
    </p>
    ${anonymous(document['x-anonymous'])}`;
}

/** A method that asks nothing of the caller and changes nothing. */
function exampleOf({ methods, 'x-anonymous': allowed }: ServiceDocument): string {
  const example = methods.find(
    (method) =>
      allowed.includes(method['x-access']) &&
      !isStream(method) &&
      !method['x-audited'] &&
      !method.params.some(({ required }) => required),
  );
  return example?.name ?? 'rpc.ping';
}

function dial({ host, port, encrypted }: Address): string {
  return encrypted ? `openssl s_client -quiet -connect ${authority({ host, port })}` : `nc -N ${host} ${port}`;
}

function anonymous(scopes: readonly string[]): Markup {
  if (scopes.length === 0)
    return html`<p>It does nothing of its own for anybody who has not said who it is, by <code>rpc.hello</code>.</p>`;
  const list = scopes.map((scope, place) => html`${place > 0 ? ', ' : ''}<code>${scope}</code>`);
  return html`<p>On the same machine, no token is needed for ${list}.</p>`;
}

function index(methods: readonly DescribedMethod[]): Markup {
  return html`<ul class="names">
    ${methods.map(
      ({ name }) =>
        html`<li>
          <a href="#m-${name}"><code>${name}</code></a>
        </li>`,
    )}
  </ul>`;
}

function describe(method: DescribedMethod): Markup {
  const id = `m-${method.name}`;
  return html`<article aria-labelledby="${id}">
    <div class="head">
      <h3 id="${id}">${method.name}</h3>
      ${tagsOf(method).map((tag) => html`<span class="tag">${tag}</span>`)}
    </div>
    <p>${method.summary}</p>
    <dl>
      ${shapesOf(method).map(
        ([name, shape]) =>
          html`<dt>${name}</dt>
            <dd>${block(shape)}</dd>`,
      )}
    </dl>
  </article> `;
}

function tagsOf(method: DescribedMethod): string[] {
  const tags = [
    method['x-access'],
    isStream(method) && 'stream',
    method['x-resumable'] && 'resumable',
    method['x-key'] && 'once by key',
    method['x-audited'] && 'audited',
  ];
  return tags.filter((tag) => typeof tag === 'string');
}

function shapesOf(method: DescribedMethod): [name: string, shape: string][] {
  const { 'x-item': item, 'x-input': input, 'x-channels': channels } = method;
  return [
    ['params', notateParams(method.params)],
    ...(item ? [['items', notate(item)] as [string, string]] : []),
    ...(input ? [['items in', notate(input)] as [string, string]] : []),
    ...Object.entries(channels ?? {}).map(([way, names]): [string, string] => [`bytes ${way}`, names.join(', ')]),
    ['result', notate(method.result.schema)],
  ];
}

function block(text: string): Markup {
  return html`<pre><code>${text}</code></pre>`;
}

function isStream(method: DescribedMethod): boolean {
  return method['x-item'] !== undefined || method['x-channels'] !== undefined;
}

function authority({ host, port }: Omit<Address, 'encrypted'>): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
