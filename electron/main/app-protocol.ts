import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Protocol } from 'electron';
import type { RandomBytes } from '../vault/ports.ts';
import { resolveAppPath } from './app-path.ts';
import { contentSecurityPolicy, NONCE_MARK } from './content-security-policy.ts';

/** What must be known of the scheme before Electron is ready. */
export const APP_SCHEME = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
} as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

/** Serves the user interface from its folder and nothing else. SECURITY(P1) */
export function serveApp(protocol: Pick<Protocol, 'handle'>, root: string, random: RandomBytes): void {
  protocol.handle(APP_SCHEME.scheme, (request) => respond(root, request, random));
}

async function respond(root: string, request: Request, random: RandomBytes): Promise<Response> {
  const file = resolveAppPath(root, request.url);
  const type = file === undefined ? undefined : TYPES[extname(file)];
  if (file === undefined || type === undefined || request.method !== 'GET') return notFound();
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = await readFile(file);
  } catch {
    return notFound();
  }
  const nonce = Buffer.from(random(16)).toString('base64');
  const isPage = type.startsWith('text/html');
  return new Response(isPage ? bytes.toString('utf8').replaceAll(NONCE_MARK, nonce) : bytes, {
    headers: { 'Content-Type': type, ...securityHeaders(nonce) },
  });
}

function notFound(): Response {
  return new Response('Not found', {
    status: 404,
    headers: { 'Content-Type': 'text/plain', ...securityHeaders('none') },
  });
}

function securityHeaders(nonce: string): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
}
