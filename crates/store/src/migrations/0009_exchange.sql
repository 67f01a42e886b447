-- The isolation gateway, the same tables at both ends: what waits to be told across, what has been, what could not be
-- done, and at the outer end the views that came out.

-- "batch" is the number of the file a record left in. Acknowledged records stay some days: the other end may come back
-- from a backup that knows nothing of them.
CREATE TABLE exchange_record (
    no       {{serial}},
    id       UUID   NOT NULL,
    kind     TEXT   NOT NULL,
    body_enc {{bytes}} NOT NULL,
    batch    BIGINT,
    at       BIGINT NOT NULL
);
CREATE INDEX exchange_record_batch ON exchange_record (batch, no);

CREATE TABLE exchange_state (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE exchange_seen (
    id UUID   NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX exchange_seen_at ON exchange_seen (at);

-- The version of an order that was last told.
CREATE TABLE exchange_told (
    order_id UUID   NOT NULL PRIMARY KEY,
    version  BIGINT NOT NULL
);

-- Records that came across and that the rules refused: for a person to look at.
CREATE TABLE exchange_refused (
    id       UUID   NOT NULL PRIMARY KEY,
    kind     TEXT   NOT NULL,
    case_no  TEXT,
    body_enc {{bytes}} NOT NULL,
    reason   TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    again    BOOLEAN NOT NULL,
    done_at  BIGINT,
    done_by  UUID
);
CREATE INDEX exchange_refused_open ON exchange_refused (at) WHERE done_at IS NULL;

CREATE TABLE exchange_view (
    key      TEXT   NOT NULL PRIMARY KEY,
    body_enc {{bytes}} NOT NULL,
    at       BIGINT NOT NULL
);

CREATE TABLE exchange_index (
    idx TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (idx, key)
);
CREATE INDEX exchange_index_key ON exchange_index (key);
