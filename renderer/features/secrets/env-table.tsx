import { Checkbox } from '@mantine/core';
import type { EnvEntry } from '../../../shared/model/env-file.ts';
import { Dots } from '../../ui/dots.tsx';

interface EnvTableProps {
  readonly entries: readonly EnvEntry[];
  readonly unticked: ReadonlySet<string>;
  readonly onTick: (names: readonly string[], tick: boolean) => void;
}

/** What was found in a .env: names, and values as dots. */
export function EnvTable({ entries, unticked, onTick }: EnvTableProps) {
  const all = entries.every((entry) => !unticked.has(entry.name));
  const none = entries.every((entry) => unticked.has(entry.name));
  return (
    <div className="env-scroll">
      <table className="env-table">
        <thead>
          <tr>
            <th scope="col" style={{ width: 36 }}>
              <Checkbox
                size="xs"
                aria-label="All lines"
                checked={all}
                indeterminate={!all && !none}
                onChange={() =>
                  onTick(
                    entries.map((entry) => entry.name),
                    !all,
                  )
                }
              />
            </th>
            <th scope="col">Name</th>
            <th scope="col">Value</th>
            <th scope="col">Line</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.name}>
              <td>
                <Checkbox
                  size="xs"
                  aria-label={`Store ${entry.name}`}
                  checked={!unticked.has(entry.name)}
                  onChange={(event) => onTick([entry.name], event.currentTarget.checked)}
                />
              </td>
              <td className="mono">{entry.name}</td>
              <td>{entry.value === '' ? <span className="quiet">empty</span> : <Dots />}</td>
              <td className="quiet tabular">{entry.line}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
