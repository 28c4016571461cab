import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { AppStatus } from '../../../shared/ipc/methods/app-methods.ts';
import { useSession } from '../../app/session.ts';
import { ask } from '../../bridge/ask.ts';
import { ProblemNotice } from '../../ui/notice.tsx';
import { useAction } from '../../ui/use-action.ts';

interface KnownVaultsProps {
  readonly vaults: AppStatus['knownVaults'];
  readonly onUnlock: (directory: string) => void;
}

/** The vaults that were opened here before. */
export function KnownVaults({ vaults, onUnlock }: KnownVaultsProps) {
  const accept = useSession((session) => session.accept);
  const forgetting = useAction(async (directory: string) => accept(await ask('vault.forget', { directory })));
  if (vaults.length === 0) return null;
  return (
    <section className="stack-tight" aria-label="Known vaults">
      <h2 className="soft">On this machine</h2>
      <div className="known-vaults">
        {vaults.map((vault) => (
          <div key={vault.directory} className="known-vault">
            <button
              type="button"
              className="known-vault-open"
              disabled={!vault.present}
              onClick={() => onUnlock(vault.directory)}
            >
              <div className="cut">
                <strong>{vault.name}</strong>
              </div>
              <div className="quiet cut" title={vault.directory}>
                {vault.problem ?? vault.directory}
              </div>
            </button>
            <Tooltip label="Take it off this list; the folder stays">
              <ActionIcon
                variant="subtle"
                color="gray"
                mr={8}
                aria-label={`Forget ${vault.name}`}
                onClick={() => forgetting.run(vault.directory)}
              >
                <IconX size={15} />
              </ActionIcon>
            </Tooltip>
          </div>
        ))}
      </div>
      <ProblemNotice problem={forgetting.problem} />
    </section>
  );
}
