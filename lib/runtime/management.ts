// Composes the management API: the same parts whether the server answers or the command line does.
import { createHash, randomBytes } from 'node:crypto';
import { createGuardedDownload, findUrlRefusal } from '@/lib/delivery/guarded-fetch';
import { drawClientId, drawClientSecret, hashClientSecret, sealClientSecret } from '@/lib/keys/client-secret';
import type { SecretBox } from '@/lib/keys/secret-box';
import { sendNow } from '@/lib/login/send-now';
import type { ManagementDeps } from '@/lib/management/routes';
import { createAccountLinkStore } from '@/lib/store/prisma/account-links';
import { createAccountLog } from '@/lib/store/prisma/account-log';
import { createAccountRegister } from '@/lib/store/prisma/accounts';
import { createAuditLog } from '@/lib/store/prisma/audit-log';
import { createConsoleDoor } from '@/lib/store/prisma/console-door';
import type { Database } from '@/lib/store/prisma/database';
import { createFigureStore } from '@/lib/store/prisma/figures';
import { createGrantStore } from '@/lib/store/prisma/grants';
import { createInboxStore } from '@/lib/store/prisma/inbox';
import { createJobStore } from '@/lib/store/prisma/jobs';
import { createLimitStore } from '@/lib/store/prisma/limits';
import { createLogStreamStore } from '@/lib/store/prisma/log-streams';
import { createOperatorRegister } from '@/lib/store/prisma/operators';
import { createPasskeyStore } from '@/lib/store/prisma/passkeys';
import { createRefreshTokenRegister } from '@/lib/store/prisma/refresh-token-register';
import { createSessionRegister } from '@/lib/store/prisma/session-register';
import { createSmsLedger } from '@/lib/store/prisma/sms-spend';
import { createTimelineStore } from '@/lib/store/prisma/timelines';
import { declaredClientIds } from './declared-clients';
import {
  CONNECTION_SECRET,
  createEmailChain,
  createSmsChain,
  describeChain,
  EMAIL_PROVIDER_SECRET,
  LOG_STREAM_SECRET,
  letterheadOf,
} from './delivery';
import type { Environment } from './environment';

/** @param given.guard as for every store: tells an outage from a bug */
export function composeManagement(
  given: Pick<
    ManagementDeps,
    | 'clients'
    | 'connections'
    | 'resourceServers'
    | 'signingKeys'
    | 'clock'
    | 'operators'
    | 'log'
    | 'managementEvents'
    | 'clientAddress'
    | 'limitOverrides'
    | 'examine'
    | 'settings'
    | 'brandAssets'
    | 'changes'
    | 'sendLater'
  > & {
    environment: Pick<
      Environment,
      | 'emailFrom'
      | 'emailProviders'
      | 'inbox'
      | 'issuer'
      | 'isHttps'
      | 'isLoopback'
      | 'managementClient'
      | 'origin'
      | 'outboundPrivateNetworks'
      | 'smsProviders'
    >;
    prisma: Database['prisma'];
    box: SecretBox;
    guard<Store extends object>(store: Store): Store;
  },
): ManagementDeps {
  const { environment, prisma, box, guard, ...ports } = given;
  const limits = guard(createLimitStore(prisma));
  const { clock } = ports;
  const sealing = {
    seal: (plain: string) => box.seal('inbox', plain),
    unseal: (sealed: string) => box.unseal('inbox', sealed),
  };
  const inbox = { inbox: createInboxStore(prisma), sealing, clock };
  const emailChain = createEmailChain({ environment, box, inbox, onSealed() {} });
  const smsChain = createSmsChain({ environment, box, inbox, clock, onSealed() {} });
  const accounts = guard(createAccountRegister(prisma));
  return {
    ...ports,
    issuer: environment.issuer,
    cursors: {
      seal: (plain) => box.seal('cursor', plain),
      unseal: (sealed) => box.unseal('cursor', sealed),
    },
    rateLimits: limits,
    credentials: {
      drawId: drawClientId,
      drawSecret: drawClientSecret,
      hashSecret: (clientSecret) => hashClientSecret(box, clientSecret),
      sealSecret: (clientSecret) => sealClientSecret(box, clientSecret),
    },
    declaredClients: declaredClientIds(environment),
    drawResourceServerId: () => randomBytes(12).toString('hex'),
    drawCredentialId: () => `cred_${randomBytes(12).toString('base64url')}`,
    drawGrantId: () => `cgr_${randomBytes(12).toString('base64url')}`,
    drawConnectionId: () => `con_${randomBytes(12).toString('base64url')}`,
    sealConnectionSecret: (secret) => box.seal(CONNECTION_SECRET, secret),
    accounts,
    links: guard(createAccountLinkStore(prisma, accounts)),
    passkeys: guard(createPasskeyStore(prisma, box)),
    jobs: guard(createJobStore(prisma)),
    drawJobId: () => `job_${randomBytes(12).toString('base64url')}`,
    accountLog: guard(createAccountLog(prisma)),
    auditLog: guard(createAuditLog(prisma)),
    logStreams: guard(createLogStreamStore(prisma)),
    drawLogStreamId: () => `lst_${randomBytes(12).toString('base64url')}`,
    drawSigningSecret: () => `whsec_${randomBytes(32).toString('base64')}`,
    sealLogStreamSecret: (secret) => box.seal(LOG_STREAM_SECRET, secret),
    sessionRegister: guard(createSessionRegister(prisma)),
    refreshTokenRegister: guard(createRefreshTokenRegister(prisma)),
    grants: guard(createGrantStore(prisma, box)),
    lockouts: limits,
    hashSubject: (subject) => box.hash('subject', subject),
    drawUserId: () => randomBytes(12).toString('hex'),
    findOutboundRefusal: (url) => findUrlRefusal(url, environment.outboundPrivateNetworks),
    ledger: guard(createSmsLedger(prisma)),
    figures: guard(createFigureStore(prisma)),
    timelines: guard(createTimelineStore(prisma)),
    providersOf: async (connection) =>
      describeChain(connection, { environment, settings: await ports.settings.read() }),
    async sendNow(email) {
      return sendNow({ senders: emailChain(await ports.settings.read()), clock }, email);
    },
    sendTextNow: (connection, sms) => sendNow({ senders: smsChain(connection), clock }, sms),
    drawLetterId: () => randomBytes(12).toString('base64url'),
    operatorRegister: guard(createOperatorRegister(prisma)),
    consoleDoor: guard(createConsoleDoor(prisma, box)),
    teamRandom: {
      operatorId: () => `opr_${randomBytes(12).toString('base64url')}`,
      setupToken: () => randomBytes(32).toString('base64url'),
    },
    letterhead: async () => letterheadOf(environment, await ports.settings.read()),
    fetchFile: createFileFetch(environment.outboundPrivateNetworks),
    hashFile: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    sealProviderSecret: (secret) => box.seal(EMAIL_PROVIDER_SECRET, secret),
    environmentSendsEmail: environment.emailProviders.length > 0,
    identifierHashes: ({ channel, canonical }) => box.hashes('subject', `${channel}:${canonical}`),
  };
}

/** What came of it in the words of an operator, and none of what was answered (SRF-3). */
function createFileFetch(privateNetworks: readonly string[]): ManagementDeps['fetchFile'] {
  const download = createGuardedDownload({ privateNetworks });
  return async (url, maxBytes) => {
    const outcome = await download({ url, maxBytes });
    switch (outcome.kind) {
      case 'downloaded':
        return { bytes: new Uint8Array(outcome.bytes) };
      case 'answered':
        return { failed: `its server answered ${outcome.status}` };
      case 'refused':
        return { failed: `it is not reached from here, ${outcome.reason}` };
      case 'too_large':
        return { failed: `it holds more than ${maxBytes / 1024} KiB` };
      case 'timed_out':
      case 'unreachable':
        return { failed: 'its server does not answer' };
    }
  };
}
