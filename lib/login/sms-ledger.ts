// What text messages cost, as far as we know: one row for each that a provider took, and what comes of adding them up.

/** The messages of one day (UTC) to one country through one provider. */
export type SmsSpend = Readonly<{
  /** `YYYY-MM-DD`. */
  day: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  provider: string;
  connection: string;
  messages: number;
  /** Parts they were sent in; each is paid for. */
  segments: number;
  /** ISO 4217; null where no price was known. */
  currency: string | null;
  /** Millionths of the currency; null where no price was known. */
  estimatedPriceMicros: number | null;
}>;

export type SmsLedger = Readonly<{
  /** Sums by day, country, provider, connection and currency; the newest day first, then the dearest. */
  spendSince(from: Date): Promise<readonly SmsSpend[]>;
  /** Countries to which nothing is sent for now, because too little was answered. */
  closedCountries(now: Date): Promise<readonly Readonly<{ country: string; until: Date }>[]>;
}>;
