import { describe, expect, test } from 'vitest';
import { readForwardTarget } from '../../../electron/broker/read-forward-target.ts';
import { parseBaseUrl } from '../../../electron/engines/http/base-url.ts';
import { requestHeaders, requestQuery } from '../../../electron/engines/http/request-headers.ts';
import { responseHeaders, rewritePlace } from '../../../electron/engines/http/response-headers.ts';
import type { Upstream } from '../../../electron/engines/http/upstream-rows.ts';

const upstream: Upstream = {
  mount: 'm',
  name: 'pay',
  id: 'i',
  version: 1,
  baseUrl: 'https://api.example.com/v2/',
  placement: { auth: 'header', header: 'Authorization', template: 'Bearer {{key}}' },
  ca: '',
  maxConnections: 4,
  idleTimeout: 60,
  secret: 'h' as Upstream['secret'],
};
const PROXY = '/v1/api/proxy/pay/';
const KEYCARD = `hvk.${'0'.repeat(32)}${'a'.repeat(32)}`;

describe('the address of what is forwarded', () => {
  test.each([
    '/v1/api/proxy/pay/../../../etc',
    '/v1/api/proxy/pay/a/..',
    '/v1/api/proxy/pay/./a',
    '/v1/api/proxy/pay/%2e%2e/a',
    '/v1/api/proxy/pay/%2E%2E%2Fa',
    '/v1/api/proxy/pay/a%2Fb',
    '/v1/api/proxy/pay/a%5cb',
    '/v1/api/proxy/pay/a\\b',
    '/v1/api/proxy/pay/%252e%252e/a',
    '/v1/api/proxy/pay/..;/a',
    '/v1/api/proxy/pay/a%0d%0aHost:%20evil',
    '/v1/api/proxy/pay/a%00',
    '/v1/api/proxy/pay//evil.example.com/a',
    '/v1//api/proxy/pay/a',
    '/v1/api/proxy/pay/%ff',
    '/v1/api/proxy/pay/%EF%BC%8E%EF%BC%8E/a',
    '/v1/api/proxy/pay/a%EF%BC%8Fb',
    '/v1/api/proxy/pay/a%EF%BC%BCb',
    '/v1/api/proxy/pay/%E2%80%A5/a',
    '/v1/api/proxy/pay/a#b',
    '/v1/api/proxy/pay/a b',
    'http://evil.example.com/v1/api/proxy/pay/a',
    '//evil.example.com/v1/a',
    'evil.example.com:443',
    '*',
  ])('is refused where it could be read in two ways: %s', (url) => {
    expect(() => readForwardTarget(url)).toThrow('read in two ways');
  });

  test('goes on as it came, without the keycard', () => {
    const target = readForwardTarget(`/v1/api/proxy/pay/caf%C3%A9/x/?q=a%2Fb&key=${KEYCARD}&z`);
    expect(target).toEqual({
      path: 'api/proxy/pay/café/x/',
      rawPath: 'api/proxy/pay/caf%C3%A9/x/',
      rawQuery: 'q=a%2Fb&z',
    });
  });
});

describe('an upstream', () => {
  test.each([
    'http://api.example.com/',
    'ftp://127.0.0.1/',
    'https://user:pass@api.example.com/',
    'https://api.example.com/?a=b',
    'http://127.0.0.1.evil.com/',
    'http://localhost.evil.com/',
    'not a url',
  ])('is refused as %s', (text) => {
    expect(() => parseBaseUrl(text)).toThrow('base_url');
  });

  test.each([
    ['https://api.example.com', 'https://api.example.com/'],
    ['https://api.example.com/v2', 'https://api.example.com/v2/'],
    ['http://127.0.0.1:8080/x/', 'http://127.0.0.1:8080/x/'],
    ['http://[::1]:1', 'http://[::1]:1/'],
  ])('is kept: %s', (text, kept) => {
    expect(parseBaseUrl(text)).toBe(kept);
  });
});

describe('what the upstream is sent', () => {
  test('has the real key, and nothing that could change the method, the path or the framing', () => {
    const lines = requestHeaders(upstream, 'the-real-key', {
      method: 'POST',
      hasBody: true,
      headers: [
        ['Host', '127.0.0.1:8200'],
        ['Accept', 'text/event-stream'],
        ['Content-Type', 'application/json'],
        ['Accept-Encoding', 'gzip'],
        ['Content-Length', '3'],
        ['X-HTTP-Method-Override', 'DELETE'],
        ['X_HTTP_Method_Override', 'DELETE'],
        ['X-Original-URL', '/admin'],
        ['X-Forwarded-Host', 'evil.example.com'],
        ['Range', 'bytes=0-3'],
        ['Request-Range', 'bytes=0-3'],
        ['A-IM', 'range'],
        ['X.HTTP.Method.Override', 'DELETE'],
        ['authorization', 'Bearer other'],
      ],
    });
    expect(lines).toEqual([
      ...['Host', 'api.example.com', 'Accept', 'text/event-stream', 'Content-Type', 'application/json'],
      ...['Accept-Encoding', 'identity', 'Content-Length', '3', 'Authorization', 'Bearer the-real-key'],
    ]);
  });

  test('has the key in the query once, where that is its place', () => {
    const inQuery: Upstream = { ...upstream, placement: { auth: 'query', parameter: 'api_key' } };
    expect(requestQuery(inQuery, 'a+b/c', 'q=1&API_KEY=x&api%5Fkey=y')).toBe('?q=1&api_key=a%2Bb%2Fc');
    expect(requestQuery(upstream, 'k', '')).toBe('');
  });
});

describe('what the client is sent', () => {
  test.each([
    ['https://api.example.com/v2/next?page=2#x', '/v1/api/proxy/pay/next?page=2#x'],
    ['/v2/next', '/v1/api/proxy/pay/next'],
    ['next', '/v1/api/proxy/pay/next'],
    ['https://api.example.com/v3/next', undefined],
    ['/v2/../v3/next', undefined],
    ['https://api.example.com.evil.com/v2/', undefined],
    ['http://api.example.com/v2/', undefined],
    ['https://api.example.com:8443/v2/', undefined],
    ['//evil.example.com/v2/', undefined],
    ['https://u:p@api.example.com/v2/', undefined],
    ['javascript:alert(1)', undefined],
  ])('is told of a place at the upstream as one behind the proxy: %s', (place, wanted) => {
    expect(rewritePlace(upstream, PROXY, place)).toBe(wanted);
  });

  test('has no hop-by-hop header, no cookie and no key; a redirect to anywhere else is refused', () => {
    const patterns = [Buffer.from('the-real-key')];
    const headers = responseHeaders(upstream, PROXY, patterns, {
      status: 201,
      headers: [
        ['Content-Type', 'text/plain'],
        ['Connection', 'close, X-Hop'],
        ['X-Hop', '1'],
        ['Transfer-Encoding', 'chunked'],
        ['Set-Cookie', 'a=b'],
        ['X-Vault-Index', '1'],
        ['Alt-Svc', 'h3=":443"'],
        ['Cache-Control', 'public'],
        ['X-Echo', 'got the-real-key'],
        ['X-the-real-key', 'as a name'],
        ['Location', 'https://other.example.com/'],
        ['Link', '<https://api.example.com/v2/x?page=2>; rel="next", <https://other.example.com/>; rel="a"'],
      ],
    });
    expect(headers).toEqual([
      ['Content-Type', 'text/plain'],
      ['X-Echo', 'got ************'],
      ['Link', '</v1/api/proxy/pay/x?page=2>; rel="next", <https://other.example.com/>; rel="a"'],
      ['Cache-Control', 'no-store'],
    ]);
    const elsewhere = { status: 302, headers: [['Location', 'https://other.example.com/']] as const };
    expect(() => responseHeaders(upstream, PROXY, patterns, elsewhere)).toThrow('redirects');
  });
});
