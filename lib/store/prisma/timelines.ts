// What is known of messages, for support: rare questions, so Prisma's own calls. The promises are those of
// lib/login/timeline.ts.
import type { MessageRecord, TimelineStore } from '@/lib/login/timeline';
import type { Prisma, PrismaClient } from '@/prisma/generated/client';

export function createTimelineStore(prisma: PrismaClient): TimelineStore {
  return {
    async find({ identifierHashes, after, limit }) {
      const messages = await prisma.message.findMany({
        ...(identifierHashes !== null && { where: { identifierHash: { in: [...identifierHashes] } } }),
        ...(after !== null && { cursor: { id: after }, skip: 1 }),
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit,
        include: { attempts: { orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] } },
      });
      const accepted = messages.flatMap(({ attempts }) =>
        attempts.flatMap(({ provider, providerMessageId }) =>
          providerMessageId === null ? [] : [{ provider, providerMessageId }],
        ),
      );
      const events = await prisma.deliveryEvent.findMany({
        where: { OR: accepted },
        orderBy: [{ occurredAt: 'asc' }, { receivedAt: 'asc' }],
      });
      return messages.map((message) => recordFrom(message, events));
    },
  };
}

/** The kinds that have another word in their column. */
const KINDS: Readonly<Record<string, string>> = { failed: 'unreachable', rejected: 'refused' };

type Row = Prisma.MessageGetPayload<{ include: { attempts: true } }>;
type EventRow = Prisma.DeliveryEventGetPayload<object>;

function recordFrom({ id, attempts, ...message }: Row, events: readonly EventRow[]): MessageRecord {
  const isOf = (event: EventRow) =>
    attempts.some(
      ({ provider, providerMessageId }) =>
        provider === event.provider && providerMessageId === event.providerMessageId,
    );
  return {
    messageId: id,
    kind: message.kind,
    channel: message.channel,
    clientId: message.clientId,
    connection: message.connection,
    maskedIdentifier: message.maskedIdentifier,
    language: message.language,
    status: message.status,
    createdAt: message.createdAt,
    dueAt: message.dueAt,
    expiresAt: message.expiresAt,
    attempts: attempts.map(({ provider, outcome, reason, startedAt, durationMs }) => ({
      provider,
      outcome: KINDS[outcome] ?? outcome,
      reason,
      startedAt,
      durationMs,
    })),
    events: events
      .filter(isOf)
      .map(({ provider, kind, reason, occurredAt }) => ({ provider, kind, reason, occurredAt })),
  } as MessageRecord;
}
