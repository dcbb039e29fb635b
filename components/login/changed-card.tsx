// The new address or number is the person's from now on.
import { Frame, type PageSetting } from '../frame';

export function ChangedCard({ page }: Readonly<{ page: PageSetting }>) {
  const { t } = page;
  return <Frame page={page} heading={t('change.doneHeading')} lead={t('change.doneLead')} focusHeading />;
}
