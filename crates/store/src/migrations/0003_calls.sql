-- The call centre: calls with legs and events, seats' times, recordings, duties to call back, who serves what, marked
-- callers, announcements, periods left out of the figures, and quality scoring.

-- ---------------------------------------------------------------- calls

-- called_back_at: when somebody first tried to call a missed caller back; the platform's own, not the floor's.
CREATE TABLE call (
    id             UUID    NOT NULL PRIMARY KEY,
    direction      TEXT    NOT NULL CHECK (direction IN ('in','out','inner')),
    outcome        TEXT    NOT NULL CHECK (outcome IN ('open','answered','abandoned','menu_only','message','callback_booked','blocked','overflowed','not_reached','failed')),
    number_enc     {{bytes}},
    number_idx     {{bytes}},
    line           TEXT    NOT NULL,
    trunk          TEXT,
    skill          TEXT,
    priority       INTEGER NOT NULL,
    started_at     BIGINT  NOT NULL,
    queued_at      BIGINT,
    offered_at     BIGINT,
    answered_at    BIGINT,
    talk_ended_at  BIGINT,
    ended_at       BIGINT,
    hold_ms        BIGINT  NOT NULL,
    agent          UUID,
    last_agent     UUID,
    cause          TEXT,
    ended_by       TEXT,
    rating         INTEGER CHECK (rating BETWEEN 1 AND 5),
    rating_asked   BOOLEAN NOT NULL,
    wrap_up        TEXT,
    note_enc       {{bytes}},
    order_id       UUID,
    duty           UUID,
    joint          TEXT,
    transfers      INTEGER NOT NULL,
    recorded       BOOLEAN NOT NULL,
    called_back_at BIGINT
);
CREATE INDEX call_started ON call (started_at, id);
CREATE INDEX call_agent ON call (agent, started_at, id) WHERE agent IS NOT NULL;
CREATE INDEX call_last_agent ON call (last_agent, started_at, id) WHERE last_agent IS NOT NULL;
CREATE INDEX call_number ON call (number_idx, started_at, id) WHERE number_idx IS NOT NULL;
CREATE INDEX call_order ON call (order_id, started_at, id) WHERE order_id IS NOT NULL;
CREATE INDEX call_skill ON call (skill, started_at, id) WHERE skill IS NOT NULL;
CREATE INDEX call_outcome ON call (outcome, started_at, id);
CREATE INDEX call_rating ON call (rating, started_at, id) WHERE rating IS NOT NULL;
CREATE INDEX call_open ON call (started_at) WHERE ended_at IS NULL;

CREATE TABLE call_leg (
    id          UUID    NOT NULL PRIMARY KEY,
    call_id     UUID    NOT NULL,
    kind        TEXT    NOT NULL CHECK (kind IN ('citizen','agent','department','service','supervisor')),
    user_id     UUID,
    number_enc  {{bytes}},
    started_at  BIGINT  NOT NULL,
    answered_at BIGINT,
    ended_at    BIGINT,
    cause       TEXT,
    code        INTEGER
);
CREATE INDEX call_leg_call ON call_leg (call_id, started_at);

CREATE TABLE call_event (
    call_id UUID    NOT NULL,
    seq     INTEGER NOT NULL,
    at      BIGINT  NOT NULL,
    kind    TEXT    NOT NULL,
    user_id UUID,
    data    JSONB   NOT NULL,
    PRIMARY KEY (call_id, seq)
--lite:
) WITHOUT ROWID;
--end
--pg:
);
--end

-- What a supervisor notes of an agent's service.
CREATE TABLE call_remark (
    id      UUID   NOT NULL PRIMARY KEY,
    call_id UUID   NOT NULL,
    agent   UUID   NOT NULL,
    kind    TEXT   NOT NULL CHECK (kind IN ('praise','complaint')),
    note    TEXT   NOT NULL,
    by_user UUID   NOT NULL,
    at      BIGINT NOT NULL
);
CREATE INDEX call_remark_call ON call_remark (call_id);
CREATE INDEX call_remark_at ON call_remark (at, agent);

CREATE TABLE seat_span (
    session UUID   NOT NULL,
    from_at BIGINT NOT NULL,
    user_id UUID   NOT NULL,
    state   TEXT   NOT NULL CHECK (state IN ('signed_out','ready','busy','ringing','dialling','talking','wrap_up','supervising')),
    reason  TEXT,
    to_at   BIGINT,
    PRIMARY KEY (session, from_at)
);
CREATE INDEX seat_span_from ON seat_span (from_at, user_id);
CREATE INDEX seat_span_open ON seat_span (user_id) WHERE to_at IS NULL;

CREATE TABLE recording (
    id         UUID    NOT NULL PRIMARY KEY,
    call_id    UUID    NOT NULL,
    file       TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('open','closed','repaired','failed','expired')),
    message    BOOLEAN NOT NULL,
    started_at BIGINT  NOT NULL,
    ended_at   BIGINT,
    bytes      BIGINT,
    ms         BIGINT,
    sha256     TEXT,
    pauses     JSONB   NOT NULL,
    reason     TEXT
);
CREATE INDEX recording_call ON recording (call_id, started_at);
CREATE INDEX recording_kept ON recording (started_at) WHERE status IN ('closed','repaired');
CREATE INDEX recording_open ON recording (started_at) WHERE status = 'open';

-- ---------------------------------------------------------------- duties to call back

CREATE TABLE call_duty (
    id           UUID    NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL CHECK (kind IN ('missed','booked','message')),
    call_id      UUID    NOT NULL,
    number_enc   {{bytes}} NOT NULL,
    number_idx   {{bytes}} NOT NULL,
    skill        TEXT,
    created_at   BIGINT  NOT NULL,
    due_at       BIGINT  NOT NULL,
    recording_id UUID,
    state        TEXT    NOT NULL CHECK (state IN ('open','done','given_up')),
    calls        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    last_try_at  BIGINT,
    claimed_by   UUID,
    claimed_at   BIGINT,
    done_by      UUID,
    done_at      BIGINT,
    done_call    UUID,
    reason       TEXT,
    version      BIGINT  NOT NULL
);
CREATE UNIQUE INDEX call_duty_number_idx_key ON call_duty (number_idx) WHERE state = 'open';
CREATE INDEX call_duty_open ON call_duty (due_at, id) WHERE state = 'open';
CREATE INDEX call_duty_claimed ON call_duty (claimed_by, due_at) WHERE state = 'open' AND claimed_by IS NOT NULL;
CREATE INDEX call_duty_state ON call_duty (state, created_at, id);
CREATE INDEX call_duty_created ON call_duty (created_at, id);

-- Every call that a duty answers for; a call counts once, however often its fact is written.
CREATE TABLE call_duty_call (
    call_id UUID NOT NULL PRIMARY KEY,
    duty    UUID NOT NULL
);
CREATE INDEX call_duty_call_duty ON call_duty_call (duty);

CREATE TABLE call_duty_try (
    duty    UUID    NOT NULL,
    call_id UUID    NOT NULL,
    reached BOOLEAN NOT NULL,
    at      BIGINT  NOT NULL,
    PRIMARY KEY (duty, call_id)
);

-- ---------------------------------------------------------------- who serves what, whom, and what is announced

CREATE TABLE user_skill (
    user_id UUID    NOT NULL,
    skill   TEXT    NOT NULL,
    level   INTEGER NOT NULL CHECK (level BETWEEN 1 AND 9),
    PRIMARY KEY (user_id, skill)
);

CREATE TABLE caller_mark (
    id          UUID   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL CHECK (kind IN ('black','care')),
    number_enc  {{bytes}} NOT NULL,
    number_idx  {{bytes}} NOT NULL,
    reason      TEXT   NOT NULL,
    call_id     UUID,
    state       TEXT   NOT NULL CHECK (state IN ('pending','active','refused','ended')),
    valid_to    BIGINT NOT NULL,
    proposed_by UUID   NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by  UUID,
    decided_at  BIGINT,
    opinion     TEXT,
    ended_by    UUID,
    ended_at    BIGINT,
    end_reason  TEXT,
    version     BIGINT NOT NULL
);
CREATE UNIQUE INDEX caller_mark_number_idx_kind_key ON caller_mark (number_idx, kind) WHERE state IN ('pending','active');
CREATE INDEX caller_mark_proposed ON caller_mark (proposed_at, id);

CREATE TABLE announcement (
    id         UUID    NOT NULL PRIMARY KEY,
    title      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    prompt     TEXT,
    valid_from BIGINT  NOT NULL,
    valid_to   BIGINT  NOT NULL,
    stopped_at BIGINT,
    created_by UUID    NOT NULL,
    created_at BIGINT  NOT NULL,
    version    BIGINT  NOT NULL
);
CREATE INDEX announcement_valid ON announcement (valid_to);

CREATE TABLE prompt (
    name        TEXT   NOT NULL PRIMARY KEY,
    ms          BIGINT NOT NULL,
    sha256      TEXT   NOT NULL,
    uploaded_by UUID   NOT NULL,
    uploaded_at BIGINT NOT NULL
);

-- 剔除时段: sudden events, failures, load beyond capacity.
CREATE TABLE call_window (
    id            UUID   NOT NULL PRIMARY KEY,
    from_at       BIGINT NOT NULL,
    to_at         BIGINT NOT NULL,
    reason        TEXT   NOT NULL,
    by_user       UUID   NOT NULL,
    created_at    BIGINT NOT NULL,
    revoked_by    UUID,
    revoked_at    BIGINT,
    revoke_reason TEXT
);
CREATE INDEX call_window_from ON call_window (from_at);

-- ---------------------------------------------------------------- quality

CREATE TABLE quality_sheet (
    id         UUID    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    items      JSONB   NOT NULL,
    active     BOOLEAN NOT NULL,
    created_by UUID,
    created_at BIGINT  NOT NULL
);

CREATE TABLE quality_sample (
    call_id    UUID   NOT NULL PRIMARY KEY,
    agent      UUID   NOT NULL,
    call_at    BIGINT NOT NULL,
    reasons    JSONB  NOT NULL,
    sampled_at BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('open','scored'))
);
CREATE INDEX quality_sample_state ON quality_sample (state, call_at, call_id);
CREATE INDEX quality_sample_agent ON quality_sample (agent, call_at);

CREATE TABLE quality_score (
    id            UUID    NOT NULL PRIMARY KEY,
    call_id       UUID    NOT NULL,
    agent         UUID    NOT NULL,
    sheet         UUID    NOT NULL,
    marks         JSONB   NOT NULL,
    total         INTEGER NOT NULL CHECK (total BETWEEN 0 AND 100),
    fatal         BOOLEAN NOT NULL,
    comment       TEXT,
    scored_by     UUID    NOT NULL,
    scored_at     BIGINT  NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('final','appealed','upheld','revised')),
    appeal_until  BIGINT  NOT NULL,
    seen_at       BIGINT,
    appeal_reason TEXT,
    appealed_at   BIGINT,
    decided_by    UUID,
    decided_at    BIGINT,
    opinion       TEXT,
    before_total  INTEGER,
    version       BIGINT  NOT NULL
);
CREATE UNIQUE INDEX quality_score_call_id_key ON quality_score (call_id);
CREATE INDEX quality_score_agent ON quality_score (agent, scored_at, id);
CREATE INDEX quality_score_at ON quality_score (scored_at, id);
CREATE INDEX quality_score_state ON quality_score (state, scored_at, id);
