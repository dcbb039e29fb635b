// The other way to be asked, as cards offer it.
import type { OtherWay } from '@/components/login/other-way';
import type { Connection } from '@/lib/login/connection';
import type { Interaction } from '@/lib/login/interaction';

/** @param connection null where there is no other way */
export function wayTo(
  connection: Connection | null,
  { interaction, action }: { interaction: Interaction; action: OtherWay['action'] },
): OtherWay | null {
  return (
    connection && {
      channel: connection.strategy,
      action,
      hidden: { interaction: interaction.id, connection: connection.name },
    }
  );
}
