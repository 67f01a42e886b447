-- 平台对接, more of it: hotlines of those who run pipes and wires; what the handling side told of a matter; evidence that comes with an
-- answer; and what platforms tell each other beside orders. Kinds and purposes grow, so SQLite builds those tables anew.

--lite:
CREATE TABLE partner_next (
    id           UUID    NOT NULL PRIMARY KEY,
    code         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('upper','lower','neighbour','police','fire','ambulance','traffic','water','power','gas','heat')),
    sends        BOOLEAN NOT NULL,
    receives     BOOLEAN NOT NULL,
    url          TEXT    NOT NULL,
    their_key    TEXT    NOT NULL,
    our_key      TEXT    NOT NULL,
    our_key_enc  {{bytes}} NOT NULL,
    created_at   BIGINT  NOT NULL,
    created_by   UUID    NOT NULL REFERENCES staff (id),
    stopped_at   BIGINT,
    version      BIGINT  NOT NULL,
    out_at       BIGINT,
    out_error    TEXT,
    in_at        BIGINT,
    in_error     TEXT
);
INSERT INTO partner_next (id, code, name, kind, sends, receives, url, their_key, our_key, our_key_enc, created_at, created_by, stopped_at, version, out_at, out_error, in_at, in_error)
    SELECT id, code, name, kind, sends, receives, url, their_key, our_key, our_key_enc, created_at, created_by, stopped_at, version, out_at, out_error, in_at, in_error FROM partner;
CREATE TABLE partner_link_next (
    id         UUID   NOT NULL PRIMARY KEY,
    partner_id UUID   NOT NULL REFERENCES partner_next (id),
    order_id   UUID   NOT NULL,
    direction  TEXT   NOT NULL CHECK (direction IN ('out','in')),
    their_no   TEXT,
    state      TEXT   NOT NULL CHECK (state IN ('waiting','accepted','returned','replied','closed','failed','cancelled')),
    reason     TEXT,
    reply_enc  {{bytes}},
    told       BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    said       BIGINT NOT NULL,
    due_at     BIGINT,
    warned     BOOLEAN NOT NULL,
    inform     BOOLEAN NOT NULL,
    ext_state  TEXT   CHECK (ext_state IN ('asked','granted','refused')),
    ext_until  BIGINT,
    by_id      UUID,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO partner_link_next (id, partner_id, order_id, direction, their_no, state, reason, reply_enc, told, seen, said, due_at, warned, inform, ext_state, ext_until, by_id, created_at, updated_at)
    SELECT id, partner_id, order_id, direction, their_no, state, reason, reply_enc, told, seen, said, due_at, warned, inform, ext_state, ext_until, by_id, created_at, updated_at FROM partner_link;
CREATE TABLE partner_message_next (
    no         {{serial}},
    partner_id UUID   NOT NULL REFERENCES partner_next (id),
    link_id    UUID,
    direction  TEXT   NOT NULL CHECK (direction IN ('out','in')),
    msg_id     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    body_enc   {{bytes}},
    note_enc   {{bytes}},
    state      TEXT   NOT NULL CHECK (state IN ('queued','done','refused','cancelled')),
    code       BIGINT,
    error      TEXT,
    tries      BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    done_at    BIGINT
);
INSERT INTO partner_message_next (no, partner_id, link_id, direction, msg_id, kind, body_enc, note_enc, state, code, error, tries, next_at, at, done_at)
    SELECT no, partner_id, link_id, direction, msg_id, kind, body_enc, note_enc, state, code, error, tries, next_at, at, done_at FROM partner_message;
DROP TABLE partner_message;
DROP TABLE partner_link;
DROP TABLE partner;
ALTER TABLE partner_next RENAME TO partner;
ALTER TABLE partner_link_next RENAME TO partner_link;
ALTER TABLE partner_message_next RENAME TO partner_message;
CREATE UNIQUE INDEX partner_code_key ON partner (code) WHERE stopped_at IS NULL;
CREATE INDEX partner_link_order ON partner_link (order_id, created_at);
CREATE INDEX partner_link_open ON partner_link (direction, state) WHERE state IN ('waiting','accepted','replied');
CREATE UNIQUE INDEX partner_message_key ON partner_message (partner_id, direction, msg_id);
CREATE INDEX partner_message_due ON partner_message (next_at, no) WHERE state = 'queued';
CREATE INDEX partner_message_link ON partner_message (link_id, no);

CREATE TABLE attachment_next (
    id           UUID    NOT NULL PRIMARY KEY,
    order_id     UUID    NOT NULL REFERENCES orders (id),
    purpose      TEXT    NOT NULL CHECK (purpose IN ('demand','identity','contact','handle','reply','return','extension','supervise','appraisal','correction','other')),
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
ALTER TABLE partner DROP CONSTRAINT partner_kind_check;
ALTER TABLE partner ADD CONSTRAINT partner_kind_check CHECK (kind IN ('upper','lower','neighbour','police','fire','ambulance','traffic','water','power','gas','heat'));
ALTER TABLE attachment DROP CONSTRAINT attachment_purpose_check;
ALTER TABLE attachment ADD CONSTRAINT attachment_purpose_check CHECK (purpose IN ('demand','identity','contact','handle','reply','return','extension','supervise','appraisal','correction','other'));
--end

-- 办理进展 as it was last told: organisations and moments, nobody's person.
ALTER TABLE partner_link ADD COLUMN progress JSONB;

-- 同步 chosen for a partner: its being there says so. ver: last told; digest: of what it said; cursor: of articles, up to which change.
CREATE TABLE partner_share (
    partner_id UUID   NOT NULL REFERENCES partner (id),
    topic      TEXT   NOT NULL CHECK (topic IN ('dict','kb','org')),
    ver        BIGINT NOT NULL,
    digest     TEXT   NOT NULL,
    cursor_at  BIGINT NOT NULL,
    told_at    BIGINT,
    chosen_at  BIGINT NOT NULL,
    PRIMARY KEY (partner_id, topic)
);

-- What came: taken or declined by a person, or overtaken by a later version. subject: of articles the number there, else empty.
CREATE TABLE partner_proposal (
    id          UUID    NOT NULL PRIMARY KEY,
    partner_id  UUID    NOT NULL REFERENCES partner (id),
    topic       TEXT    NOT NULL CHECK (topic IN ('dict','kb','org')),
    subject     TEXT    NOT NULL,
    ver         BIGINT  NOT NULL,
    body        JSONB   NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open','taken','declined','overtaken')),
    at          BIGINT  NOT NULL,
    decided_at  BIGINT,
    decided_by  UUID,
    opinion     TEXT,
    article_id  UUID
);
CREATE UNIQUE INDEX partner_proposal_key ON partner_proposal (partner_id, topic, subject, ver);
CREATE INDEX partner_proposal_open ON partner_proposal (topic, at) WHERE state = 'open';
CREATE INDEX partner_proposal_article ON partner_proposal (article_id) WHERE article_id IS NOT NULL;

-- Codes that another stands for now (替代旧编码).
CREATE TABLE category_map (
    old_code TEXT NOT NULL PRIMARY KEY,
    new_code TEXT NOT NULL
);
CREATE INDEX category_map_new ON category_map (new_code);
