import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeService } from '@sextant/protocol/openrpc';
import { SERVICES } from '@sextant/protocol/services';
import { frontPage } from '../src/http/front-page.ts';
import { HOSTILE_TEXTS } from './hostile-texts.ts';

const AT = { host: '127.0.0.1', port: 65432, encrypted: false };

describe.each(SERVICES.map((service) => [service.name, service] as const))('the page of %s', (name, service) => {
  const document = describeService(service, '1.2.3');
  const { html, contentSecurityPolicy } = frontPage(document, AT);

  it('is whole HTML in a language, for any width', () => {
    expect(html).toMatch(/^<!doctype html>\s*<html lang="en">/);
    expect(html).toMatch(/<meta name="viewport" content="width=device-width, initial-scale=1" ?\/?>/);
    expect(html.trimEnd()).toMatch(/<\/html>$/);
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('says what this is, where, and how it is asked', () => {
    const text = textOf(html);
    expect(html).toContain(`<title>${name} at 127.0.0.1:65432</title>`);
    expect(text).toContain('| nc -N 127.0.0.1 65432');
    expect(text).toContain('curl http://127.0.0.1:65432/rpc');
    for (const path of ['/openrpc.json', '/healthz', '/readyz', '/metrics']) expect(html).toContain(`href="${path}"`);
  });

  it('has every method under a heading, with what it takes', () => {
    const headings = [...html.matchAll(/<h3[^>]*>([^<]*)<\/h3>/g)].map(([, heading]) => heading);
    expect(headings).toEqual(document.methods.map((method) => method.name));
    const text = textOf(html);
    for (const { summary, params } of document.methods) {
      expect(text).toContain(summary);
      for (const param of params) expect(text).toMatch(new RegExp(`\\b${param.name}\\??: `));
    }
  });

  it('has one first heading, none left out below it, and no id twice', () => {
    const levels = [...html.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.every((level, place) => level - (levels[place - 1] ?? 0) <= 1)).toBe(true);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...html.matchAll(/(?:href="#|labelledby=")([^"]*)"/g)].map(([, id]) => id);
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
  });

  it('may show its own style and nothing else', () => {
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(contentSecurityPolicy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(html).not.toMatch(/<script|<link|<img|<form|<iframe| style=| on[a-z]+=|javascript:|src=/i);
  });
});

it('shows how it is asked by TLS to whoever came by TLS', () => {
  const [service] = SERVICES;
  const document = describeService(service as (typeof SERVICES)[number], '1');
  const text = textOf(frontPage(document, { host: '::1', port: 1, encrypted: true }).html);
  expect(text).toContain('| openssl s_client -quiet -connect [::1]:1');
  expect(text).toContain('curl https://[::1]:1/rpc');
  expect(text).toContain('wss://[::1]:1/ws');
});

it('takes no text for markup', () => {
  const name = `x<script>alert(1)</script>"'&${HOSTILE_TEXTS.join('').slice(0, 2000)}`;
  const schema = { type: 'string', pattern: name, default: name };
  const method = {
    ...describeService({ name, port: 0, anonymous: [name], methods: {} }, name).methods[0],
    name,
    summary: name,
    params: [{ name, schema }],
    result: { name: 'result', schema: { type: 'object', properties: { [name]: schema } } },
    'x-access': name,
  };
  const document = describeService({ name, port: 0, anonymous: [name], methods: {} }, name);
  const plain = frontPage({ ...document, methods: [] }, { ...AT, host: 'x' }).html;
  const { html } = frontPage({ ...document, methods: [method as never] }, { ...AT, host: name });
  expect(html).not.toMatch(/<script/i);
  expect(tagsOf(html).filter((tag) => tag !== 'article')).toEqual(expect.arrayContaining(tagsOf(plain)));
  expect(tagsOf(html).filter((tag) => !KNOWN_TAGS.has(tag))).toEqual([]);
});

const KNOWN_TAGS = new Set(
  'html head meta title style body div header h1 p code nav ul li a span main section h2 pre article h3 dl dt dd footer'.split(
    ' ',
  ),
);

function tagsOf(html: string): string[] {
  return [...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag = '']) => tag);
}

/** What a person reads: no tags, entities as characters, white space as one blank. */
function textOf(html: string): string {
  return html
    .replace(/<style>.*<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
}
