-- 评价申诉: a request names the answer it contests and which of its items. Kinds of requests and purposes of attachments
-- grow, so SQLite builds both tables anew.

--lite:
CREATE TABLE request_next (
    id            UUID    NOT NULL PRIMARY KEY,
    order_id      UUID    NOT NULL REFERENCES orders (id),
    ord           INTEGER NOT NULL,
    task_id       UUID,
    kind          TEXT    NOT NULL CHECK (kind IN ('return','extension','exempt','reopen','redo','merge','track','terminate','reject','correction','unreasonable','supervise','report_up','contest')),
    state         TEXT    NOT NULL CHECK (state IN ('pending','approved','rejected','cancelled')),
    version       BIGINT  NOT NULL,
    reason_code   TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    basis         TEXT,
    suggested_org UUID,
    days          BIGINT,
    target        UUID,
    until_at      BIGINT,
    applied_by    UUID    NOT NULL,
    applied_org   UUID    NOT NULL,
    applied_at    BIGINT  NOT NULL,
    step          INTEGER NOT NULL,
    awaiting      TEXT,
    decisions     JSONB   NOT NULL,
    decided_at    BIGINT,
    disputed      TEXT,
    due_at        BIGINT,
    escalate_at   BIGINT,
    escalated_n   INTEGER NOT NULL DEFAULT 0
);
INSERT INTO request_next (id, order_id, ord, task_id, kind, state, version, reason_code, reason, basis, suggested_org, days, target, until_at, applied_by, applied_org, applied_at, step, awaiting, decisions, decided_at, disputed, due_at, escalate_at, escalated_n)
    SELECT id, order_id, ord, task_id, kind, state, version, reason_code, reason, basis, suggested_org, days, target, until_at, applied_by, applied_org, applied_at, step, awaiting, decisions, decided_at, disputed, due_at, escalate_at, escalated_n FROM request;
DROP TABLE request;
ALTER TABLE request_next RENAME TO request;
CREATE INDEX request_order ON request (order_id, ord);
CREATE INDEX request_pending ON request (kind, awaiting, applied_at, order_id) WHERE state = 'pending';
CREATE INDEX request_applied_org ON request (applied_org, applied_at);
CREATE INDEX request_task ON request (task_id) WHERE state = 'pending';
CREATE INDEX request_refused ON request (task_id) WHERE kind = 'return' AND state = 'rejected';
CREATE INDEX request_awaiting ON request (awaiting, due_at, id) WHERE state = 'pending';
CREATE INDEX request_escalate ON request (escalate_at, id) WHERE state = 'pending' AND escalate_at IS NOT NULL;

CREATE TABLE attachment_next (
    id           UUID    NOT NULL PRIMARY KEY,
    order_id     UUID    NOT NULL REFERENCES orders (id),
    purpose      TEXT    NOT NULL CHECK (purpose IN ('demand','identity','contact','handle','return','extension','supervise','appraisal','other')),
    class        TEXT    NOT NULL CHECK (class IN ('picture','audio','document')),
    mime         TEXT    NOT NULL,
    size         BIGINT  NOT NULL,
    digest       TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    thumb        TEXT,
    name_enc     {{bytes}} NOT NULL,
    scan         TEXT    NOT NULL CHECK (scan IN ('clean','unscanned')),
    after_seq    BIGINT  NOT NULL,
    by_user      UUID    NOT NULL,
    by_org       UUID    NOT NULL,
    at           BIGINT  NOT NULL,
    withdrawn_at BIGINT
);
INSERT INTO attachment_next (id, order_id, purpose, class, mime, size, digest, sha256, thumb, name_enc, scan, after_seq, by_user, by_org, at, withdrawn_at)
    SELECT id, order_id, purpose, class, mime, size, digest, sha256, thumb, name_enc, scan, after_seq, by_user, by_org, at, withdrawn_at FROM attachment;
DROP TABLE attachment;
ALTER TABLE attachment_next RENAME TO attachment;
CREATE INDEX attachment_order ON attachment (order_id, at, id);
CREATE INDEX attachment_digest ON attachment (digest) WHERE withdrawn_at IS NULL;
CREATE INDEX attachment_thumb ON attachment (thumb) WHERE withdrawn_at IS NULL AND thumb IS NOT NULL;
--end
--pg:
ALTER TABLE request DROP CONSTRAINT request_kind_check;
ALTER TABLE request ADD CONSTRAINT request_kind_check CHECK (kind IN ('return','extension','exempt','reopen','redo','merge','track','terminate','reject','correction','unreasonable','supervise','report_up','contest'));
ALTER TABLE attachment DROP CONSTRAINT attachment_purpose_check;
ALTER TABLE attachment ADD CONSTRAINT attachment_purpose_check CHECK (purpose IN ('demand','identity','contact','handle','return','extension','supervise','appraisal','other'));
--end

ALTER TABLE request ADD COLUMN callback UUID;
-- Codes of the contested items, joined by commas.
ALTER TABLE request ADD COLUMN items TEXT NOT NULL DEFAULT '';
CREATE INDEX request_contest ON request (callback) WHERE callback IS NOT NULL;
CREATE INDEX request_judged ON request (kind, applied_at, id) WHERE kind IN ('exempt', 'contest');
