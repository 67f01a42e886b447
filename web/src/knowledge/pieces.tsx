import type { ArticleHit, RevisionView } from "./api";

/** Text with what was looked for marked. */
export function Marked({ pieces }: { pieces: ArticleHit["title"] }) {
  return (
    <>
      {pieces.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>))}
    </>
  );
}

/** What was put in and what was taken out. */
export function Parts({ parts }: { parts: RevisionView["changes"][number]["parts"] }) {
  return <>{parts.map((p, i) => (p.change === "added" ? <ins key={i}>{p.text}</ins> : p.change === "removed" ? <del key={i}>{p.text}</del> : <span key={i}>{p.text}</span>))}</>;
}

/** Field by field what this version says otherwise. */
export function Changes({ revision }: { revision: RevisionView }) {
  if (revision.changes.length === 0) return <p className="muted">与前一版本文字相同。</p>;
  return (
    <dl className="kb-changes">
      {revision.changes.map((c) => (
        <div key={c.label}>
          <dt>{c.label}</dt>
          <dd className="prose">
            <Parts parts={c.parts} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
