-- 微信公众号 and 微博: messages go out by them too; what comes in before it is a piece; accounts that answers go to; how each is reached.
CREATE TABLE sms_next (
    id          UUID   NOT NULL PRIMARY KEY,
    template    TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    phone_enc   {{bytes}} NOT NULL,
    phone_idx   {{bytes}},
    text_enc    {{bytes}} NOT NULL,
    same_key    TEXT,
    order_id    UUID,
    state       TEXT   NOT NULL CHECK (state IN ('held','queued','sending','sent','delivered','failed','expired')),
    tries       BIGINT NOT NULL,
    next_at     BIGINT NOT NULL,
    error       TEXT,
    created_at  BIGINT NOT NULL,
    sent_at     BIGINT,
    done_at     BIGINT,
    medium      TEXT   NOT NULL CHECK (medium IN ('sms','mail','wechat')),
    subject_enc {{bytes}},
    user_id     UUID
);
INSERT INTO sms_next SELECT id, template, version, phone_enc, phone_idx, text_enc, same_key, order_id, state, tries, next_at, error,
    created_at, sent_at, done_at, medium, subject_enc, user_id FROM sms;
DROP TABLE sms;
ALTER TABLE sms_next RENAME TO sms;
CREATE INDEX sms_due ON sms (next_at, id) WHERE state IN ('queued','sending');
CREATE INDEX sms_held ON sms (created_at) WHERE state = 'held';
CREATE INDEX sms_order ON sms (order_id, created_at);
CREATE INDEX sms_created ON sms (created_at, id);
CREATE INDEX sms_phone ON sms (phone_idx, created_at);
CREATE INDEX sms_same ON sms (same_key, created_at) WHERE same_key IS NOT NULL;

-- Messages of a conversation that has not been handed over yet; afterwards only their numbers stay, so that none comes twice.
CREATE TABLE social_piece (
    id          UUID    NOT NULL PRIMARY KEY,
    adapter     TEXT    NOT NULL,
    external_id TEXT    NOT NULL,
    person_idx  {{bytes}} NOT NULL,
    body_enc    {{bytes}},
    at          BIGINT  NOT NULL,
    talk        UUID,
    UNIQUE (adapter, external_id)
);
CREATE INDEX social_piece_open ON social_piece (adapter, at, id) WHERE body_enc IS NOT NULL;
CREATE INDEX social_piece_person ON social_piece (adapter, person_idx, at);

-- Whose matter came by which account: answers go there.
CREATE TABLE order_account (
    order_id    UUID   NOT NULL PRIMARY KEY,
    medium      TEXT   NOT NULL,
    account_enc {{bytes}} NOT NULL,
    account_idx {{bytes}} NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX order_account_of ON order_account (medium, account_idx, at);

-- How a channel is reached; the newest row of each is in force, all of it sealed.
CREATE TABLE channel_setting (
    id           UUID   NOT NULL PRIMARY KEY,
    adapter      TEXT   NOT NULL,
    settings_enc {{bytes}} NOT NULL,
    reason       TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    by_id        UUID   NOT NULL
);
CREATE INDEX channel_setting_of ON channel_setting (adapter, at, id);
