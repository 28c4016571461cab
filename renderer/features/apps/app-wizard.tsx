import './apps.css';
import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { plainName } from '../../../shared/ipc/fields.ts';
import type { Door } from '../../../shared/ipc/methods/apps-methods.ts';
import { policyOfDoors } from '../../../shared/model/door.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { fieldReason } from '../../ui/field-reason.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { TtlField, ttlOfText } from '../../ui/ttl-field.tsx';
import { useAction } from '../../ui/use-action.ts';
import { useDatabases } from '../databases/databases-store.ts';
import { type AppView, useApps } from './apps-store.ts';
import { type DoorDraft, DoorEditor, doorReason, newDoor } from './door-editor.tsx';

interface AppWizardProps {
  readonly of: AppView | null;
  readonly onClose: () => void;
}

/** Which app, which doors, for how long: with the policy text beside it. Then the hand-over. */
export function AppWizard({ of, onClose }: AppWizardProps) {
  const write = useApps((store) => store.write);
  const { go, open } = useNavigation();
  const [name, setName] = useState(of?.app.name ?? '');
  const [byHand, setByHand] = useState(of?.policyByHand ?? false);
  const [doors, setDoors] = useState<readonly DoorDraft[]>(() =>
    of && of.doors.length > 0 ? of.doors.map((door) => newDoor(door)) : [newDoor()],
  );
  const [text, setText] = useState(of?.policyText ?? '');
  const [ttlText, setTtlText] = useState(of?.tokenTtl ? `${of.tokenTtl}` : '1h');
  useEffect(() => void useDatabases.getState().refresh(), []); // the doors offer its kinds of access
  const chosen: Door[] = doors.map(({ kind, target }) => ({ kind, target: target.trim() }));
  const complete = chosen.every((door) => doorReason(door) === null);
  const policy = policyOfDoors(chosen.filter((door) => door.target !== ''));
  const tokenTtl = ttlOfText(ttlText);
  const nameReason = fieldReason(plainName, name);
  const ready = nameReason === null && tokenTtl !== null && (byHand ? text.trim() !== '' : complete);
  const saving = useAction(async () => {
    if (tokenTtl === null) return;
    await write({ name, tokenTtl, access: byHand ? { policyText: text } : { doors: chosen } });
    go('apps');
    if (of) {
      toast(`${name} is changed.`);
      onClose();
    } else open({ kind: 'hand-over', app: name });
  });
  return (
    <Dialog onClose={onClose} title={of ? `Change ${of.app.name}` : 'New app'} size={860}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) saving.run();
        }}
      >
        <div className="wizard">
          <div className="stack">
            <TextInput
              label="Which app?"
              description="A name you will recognise in lists."
              placeholder="orders-api"
              value={name}
              disabled={of !== null}
              onChange={(event) => setName(event.currentTarget.value)}
              error={name === '' ? null : nameReason}
              data-autofocus
              autoComplete="off"
              spellCheck={false}
            />
            <div className="stack-tight">
              <span id="access-label" className="mantine-InputWrapper-label">
                Which doors?
              </span>
              <SegmentedControl
                aria-labelledby="access-label"
                size="xs"
                value={byHand ? 'text' : 'doors'}
                onChange={(next) => {
                  if (next === 'text' && text === '') setText(policy);
                  setByHand(next === 'text');
                }}
                data={[
                  { value: 'doors', label: 'In plain words' },
                  { value: 'text', label: 'Policy by hand' },
                ]}
              />
            </div>
            {byHand ? (
              <p className="soft">
                The policy is yours: Vault’s language, HCL or JSON. It is checked when you save.
              </p>
            ) : (
              <DoorEditor doors={doors} onDoors={setDoors} />
            )}
            <TtlField
              label="How long does a login last?"
              description="The TTL of its token; the app may renew it."
              text={ttlText}
              onText={setTtlText}
              choices={['15m', '1h', '8h', '24h']}
            />
          </div>
          <div className="wizard-policy">
            <span id="policy-label" className="mantine-InputWrapper-label">
              Policy text
            </span>
            {byHand ? (
              <Textarea
                aria-labelledby="policy-label"
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                autosize
                minRows={16}
                maxRows={22}
                classNames={{ input: 'mono' }}
                spellCheck={false}
              />
            ) : (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
              <section className="code-box" tabIndex={0} aria-labelledby="policy-label">
                {policy}
              </section>
            )}
          </div>
        </div>
        <ProblemNotice problem={saving.problem} />
        <div className="form-buttons">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.busy} disabled={!ready}>
            {of ? 'Save' : 'Create app'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
