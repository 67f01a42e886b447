-- 更正 (B6) and 知识复审. A request names what is wrong, sealed, and the conversation that proves it; an answer put right is a record
-- of its own that follows the first one. Purposes of attachments grow, so SQLite builds that table anew.
ALTER TABLE request ADD COLUMN corrections_enc {{bytes}};
ALTER TABLE request ADD COLUMN call_id UUID;

ALTER TABLE callback ADD COLUMN corrects UUID;
ALTER TABLE callback ADD COLUMN corrected_at BIGINT;
CREATE INDEX callback_corrects ON callback (corrects, ord) WHERE corrects IS NOT NULL;

--lite:
CREATE TABLE attachment_next (
    id           UUID    NOT NULL PRIMARY KEY,
    order_id     UUID    NOT NULL REFERENCES orders (id),
    purpose      TEXT    NOT NULL CHECK (purpose IN ('demand','identity','contact','handle','return','extension','supervise','appraisal','correction','other')),
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
ALTER TABLE attachment DROP CONSTRAINT attachment_purpose_check;
ALTER TABLE attachment ADD CONSTRAINT attachment_purpose_check CHECK (purpose IN ('demand','identity','contact','handle','return','extension','supervise','appraisal','correction','other'));
--end

-- Every date by which an article was to be reviewed, and what became of it: the figures of 知识更新及时率.
CREATE TABLE kb_review (
    article_id UUID    NOT NULL REFERENCES kb_article (id),
    due_at     BIGINT  NOT NULL,
    owner      UUID    NOT NULL,
    ended_at   BIGINT,
    -- Reviewed or renewed; false with an end: retired.
    reviewed   BOOLEAN NOT NULL,
    PRIMARY KEY (article_id, due_at)
);
CREATE INDEX kb_review_due ON kb_review (due_at, owner);
INSERT INTO kb_review (article_id, due_at, owner, ended_at, reviewed)
    SELECT id, review_due, owner, NULL, FALSE FROM kb_article WHERE review_due IS NOT NULL;
