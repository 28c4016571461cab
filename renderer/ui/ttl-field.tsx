import './ttl-field.css';
import { TextInput } from '@mantine/core';
import { ttlSeconds } from '../../shared/ipc/fields.ts';
import { parseDuration } from '../../shared/model/duration.ts';
import { durationWords } from './time-words.ts';

interface TtlFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Ready answers, as a person would type them. */
  readonly choices: readonly string[];
  readonly most?: number | undefined;
  /** Reads what was typed as whole seconds; null when it is none. */
  readonly read?: (text: string) => number | null;
  /** What to say then. */
  readonly wrong?: string;
}

/** Reads what was typed as whole seconds of a TTL; null when it is none. */
export function ttlOfText(text: string): number | null {
  try {
    const seconds = parseDuration(text);
    return ttlSeconds.safeParse(seconds).success ? seconds : null;
  } catch {
    return null;
  }
}

/** A length of time, typed (`90`, `15m`, `1h30m`) or picked. */
export function TtlField({
  label,
  description,
  text,
  onText,
  choices,
  most,
  read = ttlOfText,
  wrong = 'Seconds, or a form such as 15m or 1h30m; at most 32 days.',
}: TtlFieldProps) {
  const seconds = read(text);
  const problem =
    text.trim() === '' || seconds !== null
      ? most !== undefined && seconds !== null && seconds > most
        ? `At most ${durationWords(most)} here.`
        : null
      : wrong;
  return (
    <div className="ttl-field">
      <TextInput
        label={label}
        description={description}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        error={problem}
        rightSection={seconds !== null && <span className="quiet ttl-words">{durationWords(seconds)}</span>}
        rightSectionWidth={120}
        rightSectionPointerEvents="none"
        spellCheck={false}
        autoComplete="off"
      />
      <div className="ttl-choices">
        {choices
          .filter((choice) => most === undefined || (read(choice) ?? 0) <= most)
          .map((choice) => (
            <button
              key={choice}
              type="button"
              className="ttl-choice"
              aria-pressed={read(choice) === seconds}
              onClick={() => onText(choice)}
            >
              {durationWords(read(choice) ?? 0)}
            </button>
          ))}
      </div>
    </div>
  );
}
