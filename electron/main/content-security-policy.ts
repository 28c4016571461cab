/** The mark that the build leaves wherever a nonce belongs. */
export const NONCE_MARK = '__CSP_NONCE__';

/**
 * The policy of every page. Styles may carry this response's nonce, because the component library writes style
 * elements; nothing may carry `unsafe-inline`, and nothing may reach a network. SECURITY(P2)
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self'`,
    `font-src 'self'`,
    `connect-src 'none'`,
    `object-src 'none'`,
    `frame-src 'none'`,
    `worker-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
