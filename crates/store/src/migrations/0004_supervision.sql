-- Supervision rounds (督办): who asks, what the unit answers, how it was judged. The order's answer clocks and the consent
-- to sharper levels are rows of clock and request, whose lists of kinds grow.

CREATE TABLE supervision (
    id            UUID    NOT NULL PRIMARY KEY,
    order_id      UUID    NOT NULL REFERENCES orders (id),
    ord           INTEGER NOT NULL,
    version       BIGINT  NOT NULL,
    round         INTEGER NOT NULL,
    level         TEXT    NOT NULL CHECK (level IN ('urge','normal','listed','interview','joint')),
    trigger_code  TEXT    NOT NULL CHECK (trigger_code IN ('S1','S2','S3','S4','S5','S6','S7','S8','S9','S10','S11','S12')),
    state         TEXT    NOT NULL CHECK (state IN ('issued','signed','replied','evaluated','closed','revoked')),
    opinion       TEXT    NOT NULL,
    cc            JSONB   NOT NULL,
    org           UUID,
    task_id       UUID,
    clock_id      UUID,
    due_at        BIGINT,
    initiator     UUID,
    initiator_org UUID,
    by_leader     BOOLEAN NOT NULL,
    issued_at     BIGINT  NOT NULL,
    rung_clock    UUID,
    rung_step     INTEGER,
    signed_by     UUID,
    signed_at     BIGINT,
    reply         TEXT,
    replied_by    UUID,
    replied_at    BIGINT,
    evaluation    JSONB,
    end_reason    TEXT,
    ended_at      BIGINT
);
CREATE INDEX supervision_order ON supervision (order_id, ord);
CREATE INDEX supervision_state ON supervision (state, due_at, id);
CREATE INDEX supervision_issued ON supervision (issued_at, id);

-- When the most pressing unanswered round is due: pins the lead's task.
ALTER TABLE task ADD COLUMN supervise_due BIGINT;
CREATE INDEX task_supervised ON task (org, supervise_due) WHERE supervise_due IS NOT NULL;

--lite:
CREATE TABLE clock_next (
    id            UUID    NOT NULL PRIMARY KEY,
    order_id      UUID    NOT NULL REFERENCES orders (id),
    ord           INTEGER NOT NULL,
    task_id       UUID,
    kind          TEXT    NOT NULL CHECK (kind IN ('dispatch','accept','order','task','co','unified_reply','callback','redo','tracking','respond','return_decide','ext_decide','supervise')),
    round         INTEGER NOT NULL,
    unit          TEXT    NOT NULL CHECK (unit IN ('work_day','calendar_day','hour','work_hour','minute')),
    qty           BIGINT  NOT NULL,
    start_at      BIGINT  NOT NULL,
    due_at        BIGINT  NOT NULL,
    warn_at       BIGINT  NOT NULL,
    paused_at     BIGINT,
    pause_reason  TEXT    CHECK (pause_reason IN ('hearing','appraisal','await_material','force_majeure')),
    paused_total  BIGINT  NOT NULL,
    stop_at       BIGINT,
    outcome       TEXT    NOT NULL CHECK (outcome IN ('open','ontime','late','void')),
    basis         TEXT    NOT NULL,
    arithmetic    JSONB   NOT NULL,
    light         TEXT    NOT NULL CHECK (light IN ('green','yellow','red','paused','done_on_time','done_late','off')),
    next_light_at BIGINT,
    version       BIGINT  NOT NULL
);
INSERT INTO clock_next SELECT * FROM clock;
DROP TABLE clock;
ALTER TABLE clock_next RENAME TO clock;
CREATE INDEX clock_order ON clock (order_id, ord);
CREATE INDEX clock_next_light ON clock (next_light_at) WHERE next_light_at IS NOT NULL;
CREATE INDEX clock_open_due ON clock (kind, due_at) WHERE outcome = 'open';
CREATE TABLE request_next (
    id            UUID    NOT NULL PRIMARY KEY,
    order_id      UUID    NOT NULL REFERENCES orders (id),
    ord           INTEGER NOT NULL,
    task_id       UUID,
    kind          TEXT    NOT NULL CHECK (kind IN ('return','extension','exempt','reopen','redo','merge','track','terminate','reject','correction','unreasonable','supervise','report_up')),
    state         TEXT    NOT NULL CHECK (state IN ('pending','approved','rejected','cancelled')),
    version       BIGINT  NOT NULL,
    reason_code   TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    basis         TEXT,
    suggested_org UUID,
    days          BIGINT,
    target        UUID,
    until_at      BIGINT,
    applied_by    UUID    NOT NULL,
    applied_org   UUID    NOT NULL,
    applied_at    BIGINT  NOT NULL,
    step          INTEGER NOT NULL,
    awaiting      TEXT,
    decisions     JSONB   NOT NULL,
    decided_at    BIGINT
);
INSERT INTO request_next SELECT * FROM request;
DROP TABLE request;
ALTER TABLE request_next RENAME TO request;
CREATE INDEX request_order ON request (order_id, ord);
CREATE INDEX request_pending ON request (kind, awaiting, applied_at, order_id) WHERE state = 'pending';
CREATE INDEX request_applied_org ON request (applied_org, applied_at);
CREATE INDEX request_task ON request (task_id) WHERE state = 'pending';
--end
--pg:
ALTER TABLE clock DROP CONSTRAINT clock_kind_check;
ALTER TABLE clock ADD CONSTRAINT clock_kind_check CHECK (kind IN ('dispatch','accept','order','task','co','unified_reply','callback','redo','tracking','respond','return_decide','ext_decide','supervise'));
ALTER TABLE request DROP CONSTRAINT request_kind_check;
ALTER TABLE request ADD CONSTRAINT request_kind_check CHECK (kind IN ('return','extension','exempt','reopen','redo','merge','track','terminate','reject','correction','unreasonable','supervise','report_up'));
--end
