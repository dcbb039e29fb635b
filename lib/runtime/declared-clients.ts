// The clients that exist because the environment says so: the console, the demo application, and the operator's machine
// client.
import type { SecretBox } from '@/lib/keys/secret-box';
import { CONSOLE_PATH } from '@/lib/management/console-path';
import { PASSWORDLESS_OTP_GRANT } from '@/lib/oidc/vocabulary';
import type { DeclaredClient } from '@/lib/store/prisma/setup';
import type { ConsoleClient } from './console';
import type { Environment } from './environment';

const DEMO_CLIENT_ID = 'latchkey-demo';

/** Ids of the clients that {@link declareClients} writes anew at every boot. */
export function declaredClientIds({
  managementClient,
  isLoopback,
}: Pick<Environment, 'managementClient' | 'isLoopback'>): ReadonlySet<string> {
  return new Set([
    ...(managementClient ? [managementClient.clientId] : []),
    ...(isLoopback ? [DEMO_CLIENT_ID] : []),
  ]);
}

/** The demo's registration as the demo itself knows it. Its secrets derive from SECRET, so nothing has to be handed over. */
export type DemoClient = Readonly<{
  clientId: string;
  clientSecret: string;
  /** Seals the demo's own session. */
  cookieSecret: string;
  origin: string;
}>;

export function describeDemo(box: SecretBox, origin: string): DemoClient {
  const derive = (purpose: string) =>
    Buffer.from(box.deriveBytes(purpose, origin) ?? '').toString('base64url');
  return {
    clientId: DEMO_CLIENT_ID,
    clientSecret: derive('demo-client-secret'),
    cookieSecret: derive('demo-cookie-secret'),
    origin,
  };
}

/** Where next-auth expects the browser back. */
export const CONSOLE_CALLBACK_PATH = '/api/auth/callback/console';

export function declareClients({
  environment: { managementClient },
  operatorConsole,
  demo,
  hashSecret,
}: {
  environment: Environment;
  operatorConsole: ConsoleClient;
  demo: DemoClient | null;
  hashSecret(secret: string): string;
}): DeclaredClient[] {
  const { clientId, clientSecret, origin } = operatorConsole;
  const clients: DeclaredClient[] = [
    {
      clientId,
      name: 'Latchkey console',
      applicationType: 'regular_web',
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHash: hashSecret(clientSecret),
      redirectUris: [`${origin}${CONSOLE_CALLBACK_PATH}`],
      postLogoutRedirectUris: [`${origin}${CONSOLE_PATH}/sign-in`],
      grantTypes: ['authorization_code'],
      initiateLoginUri: `${origin}${CONSOLE_PATH}`,
    },
  ];
  if (demo !== null) {
    clients.push({
      clientId: demo.clientId,
      name: 'Demo',
      applicationType: 'regular_web',
      tokenEndpointAuthMethod: 'client_secret_basic',
      secretHash: hashSecret(demo.clientSecret),
      redirectUris: [`${demo.origin}/api/auth/callback/demo`],
      postLogoutRedirectUris: [`${demo.origin}/demo`],
      grantTypes: ['authorization_code', 'refresh_token', PASSWORDLESS_OTP_GRANT],
      initiateLoginUri: `${demo.origin}/demo`,
    });
  }
  if (managementClient !== null) {
    clients.push({
      clientId: managementClient.clientId,
      name: 'Management',
      applicationType: 'non_interactive',
      tokenEndpointAuthMethod: 'client_secret',
      secretHash: hashSecret(managementClient.clientSecret),
      redirectUris: [],
      postLogoutRedirectUris: [],
      grantTypes: ['client_credentials'],
      initiateLoginUri: null,
    });
  }
  return clients;
}
