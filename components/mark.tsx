// Latchkey's own mark: a key that is also an L. Shown where no client gives its own. The same drawing as public/favicon.svg.

export function Mark() {
  return (
    <svg className="size-10" viewBox="0 0 32 32" role="img" aria-label="Latchkey">
      <rect className="fill-(--brand)" width="32" height="32" rx="8" />
      <g className="stroke-(--on-brand)" fill="none" strokeWidth="2.5" strokeLinecap="round">
        <circle cx="13" cy="10.5" r="3.75" />
        <path d="M13 14.5V24.5H20.5M13 19.75H17.5" strokeLinejoin="round" />
      </g>
    </svg>
  );
}
