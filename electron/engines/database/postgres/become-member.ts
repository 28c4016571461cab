import { findBroker } from './postgres-role.ts';
import { quoteIdentifier } from './quote.ts';
import type { Session } from './session.ts';

/** Since 16 a creator may administer what it creates, but is not a member of it unless it says so. */
const VERSION_WITH_GRANT_OPTIONS = 160_000;

/** Without superuser, only a member may end a role's sessions and give its objects away. */
export async function becomeMember(session: Session, name: string): Promise<void> {
  const broker = await findBroker(session);
  if (broker.superuser) return;
  const how = broker.version >= VERSION_WITH_GRANT_OPTIONS ? ' WITH INHERIT TRUE, SET TRUE' : '';
  await session.query(`GRANT ${quoteIdentifier(name)} TO ${quoteIdentifier(broker.name)}${how}`);
}
