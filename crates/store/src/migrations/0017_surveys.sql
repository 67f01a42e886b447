-- 群众评议: surveys by version, the windows and departments they rate, the answers. And 媒体监督: outcomes of what the
-- press reported, published like other answers.

CREATE TABLE survey (
    id            UUID    NOT NULL PRIMARY KEY,
    series        UUID    NOT NULL,
    code          TEXT    NOT NULL,
    no            INTEGER NOT NULL,
    version       BIGINT  NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('questionnaire','poll','window','efficiency')),
    state         TEXT    NOT NULL CHECK (state IN ('draft','published','closed')),
    body          JSONB   NOT NULL,
    author        UUID    NOT NULL,
    changed_at    BIGINT  NOT NULL,
    published_by  UUID,
    published_at  BIGINT,
    closed_by     UUID,
    closed_at     BIGINT,
    closed_reason TEXT    NOT NULL
);
CREATE UNIQUE INDEX survey_series_no ON survey (series, no);
CREATE UNIQUE INDEX survey_code_no ON survey (code, no);
-- Citizens meet one version at a time, and one is being written.
CREATE UNIQUE INDEX survey_published ON survey (series) WHERE state = 'published';
CREATE UNIQUE INDEX survey_draft ON survey (series) WHERE state = 'draft';
CREATE INDEX survey_changed ON survey (changed_at, id);

CREATE TABLE survey_point (
    id         UUID   NOT NULL PRIMARY KEY,
    series     UUID   NOT NULL,
    code       TEXT   NOT NULL,
    org        UUID   NOT NULL,
    name       TEXT   NOT NULL,
    closed_at  BIGINT,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX survey_point_code ON survey_point (code);
CREATE INDEX survey_point_series ON survey_point (series, name);

-- "device", "address", "phone" and "text_key" are blind indexes bound to the series: they tell like from like within it
-- and nothing else. Written words are sealed.
CREATE TABLE survey_answer (
    id              UUID   NOT NULL PRIMARY KEY,
    survey_id       UUID   NOT NULL REFERENCES survey (id),
    series          UUID   NOT NULL,
    point_id        UUID,
    once            TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    took_s          BIGINT,
    picks           JSONB  NOT NULL,
    texts_enc       {{bytes}},
    text_key        TEXT,
    device          TEXT   NOT NULL,
    address         TEXT   NOT NULL,
    phone           TEXT,
    excluded_at     BIGINT,
    excluded_by     UUID,
    excluded_reason TEXT
);
CREATE UNIQUE INDEX survey_answer_once ON survey_answer (once);
CREATE INDEX survey_answer_survey ON survey_answer (survey_id, at, id);
CREATE INDEX survey_answer_point ON survey_answer (survey_id, point_id);
CREATE INDEX survey_answer_device ON survey_answer (series, device, at);
CREATE UNIQUE INDEX survey_answer_phone ON survey_answer (survey_id, phone) WHERE phone IS NOT NULL;

--lite:
CREATE TABLE publication_next (
    id           UUID   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL CHECK (kind IN ('notice','guide','reply','media')),
    state        TEXT   NOT NULL CHECK (state IN ('draft','published','withdrawn')),
    order_id     UUID,
    title        TEXT   NOT NULL,
    question     TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    about        TEXT   NOT NULL,
    by_name      TEXT   NOT NULL,
    published_at BIGINT,
    updated_at   BIGINT NOT NULL,
    updated_by   UUID,
    version      BIGINT NOT NULL
);
INSERT INTO publication_next SELECT id, kind, state, order_id, title, question, body, about, by_name, published_at,
    updated_at, updated_by, version FROM publication;
DROP TABLE publication;
ALTER TABLE publication_next RENAME TO publication;
CREATE INDEX publication_published ON publication (kind, published_at, id) WHERE state = 'published';
CREATE INDEX publication_updated ON publication (updated_at, id);
CREATE UNIQUE INDEX publication_order_id_key ON publication (order_id) WHERE order_id IS NOT NULL;
--end
--pg:
ALTER TABLE publication DROP CONSTRAINT publication_kind_check;
ALTER TABLE publication ADD CONSTRAINT publication_kind_check CHECK (kind IN ('notice','guide','reply','media'));
--end
