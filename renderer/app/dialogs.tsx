import { AppWizard } from '../features/apps/app-wizard.tsx';
import { HandOver } from '../features/apps/hand-over.tsx';
import { ConnectDialog } from '../features/databases/connect-dialog.tsx';
import { IssueDialog } from '../features/keycards/issue-dialog.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { StopDialog } from '../features/revocation/stop-dialog.tsx';
import { ImportEnv } from '../features/secrets/import-env.tsx';
import { SecretEditor } from '../features/secrets/secret-editor.tsx';
import { SealDialog } from '../features/settings/seal-dialog.tsx';
import { SettingsDialog } from '../features/settings/settings-dialog.tsx';
import { useNavigation } from './navigation.ts';

/** The one dialog that is open over the screen, if any. */
export function Dialogs() {
  const { dialog, close } = useNavigation();
  if (dialog === null) return null;
  switch (dialog.kind) {
    case 'find':
      return <Palette onClose={close} />;
    case 'settings':
      return <SettingsDialog onClose={close} />;
    case 'seal':
      return <SealDialog onClose={close} />;
    case 'new-secret':
      return <SecretEditor of={null} onClose={close} />;
    case 'import-env':
      return <ImportEnv fileName={dialog.fileName} onClose={close} />;
    case 'issue':
      return <IssueDialog role={dialog.role} onClose={close} />;
    case 'connect':
      return <ConnectDialog of={null} onClose={close} />;
    case 'stop':
      return <StopDialog what={dialog.what} onClose={close} />;
    case 'new-app':
      return <AppWizard of={null} onClose={close} />;
    case 'hand-over':
      return <HandOver app={dialog.app} onClose={close} />;
    default:
      return dialog satisfies never;
  }
}
