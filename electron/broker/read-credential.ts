import type { IncomingMessage } from 'node:http';
import type { Credential } from '../core/request.ts';

/** Vault's own header, else a bearer. */
export function readCredential(request: IncomingMessage): Credential {
  const own = request.headers['x-vault-token'];
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = (typeof own === 'string' ? own.trim() : '') || bearer;
  return token === undefined ? { kind: 'none' } : { kind: 'token', token };
}
