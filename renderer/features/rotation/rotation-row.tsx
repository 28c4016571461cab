import './rotation-row.css';
import {
  IconCertificate,
  IconDatabase,
  IconDatabaseCog,
  IconKey,
  IconRotate,
  IconSignature,
} from '@tabler/icons-react';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/ticker.ts';
import { dueWords, exactWords } from '../../ui/time-words.ts';
import { policyWords, whatWords } from './policy-words.ts';
import { seenRotation } from './rotation-state.ts';

const ICONS = {
  secret: IconKey,
  'static-role': IconDatabase,
  'root-account': IconDatabaseCog,
  key: IconSignature,
  authority: IconCertificate,
  other: IconRotate,
} as const satisfies Record<Rotation['what'], unknown>;

/** One rotation as a line: what it is, how often, how it stands, when it is due. */
export function RotationRow({ rotation }: { readonly rotation: Rotation }) {
  const now = useNow();
  const seen = seenRotation(rotation, now);
  const Icon = ICONS[rotation.what];
  const at = rotation.state === 'idle' ? rotation.dueAt : rotation.nextTryAt;
  return (
    <div className="rotation-row">
      <Icon size={16} stroke={1.7} aria-hidden="true" className="rotation-icon" />
      <span className="mono cut" title={rotation.path}>
        {rotation.name}
      </span>
      <span className="quiet cut">{whatWords(rotation)}</span>
      <span className="cut" title={policyWords(rotation)}>
        {policyWords(rotation)}
      </span>
      <StateMark tone={seen.tone} words={seen.word} />
      {at === null || rotation.paused ? (
        <span className="rotation-row-due quiet">–</span>
      ) : (
        <time
          className="rotation-row-due tabular"
          dateTime={new Date(at).toISOString()}
          title={exactWords(at)}
        >
          {dueWords(at, now)}
        </time>
      )}
    </div>
  );
}

/** The words over the columns. */
export function RotationColumns() {
  return (
    <div className="rotation-row rotation-columns" aria-hidden="true">
      <span />
      <span>Name</span>
      <span>What it is</span>
      <span>When</span>
      <span>State</span>
      <span className="rotation-row-due">Next</span>
    </div>
  );
}
