// Lists a part at a time, in Auth0's three ways: a plain array, an object with totals, and an object that says where the list
// goes on. Places in a list are handed out sealed, so that nobody makes up one (MGT-3). auth0-contract §5.2.
import { z } from 'zod';
import { queryFlag, queryNumber, queryText, wholeNumberText } from './fields';
import { badQuery } from './route';

const PER_PAGE_MAX = 100;
/** Beyond lies nothing anybody has; it keeps the offset a number the database can count with. */
const PAGE_MAX = 1_000_000;

/** `page`, `per_page` and `include_totals`. @param perPage how many where the query does not say */
export const pageParameters = (perPage: number) => ({
  page: queryNumber(0, PAGE_MAX, 0),
  per_page: queryNumber(1, PER_PAGE_MAX, perPage),
  include_totals: queryFlag(false),
});

/** `from` and `take`: where one of them is there, it takes the place of pages. */
export const checkpointParameters = {
  from: queryText().optional(),
  take: wholeNumberText(1, PER_PAGE_MAX).optional(),
};

/** How many a checkpoint list holds where `from` alone is there. Auth0's. */
export const TAKE_DEFAULT = 50;

/** `fields` and `include_fields`: which part of each document is wanted. */
export const selectionParameters = {
  fields: queryText()
    .regex(/^[A-Za-z_]+(?:,[A-Za-z_]+)*$/, 'must be names with commas between them')
    .transform((names) => names.split(','))
    .meta({ wire: { type: 'string', description: 'Names of fields, with commas between them.' } })
    .optional(),
  include_fields: queryFlag(true),
};

/** The range of a page. */
export function rangeOf({ page, per_page: limit }: { page: number; per_page: number }): {
  offset: number;
  limit: number;
} {
  return { offset: page * limit, limit };
}

/** What a list may be answered with: an array; one with totals; one with the place where it goes on. */
export const listResult = <Name extends string, Item extends z.ZodType>(name: Name, item: Item) =>
  z.union([
    z.array(item),
    z.strictObject({
      start: z.int(),
      limit: z.int(),
      length: z.int(),
      total: z.int(),
      [name]: z.array(item),
    } as { start: z.ZodInt; limit: z.ZodInt; length: z.ZodInt; total: z.ZodInt } & Record<
      Name,
      z.ZodArray<Item>
    >),
    z.strictObject({ [name]: z.array(item), next: z.string().optional() } as Record<
      Name,
      z.ZodArray<Item>
    > & { next: z.ZodOptional<z.ZodString> }),
  ]);

type PageWithTotals<Name extends string, Item> = Readonly<
  { start: number; limit: number; length: number; total: number } & Record<Name, readonly Item[]>
>;

/** A page of a list: an array, or with totals where the query wants them. */
export function answerPage<const Name extends string, Item>(
  name: Name,
  { items, total }: { items: readonly Item[]; total: number },
  query: { page: number; per_page: number; include_totals: boolean },
): readonly Item[] | PageWithTotals<Name, Item> {
  if (!query.include_totals) return items;
  const { offset: start, limit } = rangeOf(query);
  return { start, limit, length: items.length, total, [name]: items } as PageWithTotals<Name, Item>;
}

/** Of each document the fields that were asked for, or all but those. */
export function select<Document extends object>(
  document: Document,
  { fields, include_fields: isWanted }: { fields?: string[] | undefined; include_fields: boolean },
): Document {
  if (fields === undefined) return document;
  const kept = Object.entries(document).filter(([name]) => fields.includes(name) === isWanted);
  return Object.fromEntries(kept) as Document;
}

/** Makes of a place in a list what may be handed out, and reads it again. Sealed: nothing else is ever opened. */
export type Cursors = Readonly<{
  seal(plain: string): string;
  /** Null for what was not sealed here. */
  unseal(sealed: string): string | null;
}>;

/** @param place.list its name: a place in another list is none in this */
export function sealCursor(cursors: Cursors, place: { list: string; after: unknown }): string {
  return cursors.seal(JSON.stringify([place.list, place.after]));
}

/** Where a list goes on; null: at its beginning. @throws {ManagementProblem} 400 */
export function openCursor<Place extends z.ZodType>(
  cursors: Cursors,
  { from, list, place }: { from: string | undefined; list: string; place: Place },
): z.output<Place> | null {
  if (from === undefined) return null;
  const plain = cursors.unseal(from);
  const parsed = z.tuple([z.literal(list), place]).safeParse(plain === null ? null : JSON.parse(plain));
  if (!parsed.success) throw badQuery('from is not where this list goes on');
  return parsed.data[1] as z.output<Place>;
}
