// What an operator sets of the whole installation while it runs. Whatever is absent has its default, which is written here and
// nowhere else. In which names it comes and goes: lib/management.
import { LANGUAGES, type Language } from './languages';
import type { LimitOverrides } from './limits';
import { SESSION_IDLE_SECONDS, SESSION_LIFETIME_SECONDS, type SessionLifetimes } from './session';
import type { Theme } from './theme';

export type TenantSettings = Readonly<
  Partial<{
    /** What the installation is called where no application is meant. */
    friendlyName: string;
    /** For the operator's own tools: pages show the logo of the branding. */
    pictureUrl: string;
    /** Whom people ask for help. The page comes before the address. */
    supportUrl: string;
    supportEmail: string;
    /** Where a sign-in page leads that belongs to no application. */
    defaultRedirectionUri: string;
    /** Identifier of the API that tokens are for where a request names none. */
    defaultAudience: string;
    /** Where anybody may be sent after a sign-out that names no client. */
    allowedLogoutUrls: readonly string[];
    /** The languages that pages speak, the default first. */
    languages: readonly Language[];
    sessionMinutes: number;
    idleSessionMinutes: number;
    /** Whether people are offered a passkey once they have signed in. */
    offersPasskeys: boolean;
  }>
>;

/** Something of the operator's that pages show, served from here: its own host is not told of visits. */
export type BrandAsset = Readonly<{
  /** Where it came from. */
  url: string;
  /** SHA-256 of its bytes in hex, under which they are served. */
  id: string;
}>;

export type Branding = Readonly<
  Partial<{
    /** `#rrggbb`: the button. */
    primaryColor: string;
    /** `#rrggbb`: what the card lies on. */
    pageBackground: string;
    logo: BrandAsset;
    favicon: BrandAsset;
    font: BrandAsset;
  }>
>;

/** The operator's page around the card of every login page. */
export type PageTemplate = Readonly<{
  /** Liquid, as lib/login/page-template.ts checks it. */
  source: string;
  /** Pictures and fonts that it names by their address. */
  files: readonly BrandAsset[];
}>;

/** By language, then by Auth0's names of prompt, screen and text. */
export type CustomTexts = Readonly<Partial<Record<Language, Readonly<Record<string, ScreenTexts>>>>>;
export type ScreenTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Who sends e-mail where the environment names nobody. */
export type EmailProviderSettings = Readonly<{
  /** False: kept, and not used. */
  enabled: boolean;
  /** Sender address, unless the environment has one. */
  from: string | null;
}> &
  (
    | Readonly<{ name: 'resend'; sealedApiKey: string }>
    | Readonly<{
        name: 'smtp';
        host: string;
        port: number;
        user: string | null;
        sealedPassword: string | null;
      }>
  );

export type Settings = Readonly<{
  limits: LimitOverrides;
  tenant: TenantSettings;
  branding: Branding;
  theme: Theme | null;
  pageTemplate: PageTemplate | null;
  customTexts: CustomTexts;
  emailProvider: EmailProviderSettings | null;
}>;

export type SettingsPart = keyof Settings;

/** What is read once every few seconds, and known in between. */
export type SettingsNow = () => Settings;

/** Before anybody set anything. */
export const NO_SETTINGS: Settings = {
  limits: {},
  tenant: {},
  branding: {},
  theme: null,
  pageTemplate: null,
  customTexts: {},
  emailProvider: null,
};

/** The port through which they are changed. */
export type SettingsRegister = Readonly<{
  /** As they are in the database now. */
  read(): Promise<Settings>;
  /** Puts one part in the place of what was read, in one statement. False, and nothing written, when somebody was quicker. */
  change<Part extends SettingsPart>(
    part: Part,
    change: Readonly<{ read: Settings[Part]; written: Settings[Part] }>,
    now: Date,
  ): Promise<boolean>;
}>;

/** Where pictures and fonts of pages are kept. */
export type BrandAssets = Readonly<{
  find(id: string): Promise<Readonly<{ mediaType: string; bytes: Uint8Array<ArrayBuffer> }> | null>;
  /** Kept once, however often it is added. */
  add(asset: Readonly<{ id: string; mediaType: string; bytes: Uint8Array }>, now: Date): Promise<void>;
  /** Takes away what no page shows any more. */
  keepOnly(ids: readonly string[]): Promise<void>;
}>;

/** Languages that pages speak, the default first. */
export function languagesOf({ tenant }: Pick<Settings, 'tenant'>): readonly Language[] {
  return tenant.languages ?? LANGUAGES;
}

/** What of brand assets is shown, and has to stay. */
export function brandAssetIds({
  branding,
  theme,
  pageTemplate,
}: Pick<Settings, 'branding' | 'theme' | 'pageTemplate'>): readonly string[] {
  const { logo, favicon, font } = branding;
  const shown = [logo, favicon, font, theme?.logo, theme?.font, ...(pageTemplate?.files ?? [])];
  return shown.flatMap((asset) => asset?.id ?? []);
}

/** How long sessions live from now on. */
export function sessionLifetimes({ tenant }: Pick<Settings, 'tenant'>): SessionLifetimes {
  const { sessionMinutes, idleSessionMinutes } = tenant;
  return {
    lifetimeSeconds: sessionMinutes === undefined ? SESSION_LIFETIME_SECONDS : sessionMinutes * 60,
    idleSeconds: idleSessionMinutes === undefined ? SESSION_IDLE_SECONDS : idleSessionMinutes * 60,
  };
}

/** Where people are sent who want help; null where the operator says nothing of it. */
export function helpHref({ tenant }: Pick<Settings, 'tenant'>): string | null {
  if (tenant.supportUrl !== undefined) return tenant.supportUrl;
  return tenant.supportEmail === undefined ? null : `mailto:${tenant.supportEmail}`;
}
