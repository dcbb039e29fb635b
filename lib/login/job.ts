// Jobs: work on many accounts, asked for by one request and done by whichever process has time. What a job is to do, how far it
// is, and what its store promises: the rows of a file are acted upon once each, however many processes die over them.
import type { NewAccount } from './account-register';
import type { Channel } from './identifier';

export type JobStatus = 'pending' | 'processing' | 'completed' | 'failed';

/** A field of an exported user, and the name it has there. */
export type ExportedField = Readonly<{ name: string; exportAs: string }>;

export type Job = Readonly<{
  /** `job_` and 16 characters. */
  id: string;
  status: JobStatus;
  connectionId: string | null;
  externalId: string | null;
  /** Why it failed as a whole. */
  reason: string | null;
  createdAt: Date;
}> &
  JobKind;

export type JobKind = Readonly<
  | {
      type: 'users_import';
      /** Whether users who are there already are changed, or refused. */
      upsert: boolean;
      /** Rows: all there are, and what became of those that were looked at. */
      total: number;
      inserted: number;
      updated: number;
      failed: number;
    }
  | {
      type: 'users_export';
      format: 'json' | 'csv';
      /** Null: what an import takes. */
      fields: readonly ExportedField[] | null;
      limit: number | null;
    }
>;

/** A row as it was sent: which of the file it is, the line it begins on, the first is 1, and the text of one JSON object. */
export type SentRow = readonly [row: number, line: number, text: string];

/** A row that can be acted upon. What is null was not said. */
export type ImportedRow = Readonly<{
  identity: Omit<NewAccount['identity'], 'provider' | 'isVerified'>;
  row: number;
  line: number;
  isVerified: boolean | null;
  name: string | null;
  nickname: string | null;
  givenName: string | null;
  familyName: string | null;
  picture: string | null;
  userMetadata: NewAccount['userMetadata'] | null;
  appMetadata: NewAccount['appMetadata'] | null;
  isBlocked: boolean | null;
  createdAt: Date | null;
  lastLoginAt: Date | null;
  loginsCount: number | null;
}>;

/** Why a row was not taken. Holds nothing of it. */
export type RowProblem = Readonly<{
  row: number;
  line: number;
  code: string;
  message: string;
  path: string | null;
}>;

/** The right to work on a job: until then no other process does. */
export type JobLease = Readonly<{ jobId: string; leasedUntil: Date }>;

export type JobStore = Readonly<{
  /** Rows of a file that is on its way; nobody works on them, and nobody is told of them, before `submit`. */
  addRows(
    upload: Readonly<{ jobId: string; number: number; rows: readonly SentRow[]; now: Date }>,
  ): Promise<void>;
  /** Makes a job of what was uploaded under that id; of nothing where there was none. */
  submit(job: Job, now: Date): Promise<void>;
  /** Forgets an upload that came to nothing. */
  abandon(jobId: string): Promise<void>;
  /** Imports that are not done. */
  countWaiting(): Promise<number>;
  /** Null also while its rows are on their way. */
  find(id: string): Promise<Job | null>;
  /** In the order of the file. */
  problemsOf(id: string, limit: number): Promise<readonly RowProblem[]>;
  /**
   * Takes the oldest import that waits, or whose lease ran out, in one statement: of any number of processes that ask at once no
   * two are given the same.
   */
  claim(
    claim: Readonly<{ now: Date; leasedUntil: Date }>,
  ): Promise<Extract<Job, { type: 'users_import' }> | null>;
  /** The next rows that nobody has acted upon; null: there are none. Writes nothing. */
  nextRows(jobId: string): Promise<Readonly<{ number: number; rows: readonly SentRow[] }> | null>;
  /**
   * Acts upon one chunk of rows and forgets it, in one statement, with the accounts it adds or changes, its problems, the counts
   * of the job, and the next lease; nothing of it where the lease is another's by now, or the chunk was acted upon.
   *
   * @param batch.rows no two of one identifier or id
   * @returns whether it was
   */
  importRows(
    batch: Readonly<{
      lease: JobLease;
      number: number;
      provider: Channel;
      upsert: boolean;
      rows: readonly ImportedRow[];
      problems: readonly RowProblem[];
      nextLease: Date;
      now: Date;
    }>,
  ): Promise<boolean>;
  /** Gives a job back to be taken again, or ends it, while the lease is the last one. */
  settle(
    lease: JobLease,
    outcome: Readonly<
      { status: 'processing' } | { status: 'completed' } | { status: 'failed'; reason: string }
    >,
    now: Date,
  ): Promise<void>;
}>;
