-- 待登记: what came in by a channel that is no telephone. The record is sealed as a whole; a piece has one number at its source.
CREATE TABLE inbox_item (
    id            UUID    NOT NULL PRIMARY KEY,
    adapter       TEXT    NOT NULL CHECK (adapter IN ('mail','wechat','weibo')),
    external_id   TEXT    NOT NULL,
    place         TEXT    NOT NULL,
    record_enc    {{bytes}} NOT NULL,
    written_at    BIGINT,
    at            BIGINT  NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('waiting','registered','added','discarded')),
    reason        TEXT    CHECK (reason IN ('spam','auto','repeat','no_demand','elsewhere','other')),
    note          TEXT,
    about         UUID,
    order_id      UUID,
    claimed_by    UUID,
    claimed_until BIGINT,
    done_by       UUID,
    done_at       BIGINT,
    UNIQUE (adapter, external_id)
);
CREATE INDEX inbox_item_state ON inbox_item (state, at, id);
CREATE INDEX inbox_item_order ON inbox_item (order_id) WHERE order_id IS NOT NULL;

-- Files of a piece: in the file store, or why they are not.
CREATE TABLE inbox_file (
    item_id  UUID    NOT NULL REFERENCES inbox_item (id),
    no       BIGINT  NOT NULL,
    name_enc {{bytes}} NOT NULL,
    class    TEXT    CHECK (class IN ('picture','audio','document')),
    mime     TEXT,
    size     BIGINT  NOT NULL,
    digest   TEXT,
    sha256   TEXT,
    thumb    TEXT,
    scan     TEXT    CHECK (scan IN ('clean','unscanned')),
    refusal  TEXT,
    PRIMARY KEY (item_id, no)
);
CREATE INDEX inbox_file_digest ON inbox_file (digest) WHERE digest IS NOT NULL;
CREATE INDEX inbox_file_thumb ON inbox_file (thumb) WHERE thumb IS NOT NULL;

-- How far an adapter has read, and how it goes.
CREATE TABLE inbox_line (
    adapter    TEXT    NOT NULL PRIMARY KEY,
    position   TEXT,
    good       BOOLEAN NOT NULL,
    error      TEXT,
    at         BIGINT  NOT NULL,
    since      BIGINT  NOT NULL,
    success_at BIGINT
);
