-- Messages as they really go: claimed, tried again, told of by the carrier. The number gets an index, for replies and filters.
CREATE TABLE sms_next (
    id         UUID   NOT NULL PRIMARY KEY,
    template   TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    phone_enc  {{bytes}} NOT NULL,
    phone_idx  {{bytes}},
    text_enc   {{bytes}} NOT NULL,
    same_key   TEXT,
    order_id   UUID,
    state      TEXT   NOT NULL CHECK (state IN ('held','queued','sending','sent','delivered','failed','expired')),
    tries      BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    error      TEXT,
    created_at BIGINT NOT NULL,
    sent_at    BIGINT,
    done_at    BIGINT
);
INSERT INTO sms_next (id, template, version, phone_enc, text_enc, order_id, state, tries, next_at, error, created_at, sent_at)
    SELECT id, template, 0, phone_enc, text_enc, order_id, state, tries, created_at, error, created_at, sent_at FROM sms;
DROP TABLE sms;
ALTER TABLE sms_next RENAME TO sms;
CREATE INDEX sms_due ON sms (next_at, id) WHERE state IN ('queued','sending');
CREATE INDEX sms_held ON sms (created_at) WHERE state = 'held';
CREATE INDEX sms_order ON sms (order_id, created_at);
CREATE INDEX sms_created ON sms (created_at, id);
CREATE INDEX sms_phone ON sms (phone_idx, created_at);
CREATE INDEX sms_same ON sms (same_key, created_at) WHERE same_key IS NOT NULL;

-- The parts of a message by the carrier's own numbers. A report may come before we know whose it is.
CREATE TABLE sms_part (
    ref    TEXT   NOT NULL PRIMARY KEY,
    sms_id UUID,
    good   BOOLEAN,
    error  TEXT,
    at     BIGINT NOT NULL
);
CREATE INDEX sms_part_of ON sms_part (sms_id);
CREATE INDEX sms_part_at ON sms_part (at);

-- What happened to a message, in order.
CREATE TABLE sms_event (
    no     {{serial}},
    sms_id UUID   NOT NULL,
    at     BIGINT NOT NULL,
    what   TEXT   NOT NULL,
    note   TEXT,
    by_id  UUID
);
CREATE INDEX sms_event_of ON sms_event (sms_id, no);

-- What citizens write back.
CREATE TABLE sms_inbound (
    id        UUID   NOT NULL PRIMARY KEY,
    ref       TEXT,
    phone_enc {{bytes}} NOT NULL,
    phone_idx {{bytes}} NOT NULL,
    text_enc  {{bytes}} NOT NULL,
    at        BIGINT NOT NULL,
    order_id  UUID,
    outcome   TEXT   NOT NULL CHECK (outcome IN ('rated','added','told','stopped','resumed','unknown')),
    note      TEXT
);
CREATE UNIQUE INDEX sms_inbound_ref ON sms_inbound (ref);
CREATE INDEX sms_inbound_at ON sms_inbound (at, id);
CREATE INDEX sms_inbound_order ON sms_inbound (order_id, at);

-- Numbers that want no invitations to rate.
CREATE TABLE sms_stop (
    phone_idx {{bytes}} NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL
);

-- How the carrier is reached; the newest row is in force, all of it sealed.
CREATE TABLE sms_gateway (
    id           UUID   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL CHECK (kind IN ('off','http','smpp')),
    settings_enc {{bytes}} NOT NULL,
    reason       TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    by_id        UUID   NOT NULL
);
CREATE INDEX sms_gateway_at ON sms_gateway (at, id);

-- One row: how the line is, as the process that sends last saw it.
CREATE TABLE sms_line (
    name  TEXT   NOT NULL PRIMARY KEY,
    good  BOOLEAN NOT NULL,
    error TEXT,
    at    BIGINT NOT NULL,
    since BIGINT NOT NULL
);

-- Texts of templates; a template without one has the shipped text.
CREATE TABLE sms_template (
    no       {{serial}},
    template TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    by_id    UUID   NOT NULL,
    reason   TEXT   NOT NULL
);
CREATE INDEX sms_template_of ON sms_template (template, no);
