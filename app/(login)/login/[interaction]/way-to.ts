// The other way to be asked, as cards offer it.
import type { OtherWay } from '@/components/login/other-way';
import type { Connection } from '@/lib/login/connection';
import type { Interaction } from '@/lib/login/interaction';
import { turnToConnection } from './actions';

/** @param connection null where there is no other way */
export function wayTo(connection: Connection | null, interaction: Interaction): OtherWay | null {
  return (
    connection && {
      channel: connection.strategy,
      action: turnToConnection,
      hidden: { interaction: interaction.id, connection: connection.name },
    }
  );
}
