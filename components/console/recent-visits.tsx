'use client';
// What somebody looked at lately, for the command palette. Kept while the console is open and nowhere else: who an operator
// looked at is nobody's business on the next page load.
import { useEffect } from 'react';

export type RecentVisit = Readonly<{ label: string; href: string }>;

const KEPT_MAX = 5;

let visits: readonly RecentVisit[] = [];

/** The latest first. */
export function recentVisits(): readonly RecentVisit[] {
  return visits;
}

/** Stands on a page that is worth coming back to. */
export function RememberVisit({ label, href }: RecentVisit) {
  useEffect(() => {
    visits = [{ label, href }, ...visits.filter((visit) => visit.href !== href)].slice(0, KEPT_MAX);
  }, [label, href]);
  return null;
}
