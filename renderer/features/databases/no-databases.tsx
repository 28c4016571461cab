import './databases.css';
import { Button, Progress } from '@mantine/core';
import { IconDatabase } from '@tabler/icons-react';
import { useNavigation } from '../../app/navigation.ts';
import { useStatus } from '../../app/session.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { Empty } from '../../ui/screen-state.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useDatabases } from './databases-store.ts';

/** The empty screen: what it is for, a sample to try with, and the way to one's own. */
export function NoDatabases() {
  const { starting, step, startSample } = useDatabases();
  const open = useNavigation((navigation) => navigation.open);
  const sampleAvailable = useStatus()?.sampleAvailable ?? false;
  const sampling = useAction(startSample);
  const busy = starting || sampling.busy;
  if (busy) {
    return (
      <Empty icon={<IconDatabase size={26} stroke={1.6} />} title="Starting a sample database">
        <div className="sample-progress stack">
          <Progress value={100} animated aria-label="Starting the sample database" />
          <p role="status">{step ?? 'Making room for it on this machine'}…</p>
        </div>
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconDatabase size={26} stroke={1.6} />}
      title="Hand out database users that die on time"
      actions={
        <>
          <div className="offers">
            {sampleAvailable && (
              <div className="offer">
                <h3>Just looking</h3>
                <p>
                  A small PostgreSQL on this machine, with a table and a kind of access filled in. One click
                  removes it.
                </p>
                <Button onClick={sampling.run}>Start a sample database</Button>
              </div>
            )}
            <div className="offer">
              <h3>I have a database</h3>
              <p>
                PostgreSQL, MariaDB, MySQL or Redis. You need its address, and a user that may create users.
                The connection is checked before it is kept.
              </p>
              <Button
                variant={sampleAvailable ? 'default' : 'filled'}
                onClick={() => open({ kind: 'connect' })}
              >
                Connect mine
              </Button>
            </div>
          </div>
          <ProblemNotice problem={sampling.problem} />
        </>
      }
    >
      <p>
        Connect a database once. Whoever needs it gets a keycard: a user of their own, with the rights you
        chose, that is gone when its time is over.
      </p>
    </Empty>
  );
}
