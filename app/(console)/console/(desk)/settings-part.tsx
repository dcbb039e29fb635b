// A part of something's settings that is saved by itself. Who may not change it reads it in the same place.
import type { ReactNode } from 'react';
import { Card } from '@/components/console/card';
import { HiddenFields } from '@/components/console/confirm-dialog';
import { Form, SubmitButton } from '@/components/console/form';
import { t } from '@/lib/web/console/words';

export function SettingsPart({
  name,
  title,
  lead,
  action,
  undoAction,
  hidden = {},
  mayEdit,
  beside,
  children,
}: {
  /** Of one form on its page. */
  name: string;
  title: string;
  lead: string;
  action: Parameters<typeof Form>[0]['action'];
  undoAction?: Parameters<typeof Form>[0]['undoAction'];
  /** What the settings belong to. */
  hidden?: Readonly<Record<string, string>>;
  mayEdit: boolean;
  /** At the right of the title: what is done to the whole of it. */
  beside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Card title={title} lead={lead} action={beside}>
      <Form name={name} action={action} undoAction={undoAction}>
        <HiddenFields fields={hidden} />
        <fieldset disabled={!mayEdit} className="contents">
          {children}
        </fieldset>
        {mayEdit && (
          <div className="flex justify-end">
            <SubmitButton look="quiet">{t('list.save')}</SubmitButton>
          </div>
        )}
      </Form>
    </Card>
  );
}
