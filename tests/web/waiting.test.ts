// What a page that waits is told: enough to go on, to give up or to ask again, and nothing of an account.
import { describe, expect, it } from 'vitest';
import type { FoundChallenge } from '@/lib/login/challenge';
import { type Interaction, newInteraction } from '@/lib/login/interaction';
import type { DeliveryState } from '@/lib/login/outbox';
import { waitingState } from '@/lib/web/waiting';

const NOW = Date.parse('2026-11-20T14:02:31Z');

/** What stands in the database: the challenge's state, and the fate of its message. */
type Stored = Partial<Pick<FoundChallenge, 'state' | 'interactionId' | 'isReturned'>> & {
  delivery?: DeliveryState;
};

/** A page that has waited for ten seconds. */
async function stateOf(changes: Partial<Interaction>, { delivery = 'under_way', ...stored }: Stored = {}) {
  const questions: string[] = [];
  const asked = { challengeId: 'c1', sentAt: NOW - 10_000 } as Interaction['asked'];
  const request = { loginHint: null } as Interaction['request'];
  const interaction = {
    ...newInteraction({ id: 'i1', createdAt: NOW - 60_000, request }),
    asked,
    ...changes,
  };
  const answer = await waitingState(
    {
      clock: () => new Date(NOW),
      login: {
        challenges: {
          async find(challengeId) {
            questions.push(challengeId);
            return { state: 'open', interactionId: 'i1', isReturned: false, ...stored } as FoundChallenge;
          },
        },
      },
      async deliveryState() {
        questions.push('delivery');
        return delivery;
      },
    },
    interaction,
  );
  return { answer, questions };
}

describe('a page that waits', () => {
  it('asks no database until a message can have arrived', async () => {
    const asked = { challengeId: 'c1', sentAt: NOW - 1_000 } as Interaction['asked'];
    expect(await stateOf({ asked })).toEqual({ answer: 'under_way', questions: [] });
  });

  it.each(['failed', 'returned'] as const)('hears of its message: %s', async (delivery) => {
    expect((await stateOf({}, { delivery })).answer).toBe(delivery);
  });

  it('keeps what was said last: news of the message does not take it away', async () => {
    const outcome = { kind: 'code_wrong', triesLeft: 3 } as const;
    expect((await stateOf({ outcome }, { delivery: 'failed' })).answer).toBe('under_way');
  });

  it('goes on only where the link was opened in this browser (MAG-4)', async () => {
    expect((await stateOf({ provenByLink: true }, { state: 'proven' })).answer).toBe('proven');
    const elsewhere = { state: 'proven', isReturned: true } as const;
    expect((await stateOf({}, elsewhere)).answer).toBe('finished');
    expect((await stateOf({}, { state: 'proven', interactionId: 'i2' })).answer).toBe('finished');
  });

  it('goes on also where its own answer has overwritten the cookie that said so', async () => {
    expect((await stateOf({ provenByLink: false }, { state: 'proven' })).answer).toBe('proven');
  });

  it('is over once, whatever the database says', async () => {
    expect(await stateOf({ finished: 'signed_in', provenByLink: true })).toEqual({
      answer: 'finished',
      questions: [],
    });
    expect((await stateOf({ finished: 'cancelled' })).answer).toBe('cancelled');
  });

  it('hears that the sign-in was stopped', async () => {
    expect((await stateOf({}, { state: 'cancelled' })).answer).toBe('cancelled');
  });

  it('hears nothing of a challenge that nobody may answer (ENU-1)', async () => {
    expect((await stateOf({}, { state: 'ended' })).answer).toBe('under_way');
  });
});
