// The way out of a list as a file.
import { Download } from 'lucide-react';
import { ExportDialog } from '@/components/console/export-dialog';
import { t } from '@/lib/web/console/words';

/** @param of.formats the first is offered first; @param of.hidden what the file is narrowed to */
export function ListExport({
  of,
  path,
  formats,
  hidden = {},
}: {
  of: 'logs' | 'users';
  path: string;
  formats: readonly ('csv' | 'json')[];
  hidden?: Readonly<Record<string, string>>;
}) {
  return (
    <ExportDialog
      path={path}
      hidden={hidden}
      formats={formats.map((value) => ({ value, label: t(`${of}.export.formats.${value}`) }))}
      words={{
        button: (
          <>
            <Download aria-hidden />
            {t(`${of}.export.button`)}
          </>
        ),
        title: t(`${of}.export.title`),
        lead: t(`${of}.export.lead`),
        format: t(`${of}.export.format`),
        submit: t(`${of}.export.submit`),
      }}
    />
  );
}
