import './rotation.css';
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { Dialog, DialogStep } from '../../ui/dialog.tsx';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useRotations } from './rotations-store.ts';

interface BringValueProps {
  readonly rotation: Rotation;
  readonly onClose: () => void;
}

/** The guided step of what only a person can rotate: what to do, the new value, and what came of it. */
export function BringValue({ rotation, onClose }: BringValueProps) {
  const bring = useRotations((store) => store.bring);
  const [value, setValue] = useState('');
  const [after, setAfter] = useState<{ readonly rotated: boolean; readonly rotation: Rotation } | null>(null);
  const { secret, name, id } = rotation;
  const hook = secret?.hook ?? '';
  const bringing = useAction(async () => {
    const outcome = await bring(id, value);
    setValue('');
    setAfter(outcome);
  });
  return (
    <Dialog onClose={onClose} title={`A new value for ${name}`} size={500}>
      {after?.rotated ? (
        <DialogStep>
          <span role="status">
            <StateMark tone="active" words="The new value is the current one" />
          </span>
          <p className="soft">
            {after.rotation.proof.length > 0
              ? `Proven: ${after.rotation.proof.join(', ')}.`
              : 'Nothing here can try it out: make sure yourself that it opens the door.'}{' '}
            Apps get it from now on; the former version stays in the vault.
          </p>
          <div className="form-buttons">
            <Button onClick={onClose} data-autofocus>
              Done
            </Button>
          </div>
        </DialogStep>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (value !== '') bringing.run();
          }}
        >
          <ol className="bring-steps">
            <li>
              <strong>Do this where the value comes from</strong>
              <p className="rotation-instructions selectable">{secret?.instructions}</p>
            </li>
            <li>
              <strong>Put the new value here</strong>
              <PasswordInput
                label={`New value of ${secret?.field ?? 'value'}`}
                description="It goes straight into the vault and is not shown again."
                value={value}
                onChange={(event) => setValue(event.currentTarget.value)}
                autoComplete="off"
                spellCheck={false}
                data-autofocus
              />
            </li>
            <li>
              <strong>{hook === '' ? 'It becomes the current value' : 'It is tried out'}</strong>
              <p className="quiet">
                {hook === ''
                  ? 'No hook is named that could try it, so it counts as soon as you bring it.'
                  : `The hook ${hook} says whether it works. If not, the old value stays.`}
              </p>
            </li>
          </ol>
          {after && (
            <Notice tone="warning">
              <strong>
                {after.rotation.state === 'idle' ? 'It was not taken: ' : 'It is not proven yet: '}
              </strong>
              <span className="selectable">
                {after.rotation.reason ?? after.rotation.lastReason ?? 'no answer yet'}
              </span>
            </Notice>
          )}
          <ProblemNotice problem={bringing.problem} />
          <div className="form-buttons">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={bringing.busy} disabled={value === ''}>
              {hook === '' ? 'Make it current' : 'Try and make it current'}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
