-- 微博: answers go out as comments too. 领导信箱: which there are, and whose letter an order is.
--lite:
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
    medium      TEXT   NOT NULL CHECK (medium IN ('sms','mail','wechat','weibo')),
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
--end
--pg:
ALTER TABLE sms DROP CONSTRAINT sms_next_medium_check;
ALTER TABLE sms ADD CONSTRAINT sms_medium_check CHECK (medium IN ('sms','mail','wechat','weibo'));
--end

-- 领导信箱: citizens choose one of those that are open, in their order.
CREATE TABLE mailbox (
    id      UUID    NOT NULL PRIMARY KEY,
    name    TEXT    NOT NULL,
    leader  UUID    NOT NULL,
    about   TEXT    NOT NULL,
    open    BOOLEAN NOT NULL,
    ord     BIGINT  NOT NULL,
    at      BIGINT  NOT NULL,
    by_id   UUID    NOT NULL,
    version BIGINT  NOT NULL,
    UNIQUE (name)
);
ALTER TABLE orders ADD COLUMN mailbox UUID;
CREATE INDEX orders_mailbox ON orders (mailbox, registered_at) WHERE mailbox IS NOT NULL;
