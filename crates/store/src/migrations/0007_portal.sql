-- The citizen's side: forms on their way, photos, codes sent by message, failed attempts, followers, publications.
-- The same tables serve the outer desk behind an isolation gateway, on its own small database.

CREATE TABLE portal_draft (
    key_hash   TEXT   NOT NULL PRIMARY KEY,
    body_enc   {{bytes}} NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX portal_draft_updated ON portal_draft (updated_at);

-- A photo belongs to a draft until the draft is filed, then to the order.
CREATE TABLE portal_photo (
    id       UUID   NOT NULL PRIMARY KEY,
    draft    TEXT,
    order_id UUID,
    name     TEXT   NOT NULL,
    mime     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    digest   TEXT   NOT NULL,
    body_enc {{bytes}} NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX portal_photo_draft ON portal_photo (draft) WHERE draft IS NOT NULL;
CREATE INDEX portal_photo_order ON portal_photo (order_id, at) WHERE order_id IS NOT NULL;
CREATE INDEX portal_photo_at ON portal_photo (at) WHERE order_id IS NULL;

-- One living code per number and purpose; "day" and "day_n" bound how many are sent.
CREATE TABLE portal_code (
    phone_idx  {{bytes}} NOT NULL,
    purpose    TEXT   NOT NULL,
    code_hash  TEXT   NOT NULL,
    tries      BIGINT NOT NULL,
    sent_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    day        TEXT   NOT NULL,
    day_n      BIGINT NOT NULL,
    PRIMARY KEY (phone_idx, purpose)
);
CREATE INDEX portal_code_expires ON portal_code (expires_at);

CREATE TABLE portal_attempt (
    kind         TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    failed_n     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    locked_until BIGINT,
    PRIMARY KEY (kind, key)
);
CREATE INDEX portal_attempt_last ON portal_attempt (last_at);

CREATE TABLE follow (
    id        UUID   NOT NULL PRIMARY KEY,
    order_id  UUID   NOT NULL,
    code_hash TEXT   NOT NULL,
    phone_enc {{bytes}},
    phone_idx {{bytes}},
    at        BIGINT NOT NULL,
    told_at   BIGINT
);
CREATE UNIQUE INDEX follow_code_hash_key ON follow (code_hash);
CREATE INDEX follow_order ON follow (order_id, at);
CREATE INDEX follow_waiting ON follow (at) WHERE told_at IS NULL;

CREATE TABLE publication (
    id           UUID   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL CHECK (kind IN ('notice','guide','reply')),
    state        TEXT   NOT NULL CHECK (state IN ('draft','published','withdrawn')),
    order_id     UUID,
    title        TEXT   NOT NULL,
    question     TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    by_name      TEXT   NOT NULL,
    published_at BIGINT,
    updated_at   BIGINT NOT NULL,
    updated_by   UUID,
    version      BIGINT NOT NULL
);
CREATE INDEX publication_published ON publication (kind, published_at, id) WHERE state = 'published';
CREATE INDEX publication_updated ON publication (updated_at, id);
CREATE UNIQUE INDEX publication_order_id_key ON publication (order_id) WHERE order_id IS NOT NULL;
