import { type Broker, findBroker } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import type { Session } from './session.ts';

/** Since 16 a creator may administer what it creates, but is not a member of it unless it says so. */
const VERSION_WITH_GRANT_OPTIONS = 160_000;

/** The statements, one or none, that make us a member: without superuser, only a member may end a role's sessions and give its objects away. */
export function membership(broker: Broker, name: string): readonly string[] {
  if (broker.superuser) return [];
  const how = broker.version >= VERSION_WITH_GRANT_OPTIONS ? ' WITH INHERIT TRUE, SET TRUE' : '';
  return [`GRANT ${quoteIdentifier(name)} TO ${quoteIdentifier(broker.name)}${how}`];
}

/** Makes us a member of a role. */
export async function becomeMember(session: Session, name: string): Promise<void> {
  for (const statement of membership(await findBroker(session), name)) await session.query(statement);
}
