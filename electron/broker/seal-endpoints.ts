import type { IncomingMessage } from 'node:http';
import { KeywardenError } from '../../shared/errors/keywarden-error.ts';
import type { Answer } from './answer.ts';
import type { BrokerOptions } from './broker.ts';
import { answerSealStatus } from './open-endpoints.ts';
import { type BodyBudget, readBody } from './read-body.ts';

/** Whether `answerSealEndpoint` answers here. */
export function isSealEndpoint(path: string): boolean {
  return path === 'sys/init' || path === 'sys/unseal';
}

/** Answers `sys/init` and `sys/unseal`, for which no token is asked. Undefined: neither of them. */
export async function answerSealEndpoint(
  { core, status, unsealing }: BrokerOptions,
  request: IncomingMessage,
  path: string,
  budget: BodyBudget,
): Promise<Answer | undefined> {
  if (!isSealEndpoint(path)) return undefined;
  if (request.method !== 'PUT' && request.method !== 'POST')
    throw new KeywardenError('unsupported-operation');
  if (unsealing === undefined) throw new KeywardenError('not-available');
  const body = await readBody(request, budget);
  if (path === 'sys/init') return { status: 200, body: JSON.stringify(await unsealing.init(body)) };
  await unsealing.unseal(body, () => core() !== undefined);
  return answerSealStatus(status(), core() === undefined);
}
