-- Cards of the electronic monitoring (监察牌): about orders, never part of them. A rule raises one card for one subject
-- (clock, task, request, round), however often it looks.

CREATE TABLE monitor_card (
    id           UUID    NOT NULL PRIMARY KEY,
    version      BIGINT  NOT NULL,
    rule         TEXT    NOT NULL,
    rule_name    TEXT    NOT NULL,
    metric       TEXT    CHECK (metric IN ('sign','due_soon','handle','co','dispatch','reply','callback','return_decide','supervise','sent_back','bad_return','rounds','listed','fraud')),
    basis        TEXT    NOT NULL,
    level        TEXT    NOT NULL CHECK (level IN ('warning','yellow','red')),
    state        TEXT    NOT NULL CHECK (state IN ('open','explained','upheld','appealed','confirmed','revoked')),
    order_id     UUID    NOT NULL REFERENCES orders (id),
    task_id      UUID,
    org          UUID    NOT NULL,
    subject      UUID    NOT NULL,
    minutes      BIGINT  NOT NULL,
    facts        JSONB   NOT NULL,
    raised_at    BIGINT  NOT NULL,
    raised_by    UUID,
    told         INTEGER NOT NULL,
    explain_due  BIGINT  NOT NULL,
    explanation  JSONB,
    ruling       JSONB,
    appeal       JSONB,
    final_ruling JSONB
);
CREATE UNIQUE INDEX monitor_card_once ON monitor_card (rule, subject);
CREATE INDEX monitor_card_order ON monitor_card (order_id, raised_at);
CREATE INDEX monitor_card_raised ON monitor_card (raised_at, id);
CREATE INDEX monitor_card_org ON monitor_card (org, raised_at, id);
CREATE INDEX monitor_card_state ON monitor_card (state, raised_at, id);

-- What the rules look for besides clocks.
CREATE INDEX task_sent_back ON task (send_back_n) WHERE is_open AND send_back_n > 0;
CREATE INDEX task_rounds ON task (round) WHERE is_open AND round > 1;
CREATE INDEX task_fraud ON task (dispatched_at) WHERE is_open AND defect = 'D6';
CREATE INDEX request_refused ON request (task_id) WHERE kind = 'return' AND state = 'rejected';
