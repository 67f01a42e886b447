-- Open interfaces: keys of other systems. The key itself is never kept, only its keyed hash and its first characters.
CREATE TABLE api_key (
    id           UUID   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    hint         TEXT   NOT NULL,
    hash         TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    per_minute   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   UUID   NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    revoked_by   UUID,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX api_key_hash_key ON api_key (hash);

-- Where changes are pushed to. The place up to which they were delivered is that of the change feed.
CREATE TABLE webhook (
    id           UUID   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    secret_enc   {{bytes}} NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   UUID   NOT NULL,
    stopped_at   BIGINT,
    cursor_at    BIGINT NOT NULL,
    cursor_id    UUID   NOT NULL,
    tries        BIGINT NOT NULL,
    next_at      BIGINT NOT NULL
);
CREATE INDEX webhook_due ON webhook (next_at) WHERE stopped_at IS NULL;

CREATE TABLE webhook_delivery (
    no         {{serial}},
    webhook_id UUID   NOT NULL,
    at         BIGINT NOT NULL,
    attempt    BIGINT NOT NULL,
    changes    BIGINT NOT NULL,
    status     BIGINT,
    error      TEXT,
    took_ms    BIGINT NOT NULL
);
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, no);
CREATE INDEX webhook_delivery_at ON webhook_delivery (at);
