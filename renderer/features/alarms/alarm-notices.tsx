import './alarms.css';
import { Button } from '@mantine/core';
import { IconBellRinging } from '@tabler/icons-react';
import type { Alarm } from '../../../shared/ipc/methods/alarms-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { valueOr } from '../../ui/loadable.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { count } from '../../ui/time-words.ts';
import { useAction } from '../../ui/use-action.ts';
import { useAlarms } from './alarms-store.ts';

/** Over the keycards: what opens once was used a second time. What it means, and what to do. */
export function AlarmNotices() {
  const alarms = valueOr(
    useAlarms((store) => store.list),
    [],
  );
  if (alarms.length === 0) return null;
  return (
    <div className="alarms">
      {alarms.map((alarm) => (
        <AlarmNotice key={alarm.id} alarm={alarm} />
      ))}
    </div>
  );
}

function AlarmNotice({ alarm }: { readonly alarm: Alarm }) {
  const open = useNavigation((navigation) => navigation.open);
  const seen = useAlarms((store) => store.seen);
  const seeing = useAction(() => seen(alarm.id));
  const { app } = alarm;
  return (
    <section className="alarm" aria-label="Alarm" role="alert">
      <IconBellRinging size={18} aria-hidden="true" />
      <div className="grow">
        <strong>
          {app === null ? 'A wrapped answer' : `The way in of ${app}`} was used {timesWords(alarm.secondUses)}
        </strong>
        <p>
          <span className="mono selectable">{alarm.path}</span>, wrapped <RelativeTime at={alarm.madeAt} />,
          was {alarm.wasOpened ? 'opened' : 'used'}{' '}
          {alarm.firstUsedAt === null ? 'before' : <RelativeTime at={alarm.firstUsedAt} />}. It opens once, so
          somebody has a copy of the token: a program that asked twice, or a thief.{' '}
          {app === null
            ? 'If you do not know who opened it first, change what was in it.'
            : `If you do not know who opened it first, stop ${app} and hand over a new keycard.`}
        </p>
        <ProblemNotice problem={seeing.problem} />
      </div>
      <div className="alarm-actions">
        {app !== null && (
          <Button
            size="xs"
            color="danger"
            onClick={() => open({ kind: 'stop', what: { scope: 'app', name: app } })}
          >
            Stop {app}…
          </Button>
        )}
        <Button size="xs" variant="default" loading={seeing.busy} onClick={seeing.run}>
          I have looked at it
        </Button>
      </div>
    </section>
  );
}

function timesWords(secondUses: number): string {
  return secondUses === 1 ? 'a second time' : `${count(secondUses + 1, 'time')}`;
}
