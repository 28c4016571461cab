import './rotation.css';
import { Button, NumberInput, SegmentedControl, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { IpcInput } from '../../../shared/ipc/contract.ts';
import type { Rotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { CHARSET_NAMES } from '../../../shared/ipc/methods/rotations-methods.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Notice, ProblemNotice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { TtlField } from '../../ui/ttl-field.tsx';
import { useAction } from '../../ui/use-action.ts';
import { periodOfText } from './period-of-text.ts';
import { CHARSET_WORDS, policyWords } from './policy-words.ts';
import { useRotations } from './rotations-store.ts';

type Charset = (typeof CHARSET_NAMES)[number];
type Way = IpcInput<'rotations.write'>['way']['kind'];

interface RotateEveryProps {
  readonly path: string;
  /** Of which one gets the new value. */
  readonly fields: readonly string[];
  readonly of: Rotation | null;
  readonly onClose: () => void;
}

/** How often a secret gets a new value, and who makes it. */
export function RotateEvery({ path, fields, of, onClose }: RotateEveryProps) {
  const write = useRotations((store) => store.write);
  const before = of?.secret ?? null;
  const [field, setField] = useState(before?.field ?? fields[0] ?? 'value');
  const [periodText, setPeriodText] = useState(of && of.periodSeconds > 0 ? `${of.periodSeconds}s` : '30d');
  const [way, setWay] = useState<Way>(
    of?.how === 'person' ? 'person' : of?.how === 'hook' ? 'keep' : 'generator',
  );
  const [length, setLength] = useState<number | string>(before && before.length > 0 ? before.length : 32);
  const [charset, setCharset] = useState<Charset>(
    CHARSET_NAMES.find((one) => one === before?.charset) ?? 'alphanumeric',
  );
  const [instructions, setInstructions] = useState(before?.instructions ?? '');
  const periodSeconds = periodOfText(periodText);
  const lengthOk = typeof length === 'number' && length >= 8 && length <= 4096;
  const ready =
    periodSeconds !== null && (way === 'person' ? instructions.trim() !== '' : way === 'keep' || lengthOk);
  const saving = useAction(async () => {
    if (periodSeconds === null) return;
    const rotation = await write({
      path,
      field,
      periodSeconds,
      way:
        way === 'person'
          ? { kind: way, instructions: instructions.trim() }
          : way === 'generator'
            ? { kind: way, length: Number(length), charset }
            : { kind: way },
    });
    toast(`${path} is rotated ${policyWords(rotation)}.`);
    onClose();
  });
  return (
    <Dialog onClose={onClose} title={of ? `How ${path} is rotated` : `Rotate ${path} every…`} size={520}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) saving.run();
        }}
      >
        <TtlField
          label="Every"
          description="So long after the last time (rotation period)."
          text={periodText}
          onText={setPeriodText}
          choices={['7d', '30d', '90d']}
          read={periodOfText}
          wrong="A length such as 12h, 30d or 90d; at least 5 seconds, at most ten years."
        />
        {of !== null && of.schedule !== '' && (
          <Notice>It has a schedule ({of.schedule}); the length of time takes its place.</Notice>
        )}
        {fields.length > 1 && (
          <Select
            label="Which field"
            description="The others stay as they are."
            data={[...fields]}
            value={field}
            onChange={(next) => next !== null && setField(next)}
            allowDeselect={false}
          />
        )}
        {way === 'keep' ? (
          <Notice>
            The hook <span className="mono">{before?.hook}</span> brings the new value to its target. What it
            is told is set up in kw.
          </Notice>
        ) : (
          <div className="stack-tight">
            <span id="who-label" className="mantine-InputWrapper-label">
              Who makes the new value
            </span>
            <SegmentedControl
              aria-labelledby="who-label"
              size="xs"
              value={way}
              onChange={(next) => setWay(next as Way)}
              data={[
                { value: 'generator', label: 'Keywarden' },
                { value: 'person', label: 'A person, reminded' },
              ]}
            />
          </div>
        )}
        {way === 'generator' && (
          <>
            <div className="form-grid form-grid-even">
              <Select
                label="Made of"
                data={CHARSET_NAMES.map((name) => ({ value: name, label: CHARSET_WORDS[name] }))}
                value={charset}
                onChange={(next) => next !== null && setCharset(next as Charset)}
                allowDeselect={false}
              />
              <NumberInput
                label="Characters"
                min={8}
                max={4096}
                value={length}
                onChange={setLength}
                error={lengthOk ? null : '8 to 4096.'}
              />
            </div>
            <Notice>
              For a value that lies here alone, such as a session key. If another system must take it too,
              choose a person, or a hook in kw.
            </Notice>
          </>
        )}
        {way === 'person' && (
          <Textarea
            label="What the person does"
            description="Shown when it is due: where to go, what to make, what to bring back."
            placeholder="Make a new restricted key at dashboard.stripe.com, under Developers, API keys."
            value={instructions}
            onChange={(event) => setInstructions(event.currentTarget.value)}
            autosize
            minRows={3}
            maxRows={8}
            maxLength={4000}
          />
        )}
        <ProblemNotice problem={saving.problem} />
        <div className="form-buttons">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving.busy} disabled={!ready}>
            {of ? 'Save' : 'Rotate it'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
