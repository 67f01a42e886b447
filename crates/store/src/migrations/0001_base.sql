-- Base schema, one text for SQLite and PostgreSQL 15.
-- Keys are UUID, instants BIGINT milliseconds, enumerations TEXT with CHECK, personal data sealed bytes ("*_enc"),
-- blind indexes 16 bytes ("*_idx"). A column named "version" is the compare-and-set counter of its row.

-- ---------------------------------------------------------------- organisations, categories, reference data

CREATE TABLE org (
    id          UUID    NOT NULL PRIMARY KEY,
    code        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    short       TEXT    NOT NULL,
    parent      UUID,
    superior    UUID,
    level       TEXT    NOT NULL CHECK (level IN ('city','county','town','village')),
    kind        TEXT    NOT NULL CHECK (kind IN ('center','petition_office','government','department','enterprise','party','outsourced','supervision')),
    group_name  TEXT    NOT NULL,
    region      TEXT    NOT NULL,
    phone       TEXT,
    active      BOOLEAN NOT NULL,
    merged_into UUID,
    version     BIGINT  NOT NULL
);
CREATE UNIQUE INDEX org_code_key ON org (code);
CREATE INDEX org_parent ON org (parent);

CREATE TABLE category (
    code           TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    parent         TEXT,
    level          INTEGER NOT NULL,
    keywords       TEXT    NOT NULL,
    active         BOOLEAN NOT NULL,
    dept_duty_only BOOLEAN NOT NULL
);

CREATE TABLE catalogue_rule (
    id          {{serial}},
    category    TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    lead_org    UUID   NOT NULL,
    co          JSONB  NOT NULL,
    legal_basis TEXT   NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_to    BIGINT
);
CREATE INDEX catalogue_rule_category ON catalogue_rule (category, region);

CREATE TABLE region (
    code   TEXT NOT NULL PRIMARY KEY,
    name   TEXT NOT NULL,
    parent TEXT,
    level  TEXT NOT NULL CHECK (level IN ('province','city','county','town','village'))
);
CREATE INDEX region_parent ON region (parent);

CREATE TABLE dictionary_item (
    dict       TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT,
    label      TEXT   NOT NULL,
    parent     TEXT,
    sort       BIGINT NOT NULL,
    extra      JSONB  NOT NULL,
    PRIMARY KEY (dict, code, valid_from)
);

CREATE TABLE calendar_day (
    day  TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('off','work')),
    note TEXT NOT NULL
);

-- value is JSON text: SQLite would turn a bare number in a JSONB column into its own integer.
CREATE TABLE param (
    id             {{serial}},
    key            TEXT   NOT NULL,
    value          TEXT   NOT NULL,
    effective_from BIGINT NOT NULL,
    by_user        UUID,
    reason         TEXT   NOT NULL,
    recorded_at    BIGINT NOT NULL
);
CREATE INDEX param_key ON param (key, effective_from);

-- ---------------------------------------------------------------- people and sessions

CREATE TABLE staff (
    id                  UUID    NOT NULL PRIMARY KEY,
    login               TEXT    NOT NULL,
    name_enc            {{bytes}} NOT NULL,
    phone_enc           {{bytes}},
    phone_idx           {{bytes}},
    password_hash       TEXT    NOT NULL,
    must_change         BOOLEAN NOT NULL,
    password_changed_at BIGINT  NOT NULL,
    password_history    JSONB   NOT NULL,
    disabled            BOOLEAN NOT NULL,
    failed_n            BIGINT  NOT NULL,
    locked_until        BIGINT,
    last_login_at       BIGINT,
    last_login_ip       TEXT,
    created_at          BIGINT  NOT NULL,
    version             BIGINT  NOT NULL
);
CREATE UNIQUE INDEX staff_login_key ON staff (login);

CREATE TABLE appointment (
    id         UUID    NOT NULL PRIMARY KEY,
    user_id    UUID    NOT NULL REFERENCES staff (id),
    org        UUID    NOT NULL REFERENCES org (id),
    position   TEXT    NOT NULL,
    scope      TEXT    NOT NULL CHECK (scope IN ('self','org','org_subtree','region_subtree','all')),
    valid_from BIGINT  NOT NULL,
    valid_to   BIGINT,
    is_duty    BOOLEAN NOT NULL,
    version    BIGINT  NOT NULL
);
CREATE INDEX appointment_user ON appointment (user_id);
CREATE INDEX appointment_org ON appointment (org);

CREATE TABLE appointment_role (
    appointment UUID NOT NULL REFERENCES appointment (id),
    role        TEXT NOT NULL,
    PRIMARY KEY (appointment, role)
);
CREATE INDEX appointment_role_role ON appointment_role (role);

-- A grant of roles asked for by one person and decided by another; approval replaces the roles of the appointment.
CREATE TABLE role_grant (
    id           UUID   NOT NULL PRIMARY KEY,
    appointment  UUID   NOT NULL REFERENCES appointment (id),
    roles        JSONB  NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('pending','approved','refused')),
    requested_by UUID   NOT NULL,
    requested_at BIGINT NOT NULL,
    decided_by   UUID,
    decided_at   BIGINT
);
CREATE INDEX role_grant_requested ON role_grant (requested_at, id);
CREATE UNIQUE INDEX role_grant_appointment_key ON role_grant (appointment) WHERE state = 'pending';

CREATE TABLE session (
    id          UUID   NOT NULL PRIMARY KEY,
    token_hash  TEXT   NOT NULL,
    user_id     UUID   NOT NULL REFERENCES staff (id),
    appointment UUID   REFERENCES appointment (id),
    csrf        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    ip          TEXT   NOT NULL,
    agent       TEXT   NOT NULL
);
CREATE UNIQUE INDEX session_token_hash_key ON session (token_hash);
CREATE INDEX session_user_id ON session (user_id);
CREATE INDEX session_expires ON session (expires_at);

-- ---------------------------------------------------------------- orders

-- "no" exists for the text index: FTS5 knows rows by integer only. is_open says that a further step is expected.
CREATE TABLE orders (
    no                    {{serial}},
    id                    UUID    NOT NULL,
    case_no               TEXT    NOT NULL,
    query_code_hash       TEXT    NOT NULL,
    state                 TEXT    NOT NULL CHECK (state IN ('draft','registered','pending_dispatch','consulting','dispatched','handling','center_audit','pending_reply','pending_callback','tracking','closed','archived','direct_closed','rejected','merged','transferred_out','withdrawn','terminated')),
    is_open               BOOLEAN NOT NULL,
    round                 INTEGER NOT NULL,
    version               BIGINT  NOT NULL,
    channel               TEXT    NOT NULL,
    demand_type           TEXT    NOT NULL CHECK (demand_type IN ('consult','help','complaint','report','suggestion','praise','other')),
    category              TEXT    NOT NULL,
    urgency               TEXT    NOT NULL CHECK (urgency IN ('u1','u2','u3','u4')),
    title                 TEXT    NOT NULL,
    content               TEXT    NOT NULL,
    wish                  TEXT,
    tags                  JSONB   NOT NULL,
    region                TEXT    NOT NULL,
    address_enc           {{bytes}},
    address_idx           {{bytes}},
    lng                   DOUBLE PRECISION,
    lat                   DOUBLE PRECISION,
    occurred_at           BIGINT,
    name_enc              {{bytes}},
    name_idx              {{bytes}},
    sex                   TEXT,
    phone_enc             {{bytes}},
    phone_idx             {{bytes}},
    contact_phone_enc     {{bytes}},
    contact_phone_idx     {{bytes}},
    id_type               TEXT,
    id_no_enc             {{bytes}},
    id_idx                {{bytes}},
    home_address_enc      {{bytes}},
    requester_kind        TEXT    CHECK (requester_kind IN ('person','company','other')),
    company_name          TEXT,
    anonymous             BOOLEAN NOT NULL,
    confidentiality       TEXT    NOT NULL CHECK (confidentiality IN ('none','keep_secret','sealed')),
    publishable           BOOLEAN,
    no_reply_wanted       BOOLEAN NOT NULL,
    callback_wanted       BOOLEAN NOT NULL,
    callback_preferred_at BIGINT,
    respondent            TEXT,
    accused_org           UUID,
    affected_count        INTEGER NOT NULL,
    flag_threat           BOOLEAN NOT NULL,
    flag_major            BOOLEAN NOT NULL,
    flag_litigation       BOOLEAN NOT NULL,
    flag_foreign          BOOLEAN NOT NULL,
    flag_leader_directed  BOOLEAN NOT NULL,
    flag_designated       BOOLEAN NOT NULL,
    flag_unreasonable     BOOLEAN NOT NULL,
    flag_simple           BOOLEAN NOT NULL,
    flag_repeat           BOOLEAN NOT NULL,
    call_id               TEXT,
    previous_order        UUID,
    src_sys               TEXT,
    src_no                TEXT,
    suggested_org         UUID,
    lead_org              UUID,
    registered_by         UUID,
    registered_org        UUID    NOT NULL,
    claimed_by            UUID,
    claimed_until         BIGINT,
    registered_at         BIGINT  NOT NULL,
    dispatched_at         BIGINT,
    due_at                BIGINT,
    warn_at               BIGINT,
    tracking_until        BIGINT,
    closed_at             BIGINT,
    archived_at           BIGINT,
    updated_at            BIGINT  NOT NULL,
    reply                 TEXT,
    reply_at              BIGINT,
    reply_channel         TEXT,
    result                TEXT    CHECK (result IN ('solved','partial','unsolved_explained','not_duty')),
    reject_reason         TEXT,
    redirect_target       TEXT,
    contacted             TEXT    CHECK (contacted IN ('yes','no','unsure')),
    solved                TEXT    CHECK (solved IN ('solved','partial','unsolved')),
    rating                TEXT    CHECK (rating IN ('very_sat','sat','basic','dissat','very_dissat','none')),
    exempt                TEXT,
    merged_into           UUID,
    parent                UUID,
    event                 UUID,
    return_n              INTEGER NOT NULL,
    ext_n                 INTEGER NOT NULL,
    urge_n                INTEGER NOT NULL,
    send_back_n           INTEGER NOT NULL,
    supervise_n           INTEGER NOT NULL,
    flow_seq              BIGINT  NOT NULL,
    flow_hash             TEXT    NOT NULL
);
CREATE UNIQUE INDEX orders_id_key ON orders (id);
CREATE UNIQUE INDEX orders_case_no_key ON orders (case_no);
CREATE INDEX orders_query_code ON orders (query_code_hash);
CREATE UNIQUE INDEX orders_src_sys_src_no_key ON orders (src_sys, src_no) WHERE src_no IS NOT NULL;
CREATE INDEX orders_registered ON orders (registered_at, id);
CREATE INDEX orders_state ON orders (state, registered_at, id);
CREATE INDEX orders_lead ON orders (lead_org, registered_at, id) WHERE lead_org IS NOT NULL;
CREATE INDEX orders_lead_state ON orders (lead_org, state, registered_at, id) WHERE lead_org IS NOT NULL;
CREATE INDEX orders_category ON orders (category, registered_at);
CREATE INDEX orders_region ON orders (region, registered_at);
CREATE INDEX orders_phone ON orders (phone_idx, registered_at) WHERE phone_idx IS NOT NULL;
CREATE INDEX orders_contact_phone ON orders (contact_phone_idx, registered_at) WHERE contact_phone_idx IS NOT NULL;
CREATE INDEX orders_id_no ON orders (id_idx, registered_at) WHERE id_idx IS NOT NULL;
CREATE INDEX orders_name ON orders (name_idx, registered_at) WHERE name_idx IS NOT NULL;
CREATE INDEX orders_address ON orders (address_idx, registered_at) WHERE address_idx IS NOT NULL;
CREATE INDEX orders_registered_by ON orders (registered_by, registered_at) WHERE registered_by IS NOT NULL;
CREATE INDEX orders_updated ON orders (updated_at, id);
CREATE INDEX orders_dispatched ON orders (dispatched_at, id) WHERE dispatched_at IS NOT NULL;
CREATE INDEX orders_closed ON orders (closed_at, id) WHERE closed_at IS NOT NULL;
-- The working set: everything the consoles, lamps and queues ask about open orders.
CREATE INDEX orders_open_due ON orders (COALESCE(due_at, 9223372036854775807), id) WHERE is_open;
CREATE INDEX orders_open_urgency ON orders (urgency, registered_at, id) WHERE is_open;
CREATE INDEX orders_open_queue ON orders (state, due_at, warn_at, urgency, return_n, confidentiality, registered_by, id) WHERE is_open;
CREATE INDEX orders_claimed ON orders (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX orders_merged ON orders (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX orders_parent ON orders (parent) WHERE parent IS NOT NULL;
CREATE INDEX orders_event ON orders (event) WHERE event IS NOT NULL;

CREATE TABLE task (
    id              UUID    NOT NULL PRIMARY KEY,
    order_id        UUID    NOT NULL REFERENCES orders (id),
    ord             INTEGER NOT NULL,
    org             UUID    NOT NULL,
    role            TEXT    NOT NULL CHECK (role IN ('lead','co','child')),
    round           INTEGER NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN ('unsigned','signed','assigned','working','unit_audit','submitted','accepted','sent_back','return_pending','returned','recalled','superseded','co_done','voided')),
    is_open         BOOLEAN NOT NULL,
    version         BIGINT  NOT NULL,
    parent          UUID,
    handler         UUID,
    advice          TEXT,
    dispatched_by   UUID,
    dispatched_at   BIGINT  NOT NULL,
    signed_at       BIGINT,
    submitted_at    BIGINT,
    ended_at        BIGINT,
    due_at          BIGINT,
    warn_at         BIGINT,
    claim_true      BOOLEAN,
    beyond_duty     BOOLEAN,
    result          TEXT    CHECK (result IN ('solved','partial','unsolved_explained','not_duty')),
    unsolved_reason TEXT,
    handling_note   TEXT,
    public_reply    TEXT,
    legal_basis     TEXT,
    unit_opinion    TEXT,
    defect          TEXT    CHECK (defect IN ('D1','D2','D3','D4','D5','D6')),
    send_back_n     INTEGER NOT NULL
);
CREATE INDEX task_order ON task (order_id, ord);
CREATE INDEX task_org_open ON task (org, state, due_at) WHERE is_open;
CREATE INDEX task_org_state ON task (org, state, dispatched_at, id);
CREATE INDEX task_org ON task (org, dispatched_at, id);
CREATE INDEX task_handler ON task (handler, dispatched_at, id) WHERE handler IS NOT NULL;

-- next_light_at: the moment after which the recorded light can no longer be right; NULL when it cannot change.
CREATE TABLE clock (
    id            UUID    NOT NULL PRIMARY KEY,
    order_id      UUID    NOT NULL REFERENCES orders (id),
    ord           INTEGER NOT NULL,
    task_id       UUID,
    kind          TEXT    NOT NULL CHECK (kind IN ('dispatch','accept','order','task','co','unified_reply','callback','redo','tracking','respond','return_decide','ext_decide')),
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
CREATE INDEX clock_order ON clock (order_id, ord);
CREATE INDEX clock_next_light ON clock (next_light_at) WHERE next_light_at IS NOT NULL;
CREATE INDEX clock_open_due ON clock (kind, due_at) WHERE outcome = 'open';

CREATE TABLE light_event (
    seq        {{serial}},
    clock_id   UUID   NOT NULL,
    order_id   UUID   NOT NULL,
    task_id    UUID,
    org        UUID,
    from_light TEXT   NOT NULL,
    to_light   TEXT   NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX light_event_order ON light_event (order_id);
CREATE INDEX light_event_at ON light_event (at, to_light);
CREATE UNIQUE INDEX light_event_clock_id_to_light_at_key ON light_event (clock_id, to_light, at);

CREATE TABLE request (
    id            UUID    NOT NULL PRIMARY KEY,
    order_id      UUID    NOT NULL REFERENCES orders (id),
    ord           INTEGER NOT NULL,
    task_id       UUID,
    kind          TEXT    NOT NULL CHECK (kind IN ('return','extension','exempt','reopen','redo','merge','track','terminate','reject','correction','unreasonable')),
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
CREATE INDEX request_order ON request (order_id, ord);
CREATE INDEX request_pending ON request (kind, awaiting, applied_at, order_id) WHERE state = 'pending';
CREATE INDEX request_applied_org ON request (applied_org, applied_at);
CREATE INDEX request_task ON request (task_id) WHERE state = 'pending';

CREATE TABLE contact (
    id          UUID    NOT NULL PRIMARY KEY,
    order_id    UUID    NOT NULL REFERENCES orders (id),
    ord         INTEGER NOT NULL,
    task_id     UUID    NOT NULL,
    at          BIGINT  NOT NULL,
    way         TEXT    NOT NULL CHECK (way IN ('phone','visit','onsite','online')),
    result      TEXT    NOT NULL CHECK (result IN ('reached','no_answer','refused','wrong_number')),
    note        TEXT,
    by_user     UUID    NOT NULL,
    recorded_at BIGINT  NOT NULL
);
CREATE INDEX contact_order ON contact (order_id, ord);

CREATE TABLE callback (
    id                 UUID    NOT NULL PRIMARY KEY,
    order_id           UUID    NOT NULL REFERENCES orders (id),
    ord                INTEGER NOT NULL,
    round              INTEGER NOT NULL,
    mode               TEXT    NOT NULL CHECK (mode IN ('phone','sms','robot','app')),
    reached            BOOLEAN NOT NULL,
    unreached_reason   TEXT,
    contacted          TEXT    CHECK (contacted IN ('yes','no','unsure')),
    solved             TEXT    CHECK (solved IN ('solved','partial','unsolved')),
    process_rating     TEXT    CHECK (process_rating IN ('very_sat','sat','basic','dissat','very_dissat','none')),
    rating             TEXT    CHECK (rating IN ('very_sat','sat','basic','dissat','very_dissat','none')),
    dissatisfy_reasons JSONB   NOT NULL,
    opinion            TEXT,
    outcome            TEXT    NOT NULL CHECK (outcome IN ('satisfied','redo_proposed','unreasonable','unreachable','attempted')),
    by_user            UUID    NOT NULL,
    at                 BIGINT  NOT NULL
);
CREATE INDEX callback_order ON callback (order_id, ord);
CREATE INDEX callback_at ON callback (at);

-- other_id has no foreign key: both ends may be written in one transaction in any order.
CREATE TABLE link (
    id       UUID    NOT NULL PRIMARY KEY,
    order_id UUID    NOT NULL REFERENCES orders (id),
    ord      INTEGER NOT NULL,
    other_id UUID    NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind IN ('same_person','same_event','parent_child','repeat','petition','supervise','merge')),
    reason   TEXT,
    by_user  UUID,
    at       BIGINT  NOT NULL,
    ended_at BIGINT
);
CREATE INDEX link_order ON link (order_id, ord);
CREATE INDEX link_other ON link (other_id);

-- Who may see an order: organisations, and persons for what they registered or are assigned. One indexed list answers
-- every scope, so that no query needs OR. registered_at and is_open are the order's, repeated for paging and for the
-- working set.
CREATE TABLE order_grant (
    order_id      UUID   NOT NULL,
    holder        UUID   NOT NULL,
    kind          TEXT   NOT NULL CHECK (kind IN ('registered','lead','co','child','copy','consult','supervise','registrar','handler')),
    registered_at BIGINT NOT NULL,
    is_open       BOOLEAN NOT NULL,
    PRIMARY KEY (order_id, holder, kind)
--lite:
) WITHOUT ROWID;
--end
--pg:
);
--end
CREATE INDEX order_grant_holder ON order_grant (holder, registered_at, order_id);
CREATE INDEX order_grant_open ON order_grant (holder, order_id) WHERE is_open;

-- ---------------------------------------------------------------- append-only logs

CREATE TABLE flow_log (
    order_id      UUID   NOT NULL,
    seq           BIGINT NOT NULL,
    task_id       UUID,
    code          TEXT   NOT NULL,
    action        TEXT   NOT NULL,
    from_state    TEXT   NOT NULL,
    to_state      TEXT   NOT NULL,
    actor         UUID,
    actor_name    TEXT   NOT NULL,
    actor_role    TEXT,
    actor_org     UUID,
    on_behalf_of  UUID,
    at            BIGINT NOT NULL,
    opinion       TEXT,
    reason_code   TEXT,
    fields        TEXT   NOT NULL,
    due_before    BIGINT,
    due_after     BIGINT,
    prev_hash     TEXT   NOT NULL,
    hash          TEXT   NOT NULL,
    PRIMARY KEY (order_id, seq)
);
CREATE INDEX flow_log_at ON flow_log (at, code);
CREATE INDEX flow_log_actor ON flow_log (actor, at);

CREATE TABLE audit_log (
    chain       INTEGER NOT NULL CHECK (chain BETWEEN 0 AND 7),
    seq         BIGINT  NOT NULL,
    at          BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('ok','refused','failed')),
    actor       UUID,
    actor_name  TEXT    NOT NULL,
    actor_org   UUID,
    session_id  UUID,
    ip          TEXT    NOT NULL,
    agent       TEXT    NOT NULL,
    trace_id    TEXT    NOT NULL,
    object_kind TEXT    NOT NULL,
    object_id   TEXT    NOT NULL,
    reason      TEXT,
    detail      TEXT    NOT NULL,
    prev_hash   TEXT    NOT NULL,
    hash        TEXT    NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_log_at ON audit_log (at, chain, seq);
CREATE INDEX audit_log_actor ON audit_log (actor, at);
CREATE INDEX audit_log_object ON audit_log (object_id, at);

CREATE TABLE audit_head (
    chain INTEGER NOT NULL PRIMARY KEY,
    seq   BIGINT  NOT NULL,
    hash  TEXT    NOT NULL
);
INSERT INTO audit_head (chain, seq, hash) VALUES (0,0,''),(1,0,''),(2,0,''),(3,0,''),(4,0,''),(5,0,''),(6,0,''),(7,0,'');

--lite:
CREATE TRIGGER flow_log_no_update BEFORE UPDATE ON flow_log BEGIN SELECT RAISE(ABORT, 'flow_log is append-only'); END;
CREATE TRIGGER flow_log_no_delete BEFORE DELETE ON flow_log BEGIN SELECT RAISE(ABORT, 'flow_log is append-only'); END;
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END;
--end
--pg:
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER flow_log_no_change BEFORE UPDATE OR DELETE ON flow_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER flow_log_no_truncate BEFORE TRUNCATE ON flow_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--end

-- ---------------------------------------------------------------- messages and work

CREATE TABLE outbox (
    seq           {{serial}},
    topic         TEXT   NOT NULL,
    audience_kind TEXT   NOT NULL CHECK (audience_kind IN ('all','org','user','role','order')),
    audience_id   TEXT   NOT NULL,
    payload       JSONB  NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX outbox_at ON outbox (at);

CREATE TABLE notification (
    id       UUID   NOT NULL PRIMARY KEY,
    user_id  UUID   NOT NULL,
    kind     TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    order_id UUID,
    at       BIGINT NOT NULL,
    read_at  BIGINT
);
CREATE INDEX notification_user ON notification (user_id, at, id);
CREATE INDEX notification_unread ON notification (user_id) WHERE read_at IS NULL;

CREATE TABLE sms (
    id         UUID   NOT NULL PRIMARY KEY,
    template   TEXT   NOT NULL,
    phone_enc  {{bytes}} NOT NULL,
    text_enc   {{bytes}} NOT NULL,
    order_id   UUID,
    state      TEXT   NOT NULL CHECK (state IN ('held','queued','sent','failed')),
    tries      BIGINT NOT NULL,
    error      TEXT,
    created_at BIGINT NOT NULL,
    sent_at    BIGINT
);
CREATE INDEX sms_queued ON sms (created_at) WHERE state = 'queued';
CREATE INDEX sms_held ON sms (created_at) WHERE state = 'held';
CREATE INDEX sms_order ON sms (order_id, created_at);

CREATE TABLE job (
    id           UUID    NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL,
    payload      JSONB   NOT NULL,
    run_at       BIGINT  NOT NULL,
    attempt      BIGINT  NOT NULL,
    locked_until BIGINT  NOT NULL,
    dedup        TEXT,
    dead         BOOLEAN NOT NULL,
    last_error   TEXT,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX job_ready ON job (run_at) WHERE NOT dead;
CREATE UNIQUE INDEX job_kind_dedup_key ON job (kind, dedup) WHERE dedup IS NOT NULL AND NOT dead;

CREATE TABLE counter (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE lease (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    until_at BIGINT NOT NULL
);

-- ---------------------------------------------------------------- a person's own things

CREATE TABLE draft (
    user_id    UUID   NOT NULL,
    key        TEXT   NOT NULL,
    body_enc   {{bytes}} NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);

CREATE TABLE saved_filter (
    id         UUID   NOT NULL PRIMARY KEY,
    user_id    UUID   NOT NULL,
    name       TEXT   NOT NULL,
    body       JSONB  NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saved_filter_user_id_name_key ON saved_filter (user_id, name);

CREATE TABLE export_log (
    id          UUID    NOT NULL PRIMARY KEY,
    user_id     UUID    NOT NULL,
    org         UUID    NOT NULL,
    kind        TEXT    NOT NULL,
    purpose     TEXT    NOT NULL,
    masked      BOOLEAN NOT NULL,
    filter      JSONB   NOT NULL,
    row_count   BIGINT  NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('waiting','approved','refused','running','done','failed')),
    approved_by UUID,
    created_at  BIGINT  NOT NULL,
    done_at     BIGINT
);
CREATE INDEX export_log_user ON export_log (user_id, created_at);
CREATE INDEX export_log_created ON export_log (created_at, id);

CREATE TABLE reveal_log (
    id       UUID   NOT NULL PRIMARY KEY,
    user_id  UUID   NOT NULL,
    order_id UUID   NOT NULL,
    fields   TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX reveal_log_user ON reveal_log (user_id, at);
CREATE INDEX reveal_log_order ON reveal_log (order_id, at);

CREATE TABLE idempotency (
    user_id      UUID   NOT NULL,
    key          TEXT   NOT NULL,
    route        TEXT   NOT NULL,
    request_hash TEXT   NOT NULL,
    status       INTEGER,
    body         {{bytes}},
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

CREATE TABLE import_run (
    id          UUID   NOT NULL PRIMARY KEY,
    src_sys     TEXT   NOT NULL,
    file_name   TEXT   NOT NULL,
    file_hash   TEXT   NOT NULL,
    user_id     UUID,
    state       TEXT   NOT NULL CHECK (state IN ('running','done','failed')),
    started_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX import_run_started ON import_run (started_at, id);

CREATE TABLE import_row (
    run      UUID   NOT NULL REFERENCES import_run (id),
    line     BIGINT NOT NULL,
    src_no   TEXT   NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('ok','duplicate','rejected')),
    reason   TEXT,
    order_id UUID,
    PRIMARY KEY (run, line)
);
CREATE INDEX import_row_state ON import_row (run, state, line);

-- ---------------------------------------------------------------- text index
-- Both engines answer "SELECT rowid FROM order_text WHERE <match>"; rowid is orders.no.
--lite:
CREATE VIRTUAL TABLE order_text USING fts5(words, content='', contentless_delete=1, detail=none, tokenize="ascii");
--end
--pg:
CREATE TABLE order_text (rowid BIGINT NOT NULL PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX order_text_words ON order_text USING GIN (words);
--end
