// Where a mailbox can be read, for addresses whose domain says it. Anything less obvious is left to the person.

/** `href` is the provider's own page; it learns nothing from the visit but that it happened. */
export type MailProvider = Readonly<{ name: string; href: string }>;

/** Null for every domain that is not known to be one provider's. @param address as typed */
export function mailProviderOf(address: string): MailProvider | null {
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase();
  if (!address.includes('@')) return null;
  return PROVIDERS.find(({ domains }) => domains.test(domain)) ?? null;
}

const PROVIDERS = [
  { name: 'Gmail', href: 'https://mail.google.com/', domains: /^(gmail|googlemail)\.com$/ },
  {
    name: 'Outlook',
    href: 'https://outlook.live.com/mail/',
    domains: /^((hotmail|live|outlook)\.(com|co\.uk|de|fr|it|es|nl|jp|com\.br|com\.tr)|msn\.com)$/,
  },
  {
    name: 'Yahoo Mail',
    href: 'https://mail.yahoo.com/',
    domains: /^((yahoo\.(com|co\.uk|de|fr|it|es|com\.br))|ymail\.com)$/,
  },
  { name: 'iCloud Mail', href: 'https://www.icloud.com/mail/', domains: /^(icloud|me|mac)\.com$/ },
  { name: 'Proton Mail', href: 'https://mail.proton.me/', domains: /^(proton\.me|protonmail\.com|pm\.me)$/ },
  { name: 'AOL Mail', href: 'https://mail.aol.com/', domains: /^aol\.com$/ },
  { name: 'GMX', href: 'https://www.gmx.net/', domains: /^gmx\.(de|net|at|ch)$/ },
  { name: 'WEB.DE', href: 'https://web.de/', domains: /^web\.de$/ },
] as const;
