// Latchkey's own mark, as on public/favicon.svg.

export function Mark() {
  return (
    <svg className="size-7 shrink-0" viewBox="0 0 32 32" aria-hidden>
      <rect className="fill-accent" width="32" height="32" rx="8" />
      <g className="stroke-on-accent" fill="none" strokeWidth="2.5" strokeLinecap="round">
        <circle cx="13" cy="10.5" r="3.75" />
        <path d="M13 14.5V24.5H20.5M13 19.75H17.5" strokeLinejoin="round" />
      </g>
    </svg>
  );
}
