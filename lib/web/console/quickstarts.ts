// What a developer types to sign people in with an application: for each library the packages, the settings and the few lines,
// with the values of this installation and this application in their places. Code is no text for people: it is in no catalogue.
import type { ClientDocument } from '@/lib/management/client-settings';

/** What a quickstart is for, in the order they are offered. */
export const LIBRARIES = ['nextjs', 'express', 'react', 'vue', 'ios', 'android', 'curl'] as const;

export type Library = (typeof LIBRARIES)[number];

/** A file or a command to type. */
export type Step = Readonly<{ kind: 'install' | 'file' | 'command'; name: string; code: string }>;

/** Where people return to after signing in, after signing out, and whose scripts ask for tokens. */
export const QUICKSTART_LISTS = ['callbacks', 'allowed_logout_urls', 'web_origins'] as const;

export type QuickstartList = (typeof QUICKSTART_LISTS)[number];

export type Quickstart = Readonly<{
  steps: readonly Step[];
  /** What the application has to be allowed before these lines work: by the field of the API that lists it. */
  addresses: Readonly<Partial<Record<QuickstartList, string>>>;
  /**
   * What to know of this installation's address: `stand_in`, another library is shown because the usual one does not take it;
   * `https_needed`, the library takes no plain http. Null where there is nothing to know.
   */
  heed: 'stand_in' | 'https_needed' | null;
}>;

type Values = Readonly<{
  /** Without its slash. */
  issuer: string;
  /** Host and port. */
  domain: string;
  /** The same for a library that puts https before a host alone. */
  browserDomain: string;
  clientId: string;
  /** Where the developer's own application runs. */
  base: string;
}>;

const BY_TYPE: Readonly<Record<ClientDocument['app_type'], readonly Library[]>> = {
  regular_web: ['nextjs', 'express', 'curl'],
  spa: ['react', 'vue', 'curl'],
  native: ['ios', 'android', 'curl'],
  non_interactive: ['curl'],
};

/** The libraries that fit that kind of application. */
export function librariesFor({ app_type: type }: Pick<ClientDocument, 'app_type'>): readonly Library[] {
  return BY_TYPE[type];
}

/**
 * The quickstart of a library, filled in.
 * @param place.issuer with its slash
 * @param place.audience of the API that a machine asks for, where it may ask for one
 */
export function writeQuickstart(
  library: Library,
  client: Pick<ClientDocument, 'app_type' | 'client_id' | 'callbacks'>,
  place: { issuer: string; audience: string | null },
): Quickstart {
  const issuer = place.issuer.replace(/\/$/, '');
  const isHttps = issuer.startsWith('https:');
  const domain = new URL(issuer).host;
  const values = { issuer, domain, browserDomain: isHttps ? domain : issuer, clientId: client.client_id };
  if (library === 'curl') return writeCurl({ ...values, base: '' }, client, place.audience);
  const isStandIn = library === 'nextjs' && !isPlainHost(issuer);
  const { path, also = [], write } = isStandIn ? NEXT_AUTH : WRITERS[library];
  const callback = callbackOf(client.callbacks, path, domain);
  const base = callback.startsWith('http') ? new URL(callback).origin : '';
  const isNative = library === 'ios' || library === 'android';
  const heed = isStandIn ? 'stand_in' : isNative && !isHttps ? 'https_needed' : null;
  const others = Object.fromEntries(also.map((list) => [list, base]));
  return { addresses: { callbacks: callback, ...others }, steps: write({ ...values, base }), heed };
}

/** What `@auth0/nextjs-auth0` takes for a domain: neither localhost, nor a port, nor an IP address. */
function isPlainHost(issuer: string): boolean {
  const { protocol, port, hostname } = new URL(issuer);
  return protocol === 'https:' && port === '' && !/^(?:.+\.)?localhost$|^[\d.]+$|^\[/.test(hostname);
}

/** Where a developer's machine serves what is being written: not where this login is served. @param domain with its port */
function developmentOrigin(domain: string): string {
  return `http://localhost:${domain === 'localhost:3000' ? 4000 : 3000}`;
}

/** What is developed runs where its addresses are allowed, whatever its own port is. */
function runAt(base: string): readonly Step[] {
  const { hostname, port } = new URL(base);
  if (hostname !== 'localhost' || port === '') return [];
  return [{ kind: 'command', name: 'npm run dev', code: `npm run dev -- --port ${port}` }];
}

/** Of those that are allowed one that the library uses, or what is to be allowed for it. */
function callbackOf(callbacks: readonly string[], path: string, domain: string): string {
  if (!path.startsWith('/')) {
    const end = path
      .slice(path.indexOf('://'))
      .replace('{domain}', domain)
      .replace(/\{\w+\}.*/, '');
    return (
      callbacks.find((uri) => uri.includes(end)) ??
      path.replaceAll('{domain}', domain).replaceAll('{app}', 'com.example.app')
    );
  }
  const fits = callbacks.find(
    (uri) => /^https?:/.test(uri) && URL.canParse(uri) && new URL(uri).pathname === path,
  );
  const [first] = callbacks.filter((uri) => /^https?:[^*]*$/.test(uri));
  const origin = first === undefined ? developmentOrigin(domain) : new URL(first).origin;
  return fits ?? origin + (path === '/' ? '' : path);
}

const SECRET = 'YOUR_CLIENT_SECRET';

type Writer = Readonly<{
  /** Where people return to: below the application's address, or with a scheme of its own. */
  path: string;
  /** Lists that hold the application's address as well, for what the lines do besides. */
  also?: readonly Exclude<QuickstartList, 'callbacks'>[];
  write(values: Values): readonly Step[];
}>;

/** For Next.js where the login has no name of its own yet, as on the machine of whoever tries it. */
const NEXT_AUTH: Writer = {
  path: '/api/auth/callback/auth0',
  write: ({ issuer, clientId, base }) => [
    { kind: 'install', name: 'npm', code: 'npm install next-auth@4' },
    {
      kind: 'file',
      name: '.env.local',
      code: `AUTH0_ISSUER=${issuer}
AUTH0_CLIENT_ID=${clientId}
AUTH0_CLIENT_SECRET=${SECRET}
# openssl rand -hex 32
NEXTAUTH_SECRET=64_HEX_DIGITS
NEXTAUTH_URL=${base}`,
    },
    {
      kind: 'file',
      name: 'app/api/auth/[...nextauth]/route.ts',
      code: `import NextAuth from 'next-auth';
import Auth0Provider from 'next-auth/providers/auth0';

const handler = NextAuth({
  providers: [
    Auth0Provider({
      issuer: process.env.AUTH0_ISSUER,
      clientId: process.env.AUTH0_CLIENT_ID!,
      clientSecret: process.env.AUTH0_CLIENT_SECRET!,
    }),
  ],
});

export { handler as GET, handler as POST };`,
    },
    {
      kind: 'file',
      name: 'app/page.tsx',
      code: `import { getServerSession } from 'next-auth';

export default async function Home() {
  const session = await getServerSession();
  return session ? (
    <p>
      {session.user?.email} <a href="/api/auth/signout">Sign out</a>
    </p>
  ) : (
    <a href="/api/auth/signin">Sign in</a>
  );
}`,
    },
    ...runAt(base),
  ],
};

const WRITERS: Readonly<Record<Exclude<Library, 'curl'>, Writer>> = {
  nextjs: {
    path: '/auth/callback',
    also: ['allowed_logout_urls'],
    write: ({ domain, clientId, base }) => [
      { kind: 'install', name: 'npm', code: 'npm install @auth0/nextjs-auth0' },
      {
        kind: 'file',
        name: '.env.local',
        code: `AUTH0_DOMAIN=${domain}
AUTH0_CLIENT_ID=${clientId}
AUTH0_CLIENT_SECRET=${SECRET}
# openssl rand -hex 32
AUTH0_SECRET=64_HEX_DIGITS
APP_BASE_URL=${base}`,
      },
      {
        kind: 'file',
        name: 'lib/auth0.ts',
        code: `import { Auth0Client } from '@auth0/nextjs-auth0/server';

export const auth0 = new Auth0Client();`,
      },
      {
        kind: 'file',
        name: 'proxy.ts',
        code: `import { auth0 } from './lib/auth0';

export const proxy = (request: Request) => auth0.middleware(request);

export const config = {
  matcher: ['/((?!_next/static|_next/image|favicon.ico).*)'],
};`,
      },
      {
        kind: 'file',
        name: 'app/page.tsx',
        code: `import { auth0 } from '@/lib/auth0';

export default async function Home() {
  const session = await auth0.getSession();
  return session ? (
    <p>
      {session.user.email} <a href="/auth/logout">Sign out</a>
    </p>
  ) : (
    <a href="/auth/login">Sign in</a>
  );
}`,
      },
      ...runAt(base),
    ],
  },
  express: {
    path: '/callback',
    also: ['allowed_logout_urls'],
    write: ({ issuer, clientId, base }) => [
      { kind: 'install', name: 'npm', code: 'npm install express express-openid-connect' },
      {
        kind: 'file',
        name: 'server.js',
        code: `const express = require('express');
const { auth, requiresAuth } = require('express-openid-connect');

const app = express();
app.use(
  auth({
    issuerBaseURL: '${issuer}',
    baseURL: '${base}',
    clientID: '${clientId}',
    clientSecret: process.env.CLIENT_SECRET,
    secret: process.env.COOKIE_SECRET, // openssl rand -hex 32
    authorizationParams: { response_type: 'code' },
    authRequired: false,
    idpLogout: true,
  }),
);

app.get('/', (request, response) => {
  response.send(request.oidc.isAuthenticated() ? 'Signed in' : 'Signed out');
});
app.get('/profile', requiresAuth(), (request, response) => {
  response.json(request.oidc.user);
});
app.listen(${new URL(base).port || 3000});`,
      },
      {
        kind: 'command',
        name: 'node',
        code: `CLIENT_SECRET=${SECRET} COOKIE_SECRET=$(openssl rand -hex 32) node server.js`,
      },
    ],
  },
  react: {
    path: '/',
    also: ['allowed_logout_urls', 'web_origins'],
    write: ({ browserDomain, clientId, base }) => [
      { kind: 'install', name: 'npm', code: 'npm install @auth0/auth0-react' },
      {
        kind: 'file',
        name: 'src/main.jsx',
        code: `import { Auth0Provider } from '@auth0/auth0-react';
import { createRoot } from 'react-dom/client';
import App from './App';

createRoot(document.getElementById('root')).render(
  <Auth0Provider
    domain="${browserDomain}"
    clientId="${clientId}"
    authorizationParams={{ redirect_uri: window.location.origin }}
  >
    <App />
  </Auth0Provider>,
);`,
      },
      {
        kind: 'file',
        name: 'src/App.jsx',
        code: `import { useAuth0 } from '@auth0/auth0-react';

export default function App() {
  const { isAuthenticated, loginWithRedirect, logout, user } = useAuth0();
  return isAuthenticated ? (
    <p>
      {user.email}{' '}
      <button onClick={() => logout({ logoutParams: { returnTo: window.location.origin } })}>
        Sign out
      </button>
    </p>
  ) : (
    <button onClick={() => loginWithRedirect()}>Sign in</button>
  );
}`,
      },
      ...runAt(base),
    ],
  },
  vue: {
    path: '/',
    also: ['allowed_logout_urls', 'web_origins'],
    write: ({ browserDomain, clientId, base }) => [
      { kind: 'install', name: 'npm', code: 'npm install @auth0/auth0-vue' },
      {
        kind: 'file',
        name: 'src/main.js',
        code: `import { createAuth0 } from '@auth0/auth0-vue';
import { createApp } from 'vue';
import App from './App.vue';

createApp(App)
  .use(
    createAuth0({
      domain: '${browserDomain}',
      clientId: '${clientId}',
      authorizationParams: { redirect_uri: window.location.origin },
    }),
  )
  .mount('#app');`,
      },
      {
        kind: 'file',
        name: 'src/App.vue',
        code: `<script setup>
import { useAuth0 } from '@auth0/auth0-vue';

const { isAuthenticated, loginWithRedirect, logout, user } = useAuth0();
const signOut = () => logout({ logoutParams: { returnTo: window.location.origin } });
</script>

<template>
  <p v-if="isAuthenticated">{{ user.email }} <button @click="signOut">Sign out</button></p>
  <button v-else @click="loginWithRedirect()">Sign in</button>
</template>`,
      },
      ...runAt(base),
    ],
  },
  ios: {
    path: '{app}://{domain}/ios/{app}/callback',
    write: ({ domain, clientId }) => [
      { kind: 'install', name: 'Swift Package Manager', code: 'https://github.com/auth0/Auth0.swift' },
      {
        kind: 'file',
        name: 'Auth0.plist',
        code: `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>ClientId</key>
  <string>${clientId}</string>
  <key>Domain</key>
  <string>${domain}</string>
</dict>
</plist>`,
      },
      {
        kind: 'file',
        name: 'ContentView.swift',
        code: `import Auth0

let credentials = try await Auth0
    .webAuth()
    .scope("openid profile email offline_access")
    .start()

let manager = CredentialsManager(authentication: Auth0.authentication())
_ = manager.store(credentials: credentials)`,
      },
    ],
  },
  android: {
    path: 'demo://{domain}/android/{app}/callback',
    write: ({ domain, clientId }) => [
      {
        kind: 'file',
        name: 'app/build.gradle.kts',
        code: `android {
    defaultConfig {
        manifestPlaceholders += mapOf("auth0Domain" to "${domain}", "auth0Scheme" to "demo")
    }
}

dependencies {
    implementation("com.auth0.android:auth0:3.+")
}`,
      },
      {
        kind: 'file',
        name: 'MainActivity.kt',
        code: `val account = Auth0.getInstance("${clientId}", "${domain}")

WebAuthProvider.login(account)
    .withScheme("demo")
    .withScope("openid profile email offline_access")
    .start(this, object : Callback<Credentials, AuthenticationException> {
        override fun onSuccess(result: Credentials) {
            // result.user, result.accessToken, result.refreshToken
        }
        override fun onFailure(error: AuthenticationException) {
            // error.getDescription()
        }
    })`,
      },
    ],
  },
};

/** By hand: what every library does. */
function writeCurl(
  { issuer, domain, clientId }: Values,
  client: Pick<ClientDocument, 'app_type' | 'callbacks'>,
  audience: string | null,
): Quickstart {
  if (client.app_type === 'non_interactive') {
    const code = `curl --request POST ${issuer}/oauth/token \\
  --data grant_type=client_credentials \\
  --data client_id=${clientId} \\
  --data client_secret=${SECRET} \\
  --data-urlencode audience=${audience ?? 'https://api.example.com'}`;
    return { addresses: {}, steps: [{ kind: 'command', name: 'curl', code }], heed: null };
  }
  const callback =
    client.callbacks.find((uri) => !uri.includes('*')) ?? `${developmentOrigin(domain)}/callback`;
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'openid profile email',
    code_challenge_method: 'S256',
  });
  const isConfidential = client.app_type === 'regular_web';
  return {
    addresses: { callbacks: callback },
    heed: null,
    steps: [
      {
        kind: 'command',
        name: 'PKCE',
        code: `VERIFIER=$(openssl rand -hex 32)
CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d =)
echo "${issuer}/authorize?${query}&state=xyz&code_challenge=$CHALLENGE"`,
      },
      {
        kind: 'command',
        name: 'curl',
        code: `curl --request POST ${issuer}/oauth/token \\
  --data grant_type=authorization_code \\
  --data client_id=${clientId} \\${isConfidential ? `\n  --data client_secret=${SECRET} \\` : ''}
  --data-urlencode redirect_uri=${callback} \\
  --data code_verifier=$VERIFIER \\
  --data code=CODE_FROM_THE_CALLBACK`,
      },
    ],
  };
}
