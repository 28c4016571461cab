import { IconAlertTriangle } from '@tabler/icons-react';
import type { DatabaseRole } from '../../../shared/ipc/methods/databases-methods.ts';
import { capitalised } from '../../ui/capitalised.ts';
import { PromiseWords } from '../../ui/keycard.tsx';
import { DetailPart } from '../../ui/screen.tsx';
import { DATABASE_FORMS } from './database-forms.ts';

/** What the keycards of a kind of access promise, as the rehearsal has shown, and what was missing there. */
export function RolePromise({ role }: { readonly role: DatabaseRole }) {
  const { promise, missing, kind } = role;
  return (
    <DetailPart title="What its keycards promise" hint={missing.length > 0 ? undefined : hintOf(role)}>
      <div className="detail-box">
        <div className="detail-row">
          {promise === null ? (
            <span className="quiet">Not rehearsed yet: save it again while its database is up.</span>
          ) : (
            <>
              <PromiseWords promise={promise} />
              <span className="quiet">
                {promise === 'dies-by-itself'
                  ? 'The database refuses them after their time, also when Keywarden is off.'
                  : kind === null || kind === 'postgresql'
                    ? 'They end on time only while Keywarden runs.'
                    : DATABASE_FORMS[kind].promise}
              </span>
            </>
          )}
        </div>
        {missing.map((words) => (
          <div key={words} className="finding selectable">
            <IconAlertTriangle size={15} aria-hidden="true" />{' '}
            <span className="grow">{capitalised(words)}</span>
          </div>
        ))}
      </div>
    </DetailPart>
  );
}

function hintOf({ promise, kind }: DatabaseRole): string | undefined {
  return promise !== null && kind === 'postgresql' ? 'rehearsed with a throw-away user' : undefined;
}
