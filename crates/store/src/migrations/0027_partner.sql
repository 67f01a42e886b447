-- 平台对接: platforms orders go to and come from, each matter between two of them, and every message.
CREATE TABLE partner (
    id           UUID    NOT NULL PRIMARY KEY,
    code         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('upper','lower','neighbour','police','fire','ambulance','traffic')),
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
CREATE UNIQUE INDEX partner_code_key ON partner (code) WHERE stopped_at IS NULL;

-- inform: told for information, the order stays ours. told: version of our order (and
-- of the one it was merged into) last told; said: answers given; seen: version of theirs last heard.
CREATE TABLE partner_link (
    id         UUID   NOT NULL PRIMARY KEY,
    partner_id UUID   NOT NULL REFERENCES partner (id),
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
CREATE INDEX partner_link_order ON partner_link (order_id, created_at);
CREATE INDEX partner_link_open ON partner_link (direction, state) WHERE state IN ('waiting','accepted','replied');

CREATE TABLE partner_message (
    no         {{serial}},
    partner_id UUID   NOT NULL REFERENCES partner (id),
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
CREATE UNIQUE INDEX partner_message_key ON partner_message (partner_id, direction, msg_id);
CREATE INDEX partner_message_due ON partner_message (next_at, no) WHERE state = 'queued';
CREATE INDEX partner_message_link ON partner_message (link_id, no);
CREATE INDEX orders_threat ON orders (registered_at) WHERE flag_threat;
