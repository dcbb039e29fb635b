// The management API for people to read, made of the very document that programs get (/api/v2/openapi.json): the same for everybody,
// and nothing of an installation in it but its address.
import type { Metadata } from 'next';
import { Document } from '@/components/document';
import { OPENAPI_PATH, openApiDocument } from '@/lib/management/openapi';
import { ROUTES } from '@/lib/management/routes';
import { runtime } from '@/lib/runtime/boot';
import { type Operation, readReference } from './reference';
import styles from './reference.module.css';

export const metadata: Metadata = { title: 'Management API' };

export default async function ApiReferencePage() {
  const { issuer } = (await runtime()).deps;
  const sections = readReference(openApiDocument(ROUTES, issuer));
  return (
    <Document language="en" direction="ltr">
      <main className={styles.reference}>
        <h1>Management API</h1>
        <p>
          Everything an operator can do, in Auth0’s names and shapes. A token for the audience{' '}
          <code>{issuer}api/v2/</code> opens it; each request needs one of the scopes that stand with it. For
          programs: <a href={OPENAPI_PATH}>OpenAPI 3.1</a>.
        </p>
        <nav aria-label="Sections">
          <ul>
            {sections.map(({ tag }) => (
              <li key={tag}>
                <a href={`#${tag}`}>{tag}</a>
              </li>
            ))}
          </ul>
        </nav>
        {sections.map(({ tag, operations }) => (
          <section key={tag} id={tag} aria-labelledby={`${tag}-heading`}>
            <h2 id={`${tag}-heading`}>{tag}</h2>
            {operations.map((operation) => (
              <OperationDetails key={operation.id} operation={operation} />
            ))}
          </section>
        ))}
      </main>
    </Document>
  );
}

function OperationDetails({ operation }: { operation: Operation }) {
  const { id, method, path, summary, description, parameters, body, status, result } = operation;
  return (
    <details id={id}>
      <summary>
        <code>
          <b>{method}</b> {path}
        </code>{' '}
        <span>{summary}</span>
      </summary>
      {description.map((paragraph) => (
        <p key={paragraph}>
          <Prose text={paragraph} />
        </p>
      ))}
      <Fields title="Parameters" fields={parameters} />
      <Fields title="Body" fields={body} />
      <Fields title={`Answer ${status}`} fields={result} />
    </details>
  );
}

function Fields({ title, fields }: { title: string; fields: Operation['body'] }) {
  if (fields.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <dl>
        {fields.map(({ name, type, note }) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              {type}
              {note && ` – ${note}`}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Backticks stand for code, which is all of Markdown that descriptions use. */
function Prose({ text }: { text: string }) {
  return piecesOf(text).map(({ from, isCode, piece }) => (isCode ? <code key={from}>{piece}</code> : piece));
}

function piecesOf(text: string): { from: number; isCode: boolean; piece: string }[] {
  let from = 0;
  return text.split('`').map((piece, index) => {
    const here = { from, isCode: index % 2 === 1, piece };
    from += piece.length + 1;
    return here;
  });
}
