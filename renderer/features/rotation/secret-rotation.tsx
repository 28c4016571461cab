import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { useNavigation } from '../../app/navigation.ts';
import { valueOr } from '../../ui/loadable.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { DetailPart } from '../../ui/screen.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useNow } from '../../ui/ticker.ts';
import { policyWords } from './policy-words.ts';
import { RotateEvery } from './rotate-every.tsx';
import { seenRotation } from './rotation-state.ts';
import { useRotations } from './rotations-store.ts';

interface SecretRotationProps {
  readonly path: string;
  readonly fields: readonly string[];
}

/** In a secret's detail: whether it is rotated, and the way to have it so. */
export function SecretRotation({ path, fields }: SecretRotationProps) {
  const list = useRotations((store) => store.list);
  const [setting, setSetting] = useState(false);
  const rotation = valueOr(list, []).find(({ secret }) => secret?.isShown && secret.path === path) ?? null;
  return (
    <DetailPart
      title="Rotation"
      actions={
        <Button size="xs" variant="subtle" onClick={() => setSetting(true)}>
          {rotation ? 'Change…' : 'Rotate every…'}
        </Button>
      }
    >
      {rotation ? (
        <Standing rotation={rotation} />
      ) : (
        <p className="quiet">Its value stays until somebody writes another.</p>
      )}
      {setting && (
        <RotateEvery
          path={path}
          fields={rotation?.secret ? [...new Set([rotation.secret.field, ...fields])] : fields}
          of={rotation}
          onClose={() => setSetting(false)}
        />
      )}
    </DetailPart>
  );
}

function Standing({ rotation }: { readonly rotation: Rotation }) {
  const go = useNavigation((navigation) => navigation.go);
  const select = useRotations((store) => store.select);
  const now = useNow();
  const { tone, word } = seenRotation(rotation, now);
  const words = policyWords(rotation);
  return (
    <div className="detail-box">
      <div className="detail-row">
        <StateMark tone={tone} words={word} />
        <span className="grow">{words.charAt(0).toUpperCase() + words.slice(1)}</span>
        {rotation.dueAt !== null && !rotation.paused && (
          <span className="quiet">
            next <RelativeTime at={rotation.dueAt} />
          </span>
        )}
        <Button
          size="xs"
          variant="subtle"
          onClick={() => {
            select(rotation.id);
            go('rotation');
          }}
        >
          Show
        </Button>
      </div>
    </div>
  );
}
