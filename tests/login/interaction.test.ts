import { expect, it } from 'vitest';
import { completeInteraction, type Interaction, newInteraction } from '@/lib/login/interaction';
import { REQUEST } from '@/tests/store/conformance/sign-in-desk';

const begun = newInteraction({ id: 'i1', createdAt: 1, request: { ...REQUEST, loginHint: 'ann@x.test' } });

it('a login begins with what the request hinted at, and nothing else', () => {
  expect(begun).toMatchObject({
    id: 'i1',
    typedForm: 'ann@x.test',
    asked: null,
    provenByLink: false,
    finished: null,
  });
  expect(completeInteraction(begun)).toEqual(begun);
});

it('a login in progress survives an upgrade: what an older version did not seal is as it was then', () => {
  const asked = {
    challengeId: 'c1',
    identifier: 'ann@x.test',
    typedForm: 'Ann@x.test',
    channel: 'email',
    connection: 'email',
    maskedRecipient: 'a***@x.test',
    reference: 'K7',
    codeLength: 6,
    pepperId: 'p1',
    generation: 1,
    sends: 2,
    sentAt: 2,
    resendAllowedAt: 3,
  };
  const { id, createdAt, request } = begun;
  const sealed = {
    id,
    createdAt,
    request,
    outcome: { kind: 'code_wrong', triesLeft: 4 },
    asked,
    typedForm: 'Ann@x.test',
    finished: null,
    issued: null,
  };
  expect(completeInteraction(sealed as unknown as Interaction)).toEqual({
    ...sealed,
    asked: { ...asked, sendMode: 'code', codeLifetimeSeconds: 600 },
    chosenConnection: null,
    chosenCountry: null,
    chosenLanguage: null,
    provenByLink: false,
    sessionId: null,
    refusal: null,
  });
});
