-- Attachments of orders. The bytes lie sealed in the file store under their SM3; names are sealed here.

CREATE TABLE attachment (
    id           UUID    NOT NULL PRIMARY KEY,
    order_id     UUID    NOT NULL REFERENCES orders (id),
    purpose      TEXT    NOT NULL CHECK (purpose IN ('demand','identity','contact','handle','return','extension','supervise','other')),
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
CREATE INDEX attachment_order ON attachment (order_id, at, id);
CREATE INDEX attachment_digest ON attachment (digest) WHERE withdrawn_at IS NULL;
CREATE INDEX attachment_thumb ON attachment (thumb) WHERE withdrawn_at IS NULL AND thumb IS NOT NULL;
