import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from '../../../electron/main/content-security-policy.ts';

const directives = new Map(
  contentSecurityPolicy('bm9uY2U=')
    .split('; ')
    .map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources.join(' ')];
    }),
);

describe('SECURITY(P2) the content security policy', () => {
  it.each([
    ['default-src', `'none'`],
    ['script-src', `'self'`],
    ['style-src', `'self' 'nonce-bm9uY2U='`],
    ['connect-src', `'none'`],
    ['frame-ancestors', `'none'`],
    ['object-src', `'none'`],
    ['base-uri', `'none'`],
    ['form-action', `'none'`],
    ['worker-src', `'none'`],
  ])('%s is %s', (name, sources) => {
    expect(directives.get(name)).toBe(sources);
  });

  it('allows nothing unsafe, no scheme and no host', () => {
    expect(contentSecurityPolicy('x')).not.toMatch(/unsafe|data:|blob:|https?:|\*/);
  });
});
