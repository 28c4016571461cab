import type { Envelope } from '../../shared/model/envelope.ts';
import type { Operation } from '../../shared/model/operation.ts';
import type { Core } from '../core/request.ts';

/** Puts one request of the desktop to core. What core answers with 404 and a body counts as an answer. */
export async function askCore(
  core: Core,
  token: string,
  operation: Operation,
  path: string,
  data: Readonly<Record<string, unknown>> = {},
): Promise<Envelope | null> {
  const credential = { kind: 'token', token } as const;
  return (await core.handle({ credential, operation, path, data, origin: 'desktop' })).envelope;
}
